"""The short way to the joint decision says what the production evaluator says."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from calendar_app.overlapping.together import Asked, Trial, touched
from engine import (
    ApplicationMode,
    Basket,
    Candidate,
    Category,
    CategoryLimit,
    Line,
    Snapshot,
    SortingRule,
    StackingRules,
    StackingType,
    Status,
    effects,
    evaluate,
    rules,
)
from engine.stacking_rules import ProductsMode
from tests.calendar_app.overlaps.made import NOW, amount, order_of, percent

CATEGORIES = (
    None,
    Category(id="cat_c", name="Common", hierarchy=2),
    Category(id="cat_e", name="Exclusive", hierarchy=1, stacking_type=StackingType.EXCLUSIVE),
    Category(id="cat_f", name="Other exclusive", hierarchy=3, stacking_type=StackingType.EXCLUSIVE),
    Category(id="cat_j", name="Joint", hierarchy=4, stacking_type=StackingType.JOINT),
)
DISCOUNTS: tuple[dict[str, Any], ...] = (
    percent(10),
    percent(40, items=True),
    amount(700),
    {"type": "AMOUNT", "amount_off": 300, "effect": "APPLY_TO_ITEMS"},
)


LIMITS = ((), (CategoryLimit(category_id="cat_c", limit=1),))

type Drawn = tuple[int, dict[str, Any], Category | None]


def candidate(key: str, drawn: Drawn) -> Candidate:
    least, discount, category = drawn
    wire: dict[str, Any] = {"id": f"val_{key}", "applicable_to": {"included_all": True}}
    if least:
        wire["rules"] = {"1": order_of(least)}
    return Candidate(key=key, discount=effects.parse(discount), category=category, rules=(rules.parse(wire),))


def drawn(draw: random.Random) -> Drawn:
    return draw.choice([0, 900, 1_000, 2_000]), draw.choice(DISCOUNTS), draw.choice(CATEGORIES)


@pytest.mark.parametrize("seed", range(4))
def test_it_agrees_with_the_evaluator(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(70):
        _compare(draw)


def _compare(draw: random.Random) -> None:
    left, right = candidate("left", drawn(draw)), candidate("right", drawn(draw))
    stacking = StackingRules(
        applicable_redeemables_limit=draw.choice([1, 5, 5]),
        applicable_redeemables_category_limits=draw.choice(LIMITS),
        applicable_exclusive_redeemables_limit=draw.choice([1, 2]),
        redeemables_application_mode=draw.choice(list(ApplicationMode)),
        redeemables_sorting_rule=draw.choice(list(SortingRule)),
        redeemables_products_application_mode=draw.choice(list(ProductsMode)),
    )
    basket = Basket(lines=(Line(price=1_000, product_id="prod_a"),))
    empty = Snapshot(now=NOW, basket=basket, stacking_rules=stacking)
    wholes = [evaluate(replace(empty, candidates=pair)) for pair in ((left, right), (right, left))]
    alone = [evaluate(replace(empty, candidates=(each,))) for each in (left, right)]
    applied = [
        whole
        for whole in wholes
        if whole.valid and all(step.status is Status.APPLICABLE for step in whole.steps)
    ]

    found = Trial(empty).together(Asked.of(1, left), Asked.of(2, right))

    if found is None:
        gives = [each.valid and bool(touched(each.steps[0], empty)) for each in alone]
        assert not all(gives) or not any(_meets(whole, empty) for whole in applied)
        return
    assert found.both == bool(applied)
    if applied:
        assert found.purchase is not None
        totals = {whole.order.total_amount for whole in applied if whole.order is not None}
        assert found.purchase.after in totals
        return
    winners = {_winner(whole) for whole in wholes}
    assert found.winner == (winners.pop() if len(winners) == 1 else "")


def _meets(outcome: Any, snapshot: Snapshot) -> bool:
    one, other = (touched(step, snapshot) for step in outcome.steps)
    return not one.isdisjoint(other)


def _winner(outcome: Any) -> str:
    applied = [step.key for step in outcome.steps if step.status is Status.APPLICABLE]
    return applied[0] if len(applied) == 1 else ""
