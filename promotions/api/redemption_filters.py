"""What `GET /v1/redemptions` can be asked for (contract: semantics-core 3.3, 8.4)."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import Q, QuerySet

from core.api.filters import DateTime, Text, WireFilterSet
from core.errors import InvalidQueryParams
from promotions.models import Redemption

type Rows = QuerySet[Redemption]


class _ResultFilter(django_filters.Filter):
    """`result=SUCCESS`, `result[]=…` or `result=Success,Failure`: one or several."""

    def filter(self, qs: Rows, value: Any) -> Rows:
        if value in (None, ""):
            return qs
        texts = (
            list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]
        )
        wanted = [part.strip().upper().replace("-", "_") for text in texts for part in str(text).split(",")]
        if not set(wanted) <= set(Redemption.Result.values):
            raise InvalidQueryParams("result: SUCCESS or FAILURE is expected.")
        return qs.filter(result__in=wanted)


class _CustomerFilter(django_filters.Filter):
    """`cust_…` or the shop's own id."""

    def filter(self, qs: Rows, value: Any) -> Rows:
        if value in (None, ""):
            return qs
        return qs.filter(Q(customer__public_id=str(value)) | Q(customer__source_id=str(value)))


class RedemptionFilters(WireFilterSet):
    FILTER_FIELDS = {
        "id": Text("public_id"),
        "voucher_code": Text("voucher__code"),
        "related_object_id": Text("voucher__public_id"),
        "related_object_parent_id": Text("campaign__public_id"),
        "parent_redemption_id": Text("parent__public_id"),
        "failure_code": Text("failure_code"),
        "result": Text("result"),
        "customer_id": Text("customer__public_id"),
        "campaign_name": Text("campaign__name"),
        "created_at": DateTime("redeemed_at"),
    }
    DATE_FIELDS = {"created_at": "redeemed_at"}
    ORDER_FIELDS = {"created_at": "redeemed_at", "id": "pk"}

    result = _ResultFilter(field_name="result", label="result")
    campaign = django_filters.Filter(field_name="campaign__name", label="campaign")
    customer = _CustomerFilter(field_name="customer", label="customer")

    class Meta:
        model = Redemption
        fields: tuple[str, ...] = ()
