"""Small situations and rules, so that a test shows only what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine import effects, rules
from engine.basket import Basket, Line, OrderState, open_order
from engine.reasons import Reason
from engine.situation import Situation
from engine.snapshot import Call, Candidate, Credits, Customer, Snapshot

WARSAW = "Europe/Warsaw"
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
"""Wednesday, 09:00 in Warsaw."""
ADV = {"id": "pc_ADV", "object": "products_collection", "name": "Coffee"}
MUG = Line(price=1000, quantity=2, product_id="prod_mug", collections=("pc_ADV",))
POSTER = Line(price=1500, quantity=3, product_id="prod_poster", collections=("pc_ADV",))
SHIRT = Line(price=2000, quantity=3, product_id="prod_shirt", sku_id="sku_red", collections=("pc_ADV",))
BOTTLE = Line(price=2500, quantity=2, product_id="prod_bottle")
CART = (MUG, POSTER, SHIRT, BOTTLE)
"""The sample cart of contract 5.6, worth 17500."""


def situation(
    lines: Sequence[Line] | None = CART,
    *,
    amount: int | None = None,
    order_metadata: Mapping[str, Any] | None = None,
    customer: Customer | None = None,
    call: Call | None = None,
    counts: Mapping[str, Any] | None = None,
    credits: Credits | None = None,
    is_held_by_customer: bool | None = None,
    now: datetime = NOW,
    zone: str = WARSAW,
    after: OrderState | None = None,
) -> Situation:
    """`lines` None = no order was sent."""
    basket = None
    if lines is not None:
        basket = Basket(lines=tuple(lines), amount=amount, metadata=order_metadata or {})
    candidate = Candidate(
        key="CODE",
        discount=effects.parse({"type": "AMOUNT", "effect": "APPLY_TO_ORDER", "amount_off": 500}),
        counts=counts or {},
        credits=credits,
        is_held_by_customer=is_held_by_customer,
    )
    snapshot = Snapshot(
        now=now,
        time_zone=zone,
        basket=basket,
        customer=customer,
        candidates=(candidate,),
        call=call or Call(),
    )
    return Situation(
        snapshot=snapshot,
        candidate=candidate,
        zone=ZoneInfo(zone),
        before=None if basket is None else open_order(basket),
        after=after,
        lines=() if basket is None else basket.lines,
    )


def rule(name: str, conditions: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """One entry of `rules`."""
    return {"name": name, "conditions": dict(conditions), **more}


def rule_set(*entries: Mapping[str, Any], logic: str | None = None, **more: Any) -> rules.RuleSet:
    """Entries get the keys "1", "2", ..."""
    wire: dict[str, Any] = {str(number): entry for number, entry in enumerate(entries, 1)}
    if logic is not None:
        wire["logic"] = logic
    return rules.parse({"id": "val_1", "name": "test", "rules": wire, **more})


def holds(name: str, conditions: Mapping[str, Any], at: Situation, **more: Any) -> bool:
    """The decision on a single rule; the explanation is held to say the same."""
    only = rule_set(rule(name, conditions, **more))
    found = rules.holds(only, at)
    explained = rules.judge(only, at, full=True)
    assert explained.holds is found
    assert (explained.leaves[0].holds is not False) is found
    return found


def gap(name: str, conditions: Mapping[str, Any], at: Situation, **more: Any) -> dict[str, Any]:
    """What would make a single refused rule hold."""
    verdict = rules.judge(rule_set(rule(name, conditions, **more)), at)
    assert verdict.holds is False
    return dict(verdict.leaves[0].gap)


def refusal(name: str, conditions: Mapping[str, Any], at: Situation, **more: Any) -> Reason:
    """The reason that a single refused rule gives."""
    return rules.refusal(rules.judge(rule_set(rule(name, conditions, **more)), at), label="CODE")
