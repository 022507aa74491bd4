"""Old requests about one code or one tier, on today's services (contract: endpoints, marked "dep")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rest_framework.request import Request

from core.api.fields import plain
from core.api.filter_values import number, single, text
from core.api.query import Query, read_query
from core.errors import InvalidQueryParams
from core.instants import format_optional
from engine import Status, Step
from promotions.api.serializers.categories import categories_output
from promotions.api.serializers.decision_input import ParsedDecision, SingleVoucherInput, decision_spec
from promotions.api.serializers.decisions import step_output
from promotions.api.serializers.validity import without_nulls
from promotions.models import PromotionTier
from promotions.redeemables import Requested
from promotions.services.redemptions import refusal_of
from promotions.services.validations import Decision

_AMOUNTS: Final = ("price", "amount")
# What one step did, as new and old answers say it.
_EFFECT: Final = ("order", "applicable_to", "inapplicable_to")


def requested_code(request: Request) -> Requested:
    """The code that stands in the query.

    :raises InvalidQueryParams: it does not.
    """
    code = read_query(request).get("code")
    if code in (None, ""):
        raise InvalidQueryParams("code: a code is expected.")
    return Requested(object="voucher", id=text(single(code, "code"), "code"))


def query_decision(request: Request) -> ParsedDecision:
    """`GET /client/v1/validate`: in the query stands what is a body elsewhere, numbers as text.

    :raises InvalidQueryParams: no code, or an amount that is no number.
    :raises InvalidPayload: wrong values.
    """
    query = read_query(request)
    order = dict(_branch(query, "order"))
    if items := _branch(query, "item"):
        order["items"] = [_with_numbers(item, f"item[{place}]") for place, item in items.items()]
    if "amount" in query:
        order |= _with_numbers({"amount": query["amount"]}, "")
    customer = query.get("customer")
    body = {
        "order": order or None,
        "customer": {"source_id": customer} if isinstance(customer, str) else customer,
        "metadata": query.get("metadata"),
        "tracking_id": query.get("tracking_id"),
    }
    return decision_spec(SingleVoucherInput, body, redeemables=(requested_code(request),))


def tier_validation_output(decision: Decision, *, tier_id: str, request_id: str) -> dict[str, Any]:
    """The answer of `POST /v1/promotions/tiers/{tierId}/validation`."""
    step, found = decision.outcome.steps[0], decision.loaded.found[0]
    wire: dict[str, Any] = {"valid": decision.outcome.valid, "id": tier_id, "object": "promotion_tier"}
    if decision.tracking_id:
        wire["tracking_id"] = decision.tracking_id
    if isinstance(found.row, PromotionTier):
        wire |= tier_facts(found.row)
    if step.status is not Status.APPLICABLE:
        error = refusal_of(step)
        return wire | {"reason": error.message, "error": {**error.to_wire(), "request_id": request_id}}
    return wire | effect_of(_step(decision, step, request_id))


def tier_facts(tier: PromotionTier) -> dict[str, Any]:
    """What the old answers say about a tier itself. Reads its campaign and that one's category."""
    campaign = tier.campaign
    return without_nulls(
        {
            "name": tier.name,
            "banner": tier.banner or None,
            "start_date": format_optional(tier.starts_at),
            "expiration_date": format_optional(tier.ends_at),
            "campaign": without_nulls(
                {
                    "id": campaign.public_id,
                    "start_date": format_optional(campaign.starts_at),
                    "expiration_date": format_optional(campaign.ends_at),
                    "active": campaign.is_active,
                    "categories": categories_output(campaign.category),
                    "object": "campaign",
                }
            ),
            "hierarchy": tier.hierarchy,
            "metadata": tier.metadata,
        }
    )


def effect_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The effect of an entry of today's answers, in the places where old answers have it."""
    wire = {name: entry[name] for name in _EFFECT if name in entry} | dict(entry["result"])
    order = entry.get("order") or {}
    wire["discount_amount"] = order.get("total_discount_amount", 0)
    wire["applied_discount_amount"] = order.get("total_applied_discount_amount", 0)
    return wire


def _branch(query: Query, name: str) -> Mapping[str, Any]:
    """What stands below `name[…]`; nothing, if it is not there.

    :raises InvalidQueryParams: there is a value instead.
    """
    below = query.get(name) or {}
    if not isinstance(below, Mapping):
        raise InvalidQueryParams(f"{name}: properties in brackets are expected.")
    return below


def _with_numbers(item: Any, where: str) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise InvalidQueryParams(f"{where}: properties in brackets are expected.")
    amounts = {name: plain(number(item[name], f"{where}{name}")) for name in _AMOUNTS if name in item}
    return {**item, **amounts}


def _step(decision: Decision, step: Step, request_id: str) -> dict[str, Any]:
    order_after = decision.loaded.order_with(decision.outcome.added)
    return step_output(step, decision.loaded, expand=(), request_id=request_id, order_after=order_after)
