"""`POST /v1/qualifications`: what may be asked, and how hits are printed (contract: semantics-core 19)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from django.db.models import Q

from commerce.api.serializers.customers import CustomerPayload
from commerce.api.serializers.orders import OrderPayload, order_spec
from commerce.selectors.orders import ResolvedOrder
from core.api.fields import (
    ChoiceField,
    IntegerField,
    ListField,
    MetadataField,
    TextField,
    WireSerializer,
    parse,
)
from core.api.filters import Text, build
from core.errors import InvalidPayload
from core.instants import format_instant, parse_instant
from promotions.api.serializers.categories import categories_output
from promotions.api.serializers.decisions import EMPTY_LIST, found_discount
from promotions.api.serializers.stacking_rules import stacking_rules_output
from promotions.selectors.order_snapshots import order_snapshot
from promotions.services.qualifications import Hit, QualificationSpec, Qualified, Scenario, SortingRule

EXPANDABLE: Final = frozenset({"redeemable", "category", "validation_rules"})
_KINDS: Final = frozenset({"voucher", "promotion_tier", "campaign"})
_VOUCHER_FIELDS: Final = {
    "category_id": Text("category__public_id"),
    "campaign_id": Text("campaign__public_id"),
    "campaign_type": Text("campaign__campaign_type"),
    "resource_id": Text("public_id"),
    "voucher_type": Text("type"),
    "code": Text("code"),
}
_TIER_FIELDS: Final = {
    "category_id": Text("category__public_id"),
    "campaign_id": Text("campaign__public_id"),
    "campaign_type": Text("campaign__campaign_type"),
    "resource_id": Text("public_id"),
}
# A filter on these says that only codes are wanted.
_VOUCHERS_ONLY: Final = frozenset({"voucher_type", "code"})


class OptionsInput(WireSerializer):
    limit = IntegerField(lowest=1, highest=50, required=False, allow_null=True)
    starting_after = TextField(required=False, allow_null=True, max_length=40)
    filters = MetadataField(required=False, allow_null=True)
    expand = ListField(child=TextField(), required=False, allow_null=True, max_length=20)
    sorting_rule = ChoiceField(SortingRule, required=False, allow_null=True)


class QualificationInput(WireSerializer):
    customer = CustomerPayload(required=False, allow_null=True)
    order = OrderPayload(required=False, allow_null=True)
    tracking_id = TextField(required=False, allow_null=True, max_length=255)
    scenario = ChoiceField(Scenario, required=False, allow_null=True)
    options = OptionsInput(required=False, allow_null=True)
    metadata = MetadataField(required=False, allow_null=True)


def qualification_spec(data: Any, *, now: Any) -> tuple[QualificationSpec, Collection[str]]:
    """The request as a spec, and what shall be expanded.

    :raises InvalidPayload: wrong shape, unknown filter or option.
    """
    given = parse(QualificationInput, data)
    options = given.get("options") or {}
    expand = options.get("expand") or []
    if unknown := sorted(set(expand) - EXPANDABLE):
        raise InvalidPayload(f"Property .options.expand must not hold {', '.join(unknown)}")
    vouchers, tiers = _narrowing(options.get("filters") or {}, now)
    order = given.get("order")
    spec = QualificationSpec(
        order=order_spec(order) if order is not None else None,
        customer=given.get("customer"),
        tracking_id=given.get("tracking_id") or "",
        scenario=Scenario(given.get("scenario") or Scenario.ALL),
        limit=options.get("limit") or 5,
        starting_after=_cursor(options.get("starting_after")),
        sorting_rule=SortingRule(options.get("sorting_rule") or SortingRule.DEFAULT),
        vouchers=vouchers,
        tiers=tiers,
    )
    return spec, expand


def qualified_output(qualified: Qualified, *, expand: Collection[str]) -> dict[str, Any]:
    data = [_hit_output(hit, qualified, expand) for hit in qualified.hits]
    redeemables: dict[str, Any] = {
        "object": "list",
        "data_ref": "data",
        "data": data,
        "total": len(data),
        "has_more": qualified.has_more,
    }
    if qualified.has_more and data:
        redeemables["more_starting_after"] = data[-1]["created_at"]
    wire: dict[str, Any] = {"redeemables": redeemables}
    if qualified.tracking_id:
        wire["tracking_id"] = qualified.tracking_id
    if qualified.order is not None:
        wire["order"] = _echo(qualified.order)
    wire["stacking_rules"] = stacking_rules_output(qualified.settings, qualified.category_rules)
    return wire


def _echo(order: ResolvedOrder) -> dict[str, Any]:
    """The order as it was sent: no amounts, no discounts."""
    wire: dict[str, Any] = {}
    if order.lines:
        wire["items"] = [
            {
                "object": "order_item",
                **line.identity_wire(),
                "quantity": line.quantity,
                **({} if line.amount is None else {"amount": line.amount}),
                **({} if line.price is None else {"price": line.price}),
                **line.details_wire(),
            }
            for line in order.lines
        ]
    wire |= {"metadata": dict(order.metadata), "customer_id": None, "referrer_id": None, "object": "order"}
    return wire


def _hit_output(hit: Hit, qualified: Qualified, expand: Collection[str]) -> dict[str, Any]:
    found, row = hit.found, hit.found.row
    assert row is not None  # noqa: S101 - a hit was found
    fields: Any = row
    wire: dict[str, Any] = {
        "id": found.requested.id,
        "object": found.requested.object,
        "created_at": format_instant(fields.created_at),
        "result": {"discount": found_discount(found)},
    }
    if (order := order_snapshot(hit.step.order, qualified.order)) is not None:
        wire["order"] = order
    wire["applicable_to"] = dict(EMPTY_LIST)
    wire["inapplicable_to"] = dict(EMPTY_LIST)
    if "redeemable" in expand:
        wire["metadata"] = fields.metadata
        if found.requested.object == "promotion_tier":
            wire |= {"name": fields.name, "banner": fields.banner or None}
        if found.campaign is not None:
            wire |= {"campaign_id": found.campaign.public_id, "campaign_name": found.campaign.name}
    if "category" in expand:
        wire["categories"] = categories_output(found.category)
    return wire


def _cursor(text: str | None) -> Any:
    if text in (None, "", "null"):
        return None
    try:
        return parse_instant(text)
    except ValueError:
        raise InvalidPayload("Property .options.starting_after must be an ISO 8601 date-time") from None


def _narrowing(filters: Mapping[str, Any], now: Any) -> tuple[Q | None, Q | None]:
    """One wire filter as two: for codes and for tiers. None leaves the kind out."""
    kinds = _wanted_kinds(filters.get("resource_type"))
    named = {name: value for name, value in filters.items() if name != "resource_type"}
    fields = set(named) - {"junction"}
    if unknown := sorted(fields - set(_VOUCHER_FIELDS)):
        raise InvalidPayload(f"Property .options.filters must not hold {', '.join(unknown)}")
    vouchers = build(named, _VOUCHER_FIELDS, now=now) if "voucher" in kinds else None
    only_codes = bool(fields & _VOUCHERS_ONLY)
    tiers = build(named, _TIER_FIELDS, now=now) if "promotion_tier" in kinds and not only_codes else None
    return vouchers, tiers


def _wanted_kinds(condition: Any) -> frozenset[str]:
    conditions = condition.get("conditions") if isinstance(condition, Mapping) else None
    if condition is not None and not isinstance(conditions, Mapping):
        raise InvalidPayload("Property .options.filters.resource_type must hold conditions")
    kinds = _KINDS
    for operator, raw in (conditions or {}).items():
        values = frozenset(raw if isinstance(raw, list) else [raw])
        if operator in {"$is", "$in"}:
            kinds &= values
        elif operator in {"$is_not", "$not_in"}:
            kinds -= values
        else:
            raise InvalidPayload(f"Property .options.filters.resource_type must not hold {operator}")
    return kinds
