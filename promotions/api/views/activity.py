"""`GET /v1/customers/{customerId}/activity`, and the same under its old path."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.selectors import customers
from core.api import filter_values as read
from core.api.filters import WireFilterSet
from core.api.pagination import CursorPagination
from core.api.query import read_query
from core.api.views import ProjectListView
from core.errors import InvalidQueryParams
from core.models import OutboxEvent
from promotions.api.serializers.activity import activity_output
from promotions.models import Campaign
from promotions.selectors import activity


class ActivityFilters(WireFilterSet):
    """The list orders itself; what it takes stands in the query, without `filters`."""

    ORDER_FIELDS = {}
    DATE_FIELDS = {}

    class Meta:
        model = OutboxEvent
        fields: tuple[str, ...] = ()


class CustomerActivityView(ProjectListView):
    """What happened to a customer, newest first."""

    resource = "customers"
    filterset_class = ActivityFilters
    pagination_class = CursorPagination

    def get_queryset(self) -> QuerySet[OutboxEvent]:
        return activity.of_customer(customers.by_reference(self.kwargs["customer_id"]))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        query = read_query(self.request)
        found = super().filter_queryset(queryset)
        for name, lookup in (("start_date", "created_at__gte"), ("end_date", "created_at__lte")):
            if name in query:
                found = found.filter(**{lookup: read.instant(query[name], name)})
        if "type" in query:
            found = found.filter(name__in=activity.named(read.text(query["type"], "type")))
        if "campaign_id" in query:
            found = found.filter(campaign_ref=read.text(query["campaign_id"], "campaign_id"))
        if "campaign_type" in query:
            kind = _one_of(query, "campaign_type", Campaign.CampaignType.values)
            found = activity.of_campaigns(found, kind)
        if "category" in query:
            is_effect = _one_of(query, "category", ["ACTION", "EFFECT"]) == "EFFECT"
            effects = {"name__in": activity.EFFECTS}
            found = found.filter(**effects) if is_effect else found.exclude(**effects)
        return found

    def get(self, request: Request, customer_id: str) -> Response:
        return self.listed(request)

    def _page(self, request: Request) -> Response:
        events = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        names = activity.key_names(list(events))
        return self.get_paginated_response([activity_output(event, names) for event in events])


def _one_of(query: Any, name: str, values: list[str]) -> str:
    """:raises InvalidQueryParams: another word. Types that nobody has made yet are among the contract's."""
    value = read.text(query[name], name)
    if value not in values and value not in {"LOYALTY_PROGRAM", "REFERRAL_PROGRAM"}:
        raise InvalidQueryParams(f"{name}: one of {', '.join(values)} is expected.")
    return value
