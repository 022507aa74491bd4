"""The answer of `POST /v1/qualifications` (contract: semantics-core 19.4)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from commerce.selectors.orders import ResolvedOrder
from core.instants import format_instant
from promotions.api.serializers.applied_entries import applied_output
from promotions.api.serializers.categories import categories_output
from promotions.api.serializers.decisions import EMPTY_LIST, worth_output
from promotions.api.serializers.rules import assignment_output
from promotions.api.serializers.stacking_rules import stacking_rules_output
from promotions.models import ValidationRuleAssignment
from promotions.selectors import cursors, judging
from promotions.selectors.offers import CAMPAIGN, PROMOTION_TIER, STACK
from promotions.selectors.order_snapshots import order_snapshot
from promotions.services.qualifications import Hit, Qualified


def qualified_output(qualified: Qualified, *, expand: Collection[str]) -> dict[str, Any]:
    data = [_hit_output(hit, qualified, expand) for hit in qualified.hits]
    redeemables: dict[str, Any] = {
        "object": "list",
        "data_ref": "data",
        "data": data,
        "total": qualified.total,
        "has_more": qualified.following is not None,
    }
    if qualified.following is not None and qualified.hits:
        last = qualified.hits[-1].offer
        redeemables["more_starting_after"] = cursors.write(
            last.created_at, last.rank, qualified.following.rank
        )
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
    offer = hit.offer
    wire: dict[str, Any] = {
        "id": hit.found.requested.id,
        "object": offer.kind,
        "created_at": format_instant(offer.created_at),
    }
    if offer.kind == STACK:
        wire["redeemables"] = [_hit_output(part, qualified, expand) for part in hit.parts]
    else:
        wire["result"] = worth_output(hit.found, hit.step)
    # A stack is about items as far as its tiers are.
    nothing = {"applicable_to": dict(EMPTY_LIST), "inapplicable_to": dict(EMPTY_LIST)}
    if (order := order_snapshot(hit.step.order, _order_with(hit, qualified))) is not None:
        wire["order"] = order
    wire |= nothing if hit.parts else applied_output(hit.step)
    return wire | _expanded(hit, qualified, expand)


def _order_with(hit: Hit, qualified: Qualified) -> ResolvedOrder | None:
    """The order with the lines that the discount adds; in a stack those of the tiers before, too."""
    added = [line for part in hit.parts or (hit,) for line in part.step.added]
    if qualified.order is None or not added:
        return qualified.order
    return qualified.order.with_lines(tuple(qualified.articles.line(line) for line in added))


def _expanded(hit: Hit, qualified: Qualified, expand: Collection[str]) -> dict[str, Any]:
    found: Any = hit.found
    wire: dict[str, Any] = {}
    rules = found.candidate.rules
    if rules and rules[0].id:
        wire["validation_rule_id"] = rules[0].id
    if "redeemable" in expand:
        if hasattr(found.row, "metadata"):
            wire["metadata"] = found.row.metadata
        if hit.offer.kind in (PROMOTION_TIER, STACK):
            wire["name"] = found.row.name
        if hit.offer.kind == PROMOTION_TIER:
            wire["banner"] = found.row.banner or None
        if found.campaign is not None:
            wire |= {"campaign_id": found.campaign.public_id, "campaign_name": found.campaign.name}
    if "category" in expand:
        wire["categories"] = categories_output(found.category)
    if "validation_rules" in expand:
        owners = [(hit.offer.kind, hit.offer.public_id)]
        if found.campaign is not None and hit.offer.kind != CAMPAIGN:
            owners.append((CAMPAIGN, found.campaign.public_id))
        entries = [qualified.assignments.get(owner) for owner in owners]
        data = [_assignment(entry, hit, qualified) for entry in entries if entry is not None]
        wire["validation_rules_assignments"] = {
            "object": "list",
            "data_ref": "data",
            "data": data,
            "total": len(data),
        }
    return wire


def _assignment(entry: ValidationRuleAssignment, hit: Hit, qualified: Qualified) -> dict[str, Any]:
    """Whatever was asked holds, or it would be no hit; the question is only what was not asked."""
    asked = next((rules for rules in hit.found.candidate.rules if rules.id == entry.rule.public_id), None)
    omitted = judging.omitted(asked, qualified.scope) if asked is not None else []
    return {
        **assignment_output(entry),
        "validation_status": "PARTIALLY_VALID" if omitted else "VALID",
        "validation_omitted_rules": omitted,
    }
