"""Remedies: doing what they say is enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine import (
    ApplicationMode,
    Basket,
    Candidate,
    Line,
    Snapshot,
    StackingRules,
    Status,
    effects,
    evaluate,
    rules,
)
from engine.explain import Explanation, explain
from engine.pipeline import Run
from tests.engine import rule_strategies, strategies
from tests.nightly import times

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
PARTIAL = StackingRules(redeemables_application_mode=ApplicationMode.PARTIAL)
TEN_PERCENT = effects.parse({"type": "PERCENT", "percent_off": 10})


def told(snapshot: Snapshot) -> tuple[Explanation, ...]:
    return explain(snapshot, evaluate(snapshot))


def about(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Rules whose gap is an amount or a number of units."""
    operators = st.sampled_from(
        ["$is", "$more_than", "$more_than_or_equal", "$less_than", "$less_than_or_equal"]
    )
    return st.builds(
        lambda name, operator, figure: {"name": name, "conditions": {operator: [figure]}},
        st.sampled_from(names),
        operators,
        st.integers(0, 25_000) if "amount" in names[0] else st.integers(0, 40),
    )


orders = about("order.amount", "order.initial_amount", "order.items.aggregated_amount")
units = about("order.items.count", "order.items.aggregated_quantity")
articles = st.builds(
    lambda item, below, is_bare: {
        "name": "order.items.any",
        "conditions": {"$is": [item]},
        **({} if is_bare else {"rules": {"1": below}}),
    },
    st.sampled_from(rule_strategies.ARTICLES),
    about("order.items.aggregated_amount") | about("order.items.aggregated_quantity"),
    st.booleans(),
)


def helped(basket: Basket, gap: dict[str, Any]) -> Basket:
    """The basket of a customer who does what the remedy says."""
    facts: dict[str, Any] = {"product_id": "prod_more"}
    for item in gap.get("items", [])[:1]:
        kind = {"product": "product_id", "sku": "sku_id"}.get(item["object"])
        facts = {kind: item["id"]} if kind else {"product_id": "prod_more", "collections": (item["id"],)}
    if "less" in gap:
        left, lines = gap["less"], []
        for line in basket.lines:
            taken = min(left, line.quantity)
            left -= taken
            lines.append(replace(line, quantity=line.quantity - taken))
        return replace(basket, lines=tuple(lines))
    figures = {"units": {"quantity": gap["more"], "price": 1}, "amount": {"price": gap["more"]}}
    own = figures[gap["kind"]]
    total = None if basket.amount is None else basket.amount + own["price"] * own.get("quantity", 1)
    return replace(basket, amount=total, lines=(*basket.lines, Line(**facts, **own)))


@settings(max_examples=times(day=150, night=300))
@given(basket=strategies.baskets, rule=orders | units | articles)
def test_doing_what_the_remedy_says_makes_the_condition_hold(basket: Basket, rule: dict[str, Any]) -> None:
    lines = tuple(replace(line, discount_amount=0, discount_quantity=0) for line in basket.lines)
    basket = replace(basket, discount_amount=0, lines=lines)
    only = rules.parse({"id": "val_1", "rules": {"1": rule}})
    candidate = Candidate(key="CODE", discount=TEN_PERCENT, rules=(only,))
    snapshot = Snapshot(now=NOW, basket=basket, candidates=(candidate,), stacking_rules=PARTIAL)
    gap = dict(rules.judge(only, Run.open(snapshot).situation(candidate), full=True).leaves[0].gap)
    assume(gap.get("kind") in ("amount", "units"))
    assume("more" in gap or (gap["kind"] == "units" and "items" not in gap))

    (before,) = told(snapshot)
    (after,) = told(replace(snapshot, basket=helped(basket, gap)))

    assert before.remedy
    assert before.conditions[-1].holds is False
    assert after.conditions[-1].holds is True
    assert after.status is Status.APPLICABLE


def test_prices_and_results_are_not_helped_by_more_of_anything() -> None:
    basket = Basket(lines=(Line(product_id="prod_a", price=800),))
    for name in ("order.items.price_any", "order.items.price_each", "product.price", "order.total_amount"):
        rule = {"name": name, "conditions": {"$more_than_or_equal": [1000]}}
        snapshot = Snapshot(
            now=NOW,
            basket=basket,
            candidates=(
                Candidate(key="CODE", discount=TEN_PERCENT, rules=(rules.parse({"rules": {"1": rule}}),)),
            ),
        )

        (one,) = told(snapshot)

        assert one.status is Status.INAPPLICABLE
        assert one.remedy is not None
        assert one.remedy.endswith("must be at least 10.00"), name
