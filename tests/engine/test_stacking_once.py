"""ONCE: a product that one redeemable discounted is closed to item discounts of later ones. Contract 6.5."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine import (
    Basket,
    Candidate,
    Category,
    Line,
    NoEffectRule,
    Outcome,
    Snapshot,
    StackingRules,
    effects,
    evaluate,
    rules,
)
from engine.basket import OrderState
from engine.snapshot import Article
from engine.stacking_rules import ApplicationMode, ProductsMode, SortingRule, Strategy

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ONCE = ProductsMode.ONCE
RED = Line(product_id="prod_shirt", sku_id="sku_red", price=2000)
BLUE = Line(product_id="prod_shirt", sku_id="sku_blue", price=2000)
MUG = Line(product_id="prod_mug", price=1000)
UNNAMED = Line(price=700)


def off(key: str, wire: dict[str, Any], *items: dict[str, str]) -> Candidate:
    targets = {"included": list(items)} if items else {"included_all": True}
    return Candidate(key=key, discount=effects.parse(wire), rules=(rules.parse({"applicable_to": targets}),))


FIRST = off(
    "first",
    {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS", "amount_off": 100},
    {"object": "sku", "id": "sku_red"},
)
SECOND = off("second", {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS", "amount_off": 10})


def decide(
    *candidates: Candidate, lines: tuple[Line, ...] = (RED, BLUE, MUG, UNNAMED), **facts: Any
) -> Outcome:
    facts.setdefault("stacking_rules", StackingRules(redeemables_products_application_mode=ONCE))
    return evaluate(Snapshot(now=NOW, basket=Basket(lines=lines), candidates=candidates, **facts))


def taken(order: OrderState | None) -> list[int]:
    assert order is not None
    return [line.applied_discount_amount for line in order.lines]


def test_all_lines_of_the_product_are_closed() -> None:
    outcome = decide(FIRST, SECOND)

    assert taken(outcome.steps[0].order) == [100, 0, 0, 0]
    assert taken(outcome.steps[1].order) == [0, 0, 10, 10]


def test_by_default_discounts_add_up() -> None:
    outcome = decide(FIRST, SECOND, stacking_rules=StackingRules())

    assert taken(outcome.order) == [110, 10, 10, 10]


def test_lines_that_nobody_can_name_are_closed_one_by_one() -> None:
    cheapest = off("cheapest", {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS", "amount_off": 50})

    outcome = decide(cheapest, SECOND, lines=(UNNAMED, UNNAMED))

    assert taken(outcome.steps[0].order) == [50, 50]
    assert taken(outcome.steps[1].order) == [0, 0]


def test_order_discounts_close_nothing_and_are_closed_by_nothing() -> None:
    order = Candidate(key="order", discount=effects.parse({"type": "PERCENT", "percent_off": 10}))

    outcome = decide(order, SECOND, Candidate(key="last", discount=order.discount))

    assert taken(outcome.steps[1].order) == [10, 10, 10, 10]
    assert outcome.steps[2].order is not None
    assert outcome.steps[2].order.applied_discount_amount == 509  # 10 % of 5700 - 570 - 40


def test_a_closed_order_is_no_effect_and_may_be_skipped() -> None:
    skip = StackingRules(
        redeemables_products_application_mode=ONCE, redeemables_no_effect_rule=NoEffectRule.SKIP
    )

    outcome = decide(
        SECOND,
        off("again", {"type": "PERCENT", "effect": "APPLY_TO_ITEMS", "percent_off": 5}),
        stacking_rules=skip,
    )

    assert [step.reason and step.reason.key.value for step in outcome.steps] == [None, "no_effect"]


def test_units_given_away_close_their_product() -> None:
    gift = Candidate(
        key="gift",
        discount=effects.parse(
            {"type": "UNIT", "unit_off": 1, "unit_type": "prod_mug", "effect": "ADD_NEW_ITEMS"}
        ),
    )
    mug = Article(id="prod_mug", product_id="prod_mug", price=1000)

    outcome = decide(gift, SECOND, lines=(RED, MUG), articles=(mug,))
    new = decide(gift, SECOND, lines=(RED,), articles=(mug,))

    assert taken(outcome.steps[1].order) == [10, 0]
    assert taken(new.steps[1].order) == [10, 0]
    assert new.added[0].product_id == "prod_mug"


def test_an_earlier_request_closes_nothing() -> None:
    outcome = decide(SECOND, lines=(Line(product_id="prod_mug", price=1000, discount_amount=100),))

    assert taken(outcome.order) == [10]


@pytest.mark.parametrize("mode", list(ApplicationMode))
def test_the_best_set_counts_each_product_once(mode: ApplicationMode) -> None:
    stacking = StackingRules(redeemables_products_application_mode=ONCE, redeemables_application_mode=mode)
    small = off("small", {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS", "amount_off": 50})
    big = off("big", {"type": "PERCENT", "effect": "APPLY_TO_ITEMS", "percent_off": 50})

    outcome = decide(small, big, stacking_rules=stacking, strategy=Strategy.BEST_FOR_CUSTOMER)

    assert [step.status.value for step in outcome.steps] == ["SKIPPED", "APPLICABLE"]
    assert outcome.gap == 0
    assert outcome.order is not None
    assert outcome.order.total_applied_discount_amount == 2850


def test_hierarchy_decides_who_comes_first() -> None:
    stacking = StackingRules(
        redeemables_products_application_mode=ONCE,
        redeemables_sorting_rule=SortingRule.CATEGORY_HIERARCHY,
    )
    later = Candidate(
        key="later", discount=SECOND.discount, rules=SECOND.rules, category=Category(id="b", hierarchy=2)
    )
    sooner = Candidate(
        key="sooner", discount=FIRST.discount, rules=SECOND.rules, category=Category(id="a", hierarchy=1)
    )

    outcome = decide(later, sooner, stacking_rules=stacking)

    assert [step.key for step in outcome.steps] == ["sooner", "later"]
    assert taken(outcome.steps[1].order) == [0, 0, 0, 0]
