"""Small promotions, so that a test shows only what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import Candidate, RedeemableObject, algebra, effects, rules
from engine.algebra import Answer, Meeting, Side, World
from engine.spans import Spans
from tests.engine.algebra.small_world import SINCE, UNTIL, WORLD

WEEK: Spans = ((SINCE, UNTIL),)
TEN: Mapping[str, Any] = {"type": "PERCENT", "percent_off": 10}
ON_ITEMS: Mapping[str, Any] = {"type": "PERCENT", "effect": "APPLY_TO_ITEMS", "percent_off": 10}


def rule(name: str, conditions: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "conditions": dict(conditions), **more}


def on(*ids: str) -> dict[str, Any]:
    """`applicable_to` that names these articles."""
    return {"included": [item(one) for one in ids]}


def item(id: str) -> dict[str, str]:
    kinds = {"pc_": "products_collection", "sku": "sku"}
    return {"id": id, "object": kinds.get(id[:3], "product")}


def promotion(
    key: str,
    *entries: Mapping[str, Any],
    logic: str | None = None,
    discount: Mapping[str, Any] = TEN,
    facts: Mapping[str, Any] | None = None,
    **more: Any,
) -> Side:
    """A promotion with one rule set; its rules have the keys "1", "2", ..."""
    wire: dict[str, Any] = {str(at): entry for at, entry in enumerate(entries, 1)}
    if logic is not None:
        wire["logic"] = logic
    candidate = Candidate(
        key=key,
        object=RedeemableObject.PROMOTION_TIER,
        discount=effects.parse(discount),
        rules=(rules.parse({"id": f"val_{key}", "rules": wire, **more}),),
        **(facts or {}),
    )
    return Side(key=key, candidate=candidate)


def asks(key: str, name: str, conditions: Mapping[str, Any], prop: str | None = None) -> Side:
    """A promotion with one rule."""
    entry = rule(name, conditions)
    return promotion(key, entry if prop is None else {**entry, "property": prop})


def meeting(left: Side, right: Side, *, world: World = WORLD, openings: Spans = WEEK) -> Meeting:
    """What `meet` says; it says the same the other way round, and its example is one."""
    found = algebra.meet(left, right, world=world, openings=openings)
    turned = algebra.meet(right, left, world=world, openings=openings)
    assert turned.answer is found.answer
    if found.answer is Answer.OVERLAPS:
        assert found.witness is not None
        for side in (left, right):
            live = algebra.as_live(side.candidate)
            assert algebra.takes(live, found.witness, world=world) is not None
    if found.answer is Answer.UNKNOWN:
        assert found.opaque
    return found
