"""Members of programmes: cards that somebody holds. Contract: loyalty 2.1."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from core import project
from core.api.fields import parse
from core.api.filters import WireFilterSet
from core.api.idempotency import answered
from core.api.pagination import CursorPagination
from core.api.query import read_query
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from core.errors import NotFound
from core.models import OutboxEvent
from loyalty.api.serializers.members import MemberInput, member_spec, wanted_ids
from loyalty.selectors import members, programmes
from promotions.api.catalogue_filters import TextFilter
from promotions.api.serializers.activity import activity_output
from promotions.api.serializers.vouchers import voucher_base_output
from promotions.models import Campaign, Voucher
from promotions.selectors import activity
from promotions.services import publications
from promotions.services.publications import Published


class MemberFilters(WireFilterSet):
    ORDER_FIELDS = {"created_at": "created_at", "updated_at": "updated_at", "code": "code"}
    DATE_FIELDS = {"created_at": "created_at", "updated_at": "updated_at"}

    customer = TextFilter(label="customer", method="held_by")
    code = TextFilter(label="code", method="with_code")

    class Meta:
        model = Voucher
        fields: tuple[str, ...] = ()

    def held_by(self, rows: QuerySet[Voucher], name: str, value: str) -> QuerySet[Voucher]:
        return rows.filter(Q(holder__public_id=value) | Q(holder__source_id=value))

    def with_code(self, rows: QuerySet[Voucher], name: str, value: str) -> QuerySet[Voucher]:
        return rows.filter(code_key=project.code_key(value, project.current()))


class MembersView(ProjectListView):
    """`GET` and `POST /v1/loyalties/{campaignId}/members`."""

    resource = "loyalties"
    takes_idempotency_key = True
    filterset_class = MemberFilters
    data_ref = "vouchers"
    output: ClassVar[Any] = staticmethod(voucher_base_output)

    def get_queryset(self) -> QuerySet[Voucher]:
        return members.of_programme(programmes.get(self.kwargs["campaign_id"]))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        ids = wanted_ids(read_query(self.request))
        found = super().filter_queryset(queryset)
        return found if ids is None else found.filter(Q(public_id__in=ids) | Q(code__in=ids))

    def get(self, request: Request, campaign_id: str) -> Response:
        return self.listed(request)

    def post(self, request: Request, campaign_id: str) -> HttpResponse:
        campaign = programmes.get(campaign_id)
        spec = member_spec(parse(MemberInput, request.data), campaign)
        if spec.voucher and members.get(spec.voucher).campaign_id != campaign.pk:
            raise NotFound.of("voucher", spec.voucher)
        return answered(
            request,
            lambda once: publications.publish(spec=spec, actor=actor_of(request), now=self.now, once=once),
            render=_member_output,
            now=self.now,
        )


def _member_output(published: Published) -> dict[str, Any]:
    (voucher,) = published.vouchers
    return voucher_base_output(members.get(voucher.public_id))


class MemberView(ProjectAPIView):
    """`GET /v1/loyalties/members/{memberId}`, with or without the programme."""

    resource = "loyalties"

    def get(self, request: Request, member_id: str, campaign_id: str = "") -> Response:
        return Response(voucher_base_output(members.get(member_id, campaign=_named(campaign_id))))


class ActivityFilters(WireFilterSet):
    ORDER_FIELDS = {"created_at": "created_at"}
    DATE_FIELDS = {}

    class Meta:
        model = OutboxEvent
        fields: tuple[str, ...] = ()


class ActivityView(ProjectListView):
    """`GET …/members/{memberId}/activity`: what happened to the card and its holder with it."""

    resource = "loyalties"
    filterset_class = ActivityFilters
    pagination_class = CursorPagination

    def get_queryset(self) -> QuerySet[OutboxEvent]:
        self.card = members.get(self.kwargs["member_id"], campaign=_named(self.kwargs.get("campaign_id", "")))
        return members.activity(self.card)

    def get(self, request: Request, member_id: str, campaign_id: str = "") -> Response:
        return self.listed(request)

    def _page(self, request: Request) -> Response:
        events = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        names = activity.key_names(list(events))
        holder = self.card.holder.public_id if self.card.holder else None
        return self.get_paginated_response([activity_output(one, names, customer=holder) for one in events])


def _named(campaign_id: str) -> Campaign | None:
    return programmes.get(campaign_id) if campaign_id else None
