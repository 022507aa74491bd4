"""Small orders with chosen redeemables, for returns that are calculated by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine import Article, Basket, Candidate, Line, RedeemableObject, Snapshot, effects, evaluate, rules
from engine.returning.policy import Decision, ReturnPolicy
from tests.engine.return_cases import Case, granted

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
KEEP, AGAIN, CHARGE = ReturnPolicy.KEEP, ReturnPolicy.REEVALUATE, ReturnPolicy.CHARGE_BACK
TEE = Line(product_id="prod_tee", price=1000, quantity=3)
MUG = Line(product_id="prod_mug", price=2000)
MUG_ARTICLE = Article(id="prod_mug", product_id="prod_mug", price=2000, name="Mug")
TEN_OFF = {"type": "AMOUNT", "amount_off": 1000}
ALL_LINES = {"included_all": True}


def rule(name: str, operator: str, *values: Any, property: str | None = None) -> dict[str, Any]:
    return {"name": name, "property": property, "conditions": {operator: list(values)}}


def candidate(
    discount: Mapping[str, Any],
    *asked: dict[str, Any],
    key: str = "SUMMER",
    applicable_to: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Candidate:
    wire: dict[str, Any] = {"rules": {str(number): one for number, one in enumerate(asked, 1)}}
    if applicable_to is not None:
        wire["applicable_to"] = dict(applicable_to)
    parsed = (rules.parse(wire),) if asked or applicable_to is not None else ()
    return Candidate(key=key, discount=effects.parse(discount), rules=parsed, **facts)


def case(
    *candidates: Candidate,
    lines: tuple[Line, ...] = (TEE, MUG),
    policy: ReturnPolicy | Mapping[str, ReturnPolicy] = KEEP,
    **basket: Any,
) -> Case:
    snapshot = Snapshot(
        now=NOW,
        basket=Basket(lines=lines, **basket),
        candidates=candidates,
        articles=(MUG_ARTICLE,),
    )
    outcome = evaluate(snapshot)
    policies = {
        (RedeemableObject.VOUCHER, one.key): policy if isinstance(policy, ReturnPolicy) else policy[one.key]
        for one in candidates
    }
    decision = Decision(id="r_1", snapshot=snapshot, outcome=outcome, policies=policies)
    return Case(order=granted(outcome), decisions=(decision,))
