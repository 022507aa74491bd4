"""`POST /v1/qualifications`: what may be asked (contract: semantics-core 19.2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from commerce.api.serializers.customers import CustomerPayload
from commerce.api.serializers.orders import OrderPayload, order_spec
from core.api.fields import (
    BooleanField,
    ChoiceField,
    InstantField,
    IntegerField,
    ListField,
    MetadataField,
    TextField,
    WireSerializer,
    parse,
)
from core.api.filters import Text, WireFilters
from core.errors import InvalidPayload
from promotions.selectors import cursors
from promotions.selectors.offers import VOUCHER
from promotions.selectors.scenarios import Scenario
from promotions.services.qualifications import Narrowing, QualificationSpec, SortingRule

EXPANDABLE: Final = frozenset({"redeemable", "category", "validation_rules"})
_FIELDS: Final = {
    name: Text(name)
    for name in (
        "category_id",
        "campaign_id",
        "campaign_type",
        "resource_id",
        "resource_type",
        "voucher_type",
        "code",
        "holder_role",
    )
}
# A filter on these says that only codes are wanted.
_VOUCHERS_ONLY: Final = frozenset({"voucher_type", "code"})


class OptionsInput(WireSerializer):
    """`explain` and `at` are ours, beyond the contract."""

    limit = IntegerField(lowest=1, highest=50, required=False, allow_null=True)
    starting_after = TextField(required=False, allow_null=True, max_length=40)
    filters = MetadataField(required=False, allow_null=True)
    expand = ListField(child=TextField(), required=False, allow_null=True, max_length=20)
    sorting_rule = ChoiceField(SortingRule, required=False, allow_null=True)
    explain = BooleanField(required=False, allow_null=True)
    at = InstantField(required=False, allow_null=True)


class QualificationInput(WireSerializer):
    customer = CustomerPayload(required=False, allow_null=True)
    order = OrderPayload(required=False, allow_null=True)
    tracking_id = TextField(required=False, allow_null=True, max_length=255)
    scenario = ChoiceField(Scenario, required=False, allow_null=True)
    options = OptionsInput(required=False, allow_null=True)
    metadata = MetadataField(required=False, allow_null=True)


@dataclass(frozen=True, kw_only=True)
class ParsedQualification:
    """`explain`: say why. `at`: as if it were that instant (None = now)."""

    spec: QualificationSpec
    expand: Collection[str]
    explain: bool
    at: datetime | None


def parsed_qualification(data: Any, *, now: datetime) -> ParsedQualification:
    """The request as a spec, and how to answer it.

    :raises InvalidPayload: wrong shape, unknown filter or option.
    """
    given = parse(QualificationInput, data)
    options = given.get("options") or {}
    expand = options.get("expand") or []
    if unknown := sorted(set(expand) - EXPANDABLE):
        raise InvalidPayload(f"Property .options.expand must not hold {', '.join(unknown)}")
    order = given.get("order")
    spec = QualificationSpec(
        order=order_spec(order) if order is not None else None,
        customer=given.get("customer"),
        metadata=given.get("metadata") or {},
        tracking_id=given.get("tracking_id") or "",
        scenario=Scenario(given.get("scenario") or Scenario.ALL),
        limit=options.get("limit") or 5,
        below_rank=_below_rank(options.get("starting_after")),
        sorting_rule=SortingRule(options.get("sorting_rule") or SortingRule.DEFAULT),
        with_assignments="validation_rules" in expand,
        narrowing=_narrowing(options.get("filters") or {}, now),
    )
    return ParsedQualification(
        spec=spec, expand=expand, explain=bool(options.get("explain")), at=options.get("at")
    )


def _below_rank(text: str | None) -> int | None:
    if text in (None, "", "null"):
        return None
    try:
        return cursors.read(text)
    except ValueError:
        raise InvalidPayload("Property .options.starting_after must be an ISO 8601 date-time") from None


def _narrowing(filters: Mapping[str, Any], now: datetime) -> Narrowing | None:
    """:raises InvalidPayload: unknown field or operator."""
    if not filters:
        return None
    wanted = WireFilters.parse(filters, _FIELDS, now=now, refusal=InvalidPayload)
    only_codes = not wanted.any_field_is_enough and bool(_VOUCHERS_ONLY & set(filters))

    def fits(record: Mapping[str, Any]) -> bool:
        return (record["resource_type"] == VOUCHER or not only_codes) and wanted.matches(record)

    return fits
