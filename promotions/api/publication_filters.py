"""What lists of publications and wallets can be asked for (contract: semantics-core 18, data file 3.3)."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from core import project
from core.api.filters import Bool, DateTime, Text, WireFilterSet
from core.errors import InvalidQueryParams
from promotions.api.catalogue_filters import BooleanFilter, TextFilter
from promotions.models import Holder, Publication, PublishedCode, Voucher

type Rows = QuerySet[Any]

_TYPES = {
    "discount": (Voucher.Type.DISCOUNT_VOUCHER,),
    "gift": (Voucher.Type.GIFT_VOUCHER,),
    "loyalty": (Voucher.Type.LOYALTY_CARD,),
}


class PublicationFilters(WireFilterSet):
    """Needs the names that `selectors.publications.listed` adds."""

    FILTER_FIELDS = {
        "id": Text("public_id"),
        "failure_code": Text("failure_code"),
        "result": Text("result"),
        "customer_id": Text("customer__public_id"),
        "campaign_name": Text("campaign__name"),
        "voucher_type": Text("shown_voucher_type"),
        "is_referral_code": Bool("is_referral_code"),
        "parent_object_id": Text("campaign__public_id"),
        "related_object_id": Text("shown_voucher_id"),
        "source_id": Text("source_id"),
        "channel": Text("channel"),
        "created_at": DateTime("created_at"),
    }
    DATE_FIELDS = {"created_at": "created_at"}
    ORDER_FIELDS = {
        "created_at": "created_at",
        "id": "pk",
        "voucher_code": "voucher_code",
        "tracking_id": "tracking_id",
        "customer_id": "customer__public_id",
        "channel": "channel",
    }

    campaign = TextFilter(label="campaign", method="of_campaign")
    customer = TextFilter(label="customer", method="of_customer")
    voucher = TextFilter(label="voucher", method="of_code")
    result = TextFilter(label="result", method="with_result")
    voucher_type = TextFilter(label="voucher_type", method="with_type")
    is_referral_code = BooleanFilter("is_referral_code", label="is_referral_code")
    source_id = TextFilter("source_id", label="source_id")

    class Meta:
        model = Publication
        fields: tuple[str, ...] = ()

    def of_campaign(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(Q(campaign__name=value) | Q(campaign__public_id=value))

    def of_customer(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(Q(customer__public_id=value) | Q(customer__source_id=value))

    def of_code(self, rows: Rows, name: str, value: str) -> Rows:
        key = project.code_key(value, project.current())
        given = PublishedCode.objects.filter(publication=OuterRef("pk"), voucher__code_key=key)
        return rows.filter(Q(Exists(given)) | Q(voucher_code=value))

    def with_result(self, rows: Rows, name: str, value: str) -> Rows:
        if value not in Publication.Result.values:
            raise InvalidQueryParams(f"result: one of {', '.join(Publication.Result.values)} is expected.")
        return rows.filter(result=value)

    def with_type(self, rows: Rows, name: str, value: str) -> Rows:
        if value not in _TYPES:
            raise InvalidQueryParams(f"voucher_type: one of {', '.join(_TYPES)} is expected.")
        return rows.filter(shown_voucher_type__in=_TYPES[value])


class WalletFilters(WireFilterSet):
    FILTER_FIELDS = {
        "id": Text("public_id"),
        "created_at": DateTime("created_at"),
        "redeemable_id": Text("voucher__public_id"),
        "redeemable_object": Text("redeemable_object"),
        "holder_role": Text("role"),
        "campaign_id": Text("voucher__campaign__public_id"),
        "campaign_type": Text("voucher__campaign__campaign_type"),
        "voucher_type": Text("voucher__type"),
    }
    DATE_FIELDS = {"created_at": "created_at"}
    ORDER_FIELDS = {}

    class Meta:
        model = Holder
        fields: tuple[str, ...] = ()
