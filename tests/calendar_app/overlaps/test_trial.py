"""The short way to the joint decision says what the production evaluator says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

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


@st.composite
def candidates(draw: st.DrawFn, key: str) -> Candidate:
    wire: dict[str, Any] = {"id": f"val_{key}", "applicable_to": {"included_all": True}}
    least = draw(st.sampled_from([0, 900, 1_000, 2_000]))
    if least:
        wire["rules"] = {"1": order_of(least)}
    return Candidate(
        key=key,
        discount=effects.parse(draw(st.sampled_from(DISCOUNTS))),
        category=draw(st.sampled_from(CATEGORIES)),
        rules=(rules.parse(wire),),
    )


stackings = st.builds(
    StackingRules,
    applicable_redeemables_limit=st.sampled_from([1, 5]),
    applicable_redeemables_category_limits=st.sampled_from(
        [(), (CategoryLimit(category_id="cat_c", limit=1),)]
    ),
    applicable_exclusive_redeemables_limit=st.sampled_from([1, 2]),
    redeemables_application_mode=st.sampled_from(ApplicationMode),
    redeemables_sorting_rule=st.sampled_from(SortingRule),
    redeemables_products_application_mode=st.sampled_from(ProductsMode),
)


@given(left=candidates("left"), right=candidates("right"), stacking=stackings)
def test_it_agrees_with_the_evaluator(left: Candidate, right: Candidate, stacking: StackingRules) -> None:
    empty = Snapshot(
        now=NOW, basket=Basket(lines=(Line(price=1_000, product_id="prod_a"),)), stacking_rules=stacking
    )
    wholes = [evaluate(replace(empty, candidates=pair)) for pair in ((left, right), (right, left))]
    alone = [evaluate(replace(empty, candidates=(one,))) for one in (left, right)]

    found = Trial(empty).together(Asked.of(1, left), Asked.of(2, right))

    applied = [
        one for one in wholes if one.valid and all(step.status is Status.APPLICABLE for step in one.steps)
    ]
    if found is None:
        gives = [one.valid and bool(touched(one.steps[0], empty)) for one in alone]
        assert not all(gives) or not any(_meets(one, empty) for one in applied)
        return
    assert found.both == bool(applied)
    if applied:
        assert found.purchase is not None
        totals = {one.order.total_amount for one in applied if one.order is not None}
        assert found.purchase.after in totals
        return
    winners = {_winner(one) for one in wholes}
    assert found.winner == (winners.pop() if len(winners) == 1 else "")


def _meets(outcome: Any, snapshot: Snapshot) -> bool:
    one, other = (touched(step, snapshot) for step in outcome.steps)
    return not one.isdisjoint(other)


def _winner(outcome: Any) -> str:
    applied = [step.key for step in outcome.steps if step.status is Status.APPLICABLE]
    return applied[0] if len(applied) == 1 else ""
