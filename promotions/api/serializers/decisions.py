"""What the engine decided, as the contract prints it (semantics-core 6.6, 7.3)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from commerce.selectors.orders import ResolvedOrder
from core.ids import new_id
from engine import Status, Step
from engine.bounds import UNBOUNDED
from engine.bundles import BundleCount
from promotions.api.serializers.applied_entries import applied_output
from promotions.api.serializers.categories import categories_output
from promotions.api.serializers.discounts import discount_output
from promotions.api.serializers.gifts import applied_credits, gift_output
from promotions.api.serializers.paid_points import applied_points
from promotions.api.serializers.stacking_rules import stacking_rules_output
from promotions.models import ValidationSession
from promotions.redeemables import Found
from promotions.selectors.order_snapshots import order_snapshot
from promotions.selectors.snapshots import Loaded
from promotions.services.redemptions import refusal_of
from promotions.services.validations import Decision

EMPTY_LIST: dict[str, Any] = {"data": [], "total": 0, "data_ref": "data", "object": "list"}


def session_output(session: ValidationSession) -> dict[str, Any]:
    """What holds the redeemables of a valid validation (contract: 10)."""
    return {"key": session.key, "type": "LOCK", "ttl": session.ttl, "ttl_unit": session.ttl_unit}


def validation_output(
    decision: Decision,
    *,
    expand: Collection[str],
    request_id: str,
    session: ValidationSession | None = None,
) -> dict[str, Any]:
    """The answer of `POST /v1/validations`. Lists that would be empty are absent."""
    loaded, outcome = decision.loaded, decision.outcome
    final = loaded.order_with(outcome.added)
    every = [
        step_output(step, loaded, expand=expand, request_id=request_id, order_after=final)
        for step in outcome.steps
    ]
    entries: dict[Status, list[dict[str, Any]]] = {status: [] for status in Status}
    for step, entry in zip(outcome.steps, every, strict=True):
        entries[step.status].append(entry)
    wire: dict[str, Any] = {"id": new_id("valid", 18), "valid": outcome.valid}
    wire["redeemables"] = entries[Status.APPLICABLE] if outcome.valid else every
    if entries[Status.SKIPPED]:
        wire["skipped_redeemables"] = entries[Status.SKIPPED]
    if entries[Status.INAPPLICABLE]:
        wire["inapplicable_redeemables"] = entries[Status.INAPPLICABLE]
    if (order := order_snapshot(outcome.order, final)) is not None:
        wire["order"] = order
    if outcome.gap is not None:
        # Free units can be worth anything: then nobody knows how much more there might be.
        gap = outcome.gap if outcome.gap < UNBOUNDED else None
        wire["stacking"] = {"strategy": loaded.snapshot.strategy.value, "gap": gap}
    if decision.tracking_id:
        wire["tracking_id"] = decision.tracking_id
    if session is not None:
        wire["session"] = session_output(session)
    wire["stacking_rules"] = stacking_rules_output(loaded.settings, loaded.category_rules)
    return wire


def single_validation_output(
    decision: Decision, *, code: str, request_id: str, session: ValidationSession | None = None
) -> dict[str, Any]:
    """The answer of `POST /v1/vouchers/{code}/validate`, the old form for one code."""
    loaded, step = decision.loaded, decision.outcome.steps[0]
    wire: dict[str, Any] = {"valid": decision.outcome.valid, "code": code}
    if decision.tracking_id:
        wire["tracking_id"] = decision.tracking_id
    found = loaded.found[0]
    if found.campaign is not None:
        wire |= {"campaign": found.campaign.name, "campaign_id": found.campaign.public_id}
    if step.status is not Status.APPLICABLE:
        error = refusal_of(step)
        return wire | {"reason": error.message, "error": {**error.to_wire(), "request_id": request_id}}
    row: Any = found.row
    wire |= {
        "metadata": row.metadata,
        **(
            applied_points(found, step)
            or ({"gift": gift} if (gift := gift_output(row)) else {"discount": found_discount(found)})
        ),
        **applied_output(step),
    }
    if session is not None:
        wire["session"] = session_output(session)
    final = loaded.order_with(decision.outcome.added)
    if (order := order_snapshot(decision.outcome.order, final)) is not None:
        wire["order"] = order
    return wire


def step_output(
    step: Step,
    loaded: Loaded,
    *,
    expand: Collection[str],
    request_id: str,
    order_after: ResolvedOrder | None = None,
) -> dict[str, Any]:
    """One entry of `redeemables`, `inapplicable_redeemables` or `skipped_redeemables`.

    `order_after` is the order with the lines that discounts of the request appended.
    """
    found = loaded.by_key[step.object.value, step.key]
    wire: dict[str, Any] = {"status": step.status.value, "id": step.key, "object": step.object.value}
    match step.status:
        case Status.APPLICABLE:
            if (order := order_snapshot(step.order, order_after or loaded.order)) is not None:
                wire["order"] = order
            wire |= applied_output(step)
            wire["result"] = {**worth_output(found, step), **cuts_output(step)}
        case Status.INAPPLICABLE:
            error = refusal_of(step)
            body = {**error.to_wire(), "request_id": request_id}
            details = {"message": error.custom_message or error.message, "key": error.key}
            wire["result"] = {"error": body, "details": details, **_bundle(step)}
        case Status.SKIPPED:
            reason = step.reason
            wire["result"] = {
                "details": {"key": reason.key.value, "message": reason.message} if reason else {}
            }
    return wire | _expanded(found, expand)


def cuts_output(step: Step) -> dict[str, Any]:
    """Beyond the contract: the budgets that had less left than the discount wanted, where there are any."""
    cuts = [
        {
            "id": one.budget,
            "name": one.name,
            "measure": one.measure.value,
            "wanted": one.wanted,
            "given": one.given,
            "object": "budget",
        }
        for one in step.cut
    ]
    return {"budgets": cuts} if cuts else {}


def worth_output(found: Found, step: Step) -> dict[str, Any]:
    """`result` of what applies: the credits or points of a card, else the discount."""
    paid = applied_points(found, step) or applied_credits(found, step)
    return {**(paid or {"discount": found_discount(found)}), **_bundle(step)}


def _bundle(step: Step) -> dict[str, Any]:
    return {} if step.bundle is None else {"bundle": bundle_output(step.bundle)}


def bundle_output(count: BundleCount) -> dict[str, Any]:
    """How many complete bundles there are, of which lines, and what one more needs (contract: 5.13)."""
    wire: dict[str, Any] = {"quantity": count.quantity, "limit": count.limit}
    if count.identified:
        wire["identified"] = [
            {
                "id": part.item.id,
                "object": part.item.object.value,
                "item_index": part.line,
                "item_quantity": part.quantity,
            }
            for part in count.identified
        ]
    if count.missing:
        wire["missing"] = [
            {"id": part.item.id, "object": part.item.object.value, "item_quantity": part.quantity}
            for part in count.missing
        ]
    return wire


def found_discount(found: Found) -> dict[str, Any] | None:
    """The discount that counts: the code's own, else its campaign's."""
    row: Any = found.row
    return discount_output(row.discount or (found.campaign.discount if found.campaign else None))


def _expanded(found: Found, expand: Collection[str]) -> dict[str, Any]:
    wire: dict[str, Any] = {}
    row: Any = found.row
    if row is None:
        return wire
    if "redeemable" in expand:
        wire["metadata"] = row.metadata
        if found.campaign is not None:
            wire["campaign_id"] = found.campaign.public_id
            wire["campaign_name"] = found.campaign.name
        if hasattr(row, "banner"):
            wire["name"] = row.name
    if "category" in expand:
        wire["categories"] = categories_output(found.category)
    return wire
