"""Orders that are put together for two promotions: amounts, units, bundles, extremes, results, exclusions."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Article, Basket, Budget, BudgetMeasure, algebra
from engine.algebra import Answer, Obstacle, Side, Witness, World
from engine.stacking_rules import StackingRules
from tests.engine.algebra.building import ON_ITEMS, TEN, asks, item, meeting, on, promotion, rule
from tests.engine.algebra.small_world import WORLD


def _basket(left: Side, right: Side, *, world: World = WORLD) -> Basket:
    found = meeting(left, right, world=world)
    assert found.answer is Answer.OVERLAPS, found
    assert found.witness is not None
    assert found.witness.basket is not None
    return found.witness.basket


def _amount(basket: Basket) -> int:
    return basket.value or 0


def test_real_articles_at_their_prices_come_first() -> None:
    shoes = promotion("shoes", discount=ON_ITEMS, applicable_to=on("prod_shoe"))
    mugs = promotion("mugs", discount=ON_ITEMS, applicable_to=on("prod_mug"))

    basket = _basket(shoes, mugs)

    assert {(line.product_id, line.price, line.quantity) for line in basket.lines} == {
        ("prod_mug", 200, 1),
        ("prod_shoe", 500, 1),
    }


def test_two_item_discounts_meet_on_one_line_if_they_can() -> None:
    home = promotion("home", discount=ON_ITEMS, applicable_to=on("pc_home"))
    wear = promotion("wear", discount=ON_ITEMS, applicable_to=on("pc_wear"))

    basket = _basket(home, wear)

    assert [line.product_id for line in basket.lines] == ["prod_hat"]
    assert basket.lines[0].collections == ("pc_home", "pc_wear")


@pytest.mark.parametrize(
    ("low", "high"), [(5_000, 6_000), (5_000, 5_000), (123, 123), (99_999, 100_001), (1, 2)]
)
def test_units_and_prices_reach_an_amount_within_bounds(low: int, high: int) -> None:
    left = asks("left", "order.amount", {"$more_than_or_equal": [low]})
    right = promotion(
        "right",
        rule("order.amount", {"$less_than_or_equal": [high]}),
        discount={"type": "AMOUNT", "amount_off": 1},
    )
    if low < 5:  # ten per cent of so little is nothing
        left = promotion("left", *(), discount={"type": "AMOUNT", "amount_off": 1})

    assert min(low, high) <= _amount(_basket(left, right)) <= high or low < 5


def test_units_of_articles_add_up() -> None:
    many = promotion(
        "many",
        {
            **rule("order.items.any", {"$is": [item("prod_mug")]}),
            "rules": {"1": rule("order.items.aggregated_quantity", {"$is": [7]})},
        },
    )
    few = promotion(
        "few",
        rule("order.items.count", {"$is": [9]}),
        rule("order.items.any", {"$is": [item("prod_pen")]}),
    )

    basket = _basket(many, few)

    assert sum(line.quantity for line in basket.lines if line.product_id == "prod_mug") == 7
    assert sum(line.quantity for line in basket.lines) == 9


def test_a_bundle_and_the_cheapest_article_go_into_one_order() -> None:
    component = {"name": "order.items.any", "conditions": {"$is": [item("prod_shoe")]}}
    other = {**component, "conditions": {"$is": [item("pc_home")]}}
    bundled = promotion("bundled", bundle_rules={"1": component, "2": other})
    cheapest = promotion("cheapest", rule("order.items.cheapest", {"$is": [item("prod_shoe")]}))

    basket = _basket(bundled, cheapest)

    priced = [(line.price or 0, line.product_id) for line in basket.lines]
    assert min(priced)[1] == "prod_shoe"
    assert len(priced) == 2


def test_the_order_may_be_bounded_by_what_is_left_of_it() -> None:
    result = asks("result", "order.total_amount", {"$is": [900]})
    other = asks("other", "order.amount", {"$more_than": [950]})

    assert _amount(_basket(result, other)) in range(999, 1002)


def test_a_continued_counter_bounds_the_order() -> None:
    budget = asks("budget", "campaign.orders.amount", {"$less_than_or_equal": [400]})
    large = asks("large", "order.amount", {"$more_than": [300]})

    assert 300 < _amount(_basket(budget, large)) <= 400
    assert meeting(budget, asks("too large", "order.amount", {"$more_than": [400]})).answer is Answer.DISJOINT


def test_counters_begin_at_zero() -> None:
    limited = asks("limited", "redemption.count.per_customer", {"$less_than_or_equal": [1]})
    closed = asks("closed", "redemption.count.daily", {"$less_than": [1]})
    loyal = asks("loyal", "redemption.count.per_customer", {"$more_than": [3]})

    assert meeting(limited, promotion("any")).answer is Answer.OVERLAPS
    assert meeting(closed, promotion("any")).answer is Answer.DISJOINT
    found = meeting(loyal, promotion("any"))
    assert found.answer is Answer.UNKNOWN
    assert [(one.key, one.kind) for one in found.opaque] == [("loyal", Obstacle.COUNTER)]


def test_a_budget_is_taken_as_if_nothing_was_used_of_it() -> None:
    spent = Budget(id="bud_1", name="Spring", measure=BudgetMeasure.DISCOUNT, limit=300, used=300)
    pooled = promotion("pooled", facts={"budgets": (spent,)})

    assert _amount(_basket(pooled, asks("large", "order.amount", {"$more_than": [2_900]}))) <= 10 * 300


def test_an_unknown_collection_neither_proves_nor_confirms() -> None:
    unknown = promotion("unknown", rule("order.items.any", {"$is": [item("pc_new")]}))
    every = promotion("mugs", rule("order.items.every", {"$is": [item("prod_mug")]}))

    found = meeting(unknown, every)

    assert found.answer is Answer.UNKNOWN
    assert Obstacle.COLLECTION in {one.kind for one in found.opaque}


def test_samples_of_a_collection_confirm_but_do_not_prove() -> None:
    world = World(articles=WORLD.articles, samples={"pc_new": frozenset({"prod_mug", "prod_pen"})})
    unknown = promotion("unknown", rule("order.items.any", {"$is": [item("pc_new")]}))
    mugs = promotion("mugs", rule("order.items.every", {"$is": [item("prod_mug")]}))
    shoes = promotion("shoes", rule("order.items.every", {"$is": [item("prod_shoe")]}))
    without = promotion("without", rule("order.items.none", {"$is": [item("pc_new")]}))

    assert [line.product_id for line in _basket(unknown, mugs, world=world).lines] == ["prod_mug"]
    assert meeting(unknown, shoes, world=world).answer is Answer.UNKNOWN
    assert meeting(without, mugs, world=world).answer is Answer.UNKNOWN
    assert meeting(unknown, without, world=world).answer is Answer.DISJOINT


def test_an_empty_collection_is_never_bought() -> None:
    empty = promotion("empty", rule("order.items.any", {"$is": [item("pc_none")]}))

    assert meeting(empty, promotion("any")).answer is Answer.DISJOINT


def test_a_product_means_its_skus() -> None:
    red = promotion("red", rule("sku.id", {"$is": [item("sku_red")]}))
    shoes = promotion("shoes", rule("order.items.every", {"$is": [item("prod_shoe")]}))

    basket = _basket(red, shoes)

    assert [(line.product_id, line.sku_id) for line in basket.lines] == [("prod_shoe", "sku_red")]


def test_nothing_is_needed_of_the_world() -> None:
    first = promotion("first", discount=ON_ITEMS, applicable_to=on("prod_a"))
    second = promotion("second", rule("order.items.any", {"$is": [item("prod_b")]}))

    assert {line.product_id for line in _basket(first, second, world=World()).lines} == {"prod_a", "prod_b"}


def test_free_articles_come_from_the_world() -> None:
    pen = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "prod_pen"}
    gift, many = promotion("gift", discount=pen), asks("many", "order.amount", {"$more_than": [500]})
    world = World(articles={"prod_pen": Article(id="prod_pen", product_id="prod_pen", price=100)})
    found = meeting(gift, many, world=world)
    assert found.witness is not None

    step = algebra.takes(algebra.as_live(gift.candidate), found.witness, world=world)

    assert step is not None
    assert step.order is not None
    assert step.order.total_applied_discount_amount == 100


def test_an_example_changes_the_order_by_more_than_nothing() -> None:
    cheap = promotion("cheap", discount={"type": "PERCENT", "percent_off": 1})
    small = asks("small", "order.amount", {"$less_than": [60]})

    assert 50 <= _amount(_basket(cheap, small)) < 60
    assert meeting(cheap, asks("smaller", "order.amount", {"$less_than": [50]})).answer is Answer.DISJOINT


def test_a_formula_is_evaluated_or_named() -> None:
    formula: dict[str, Any] = {**TEN, "percent_off_formula": 'ORDER_METADATA("share")'}
    dynamic = promotion("dynamic", discount=formula)
    nothing = promotion("nothing", discount={**formula, "percent_off_formula": "0 * ORDER_AMOUNT"})

    assert meeting(dynamic, promotion("any")).answer is Answer.OVERLAPS  # without the metadatum 10 % count
    found = meeting(nothing, promotion("any"))
    assert found.answer is Answer.UNKNOWN
    assert [one.kind for one in found.opaque] == [Obstacle.FORMULA]


def test_the_snapshot_keeps_the_projects_rules() -> None:
    world = World(stacking_rules=StackingRules(applicable_redeemables_limit=3))
    left, right = promotion("a"), promotion("b")
    witness = meeting(left, right, world=world).witness
    assert witness is not None

    snapshot = algebra.snapshot_of(witness, (left.candidate, right.candidate), world=world)

    assert snapshot.stacking_rules == world.stacking_rules
    assert [one.key for one in snapshot.candidates] == ["a", "b"]
    assert Witness.from_json(witness.to_json()) == witness
