"""Which two conditions are named when two promotions never meet."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Candidate, RedeemableObject, algebra, effects, rules
from engine.algebra import Answer, Aspect, Clash, Side
from tests.engine.algebra.building import ON_ITEMS, asks, item, meeting, on, promotion, rule
from tests.engine.algebra.small_world import WORLD

MUG, SHOE, RED, HOME, WEAR = (item(one) for one in ("prod_mug", "prod_shoe", "sku_red", "pc_home", "pc_wear"))


def _items(word: str, *named: dict[str, str], operator: str = "$is", **below: Any) -> dict[str, Any]:
    entry = rule(f"order.items.{word}", {operator: list(named)} if named else {})
    return {**entry, "rules": {"1": below["having"]}} if below else entry


def _units(**how: int) -> dict[str, Any]:
    ((operator, figure),) = how.items()
    return rule("order.items.aggregated_quantity", {f"${operator}": [figure]})


def _clash(left: Side, right: Side) -> Clash:
    found = meeting(left, right)
    assert found.answer is Answer.DISJOINT
    assert found.clash is not None
    return found.clash


CLASHES: list[tuple[dict[str, Any], dict[str, Any], Aspect]] = [
    (
        rule("order.amount", {"$more_than": [5000]}),
        rule("order.amount", {"$less_than": [3000]}),
        Aspect.ORDER,
    ),
    (
        rule("order.items.count", {"$more_than": [4]}),
        _items("every", MUG, having=_units(less_than=3)),
        Aspect.ORDER,
    ),
    (_items("every", MUG), _items("any", SHOE), Aspect.PRODUCTS),
    (_items("every", HOME), _items("any", RED), Aspect.PRODUCTS),
    (_items("none", SHOE), _items("any", RED), Aspect.PRODUCTS),
    (rule("product.id", {"$is_not": [SHOE]}), rule("sku.id", {"$is": [RED]}), Aspect.PRODUCTS),
    (_items("cheapest", MUG), _items("cheapest", SHOE), Aspect.PRODUCTS),
    (_items("most_expensive", MUG), _items("every", WEAR), Aspect.PRODUCTS),
    (
        _items("any", MUG, having=_units(more_than=4)),
        rule("order.items.count", {"$less_than": [3]}),
        Aspect.PRODUCTS,
    ),
    (
        rule("order.items.price_each", {"$less_than": [100]}),
        rule("order.items.price_any", {"$more_than": [200]}),
        Aspect.ORDER,
    ),
    (
        rule("order.items.price_any", {"$more_than": [900]}),
        rule("order.amount", {"$less_than": [500]}),
        Aspect.ORDER,
    ),
    (
        {**rule("order.items.metadata_each", {"$is": ["yes"]}), "property": "gift"},
        {**rule("order.items.metadata_any", {"$is": ["no"]}), "property": "gift"},
        Aspect.ORDER,
    ),
    (
        {**rule("order.metadata", {"$is": ["web"]}), "property": "channel"},
        {**rule("order.metadata", {"$is": ["pos"]}), "property": "channel"},
        Aspect.ORDER,
    ),
    (
        rule("redemption.reward.pay_with_points.points_used", {"$more_than": [10]}),
        rule("redemption.reward.pay_with_points.points_used", {"$less_than": [5]}),
        Aspect.CALL,
    ),
    (rule("redemption.date", {"$dow": [1]}), rule("redemption.date", {"$dow": [2]}), Aspect.TIME),
    (
        rule("redemption.date", {"$before": ["2026-11-25"]}),
        rule("redemption.date", {"$after": ["2026-11-25"]}),
        Aspect.TIME,
    ),
    (
        rule("redemption.date", {"$timeframe_daily_hours": ["08:00-12:00"]}),
        rule("redemption.date", {"$timeframe_daily_hours": ["12:00-16:00"]}),
        Aspect.TIME,
    ),
]


@pytest.mark.parametrize(("one", "other", "aspect"), CLASHES)
def test_the_two_conditions_that_exclude_each_other_are_named(
    one: dict[str, Any], other: dict[str, Any], aspect: Aspect
) -> None:
    beside = rule("order.items.count", {"$more_than_or_equal": [1]})

    clash = _clash(promotion("left", one, beside), promotion("right", beside, other))

    assert clash.aspect is aspect
    assert clash.left is not None
    assert clash.right is not None
    assert (clash.left.key, clash.right.key) == ("left", "right")
    assert (clash.left.rule_set, clash.right.rule_set) == ("val_left", "val_right")
    assert (clash.left.rule_key, clash.right.rule_key) == ("1", "2")
    assert (clash.left.name, clash.right.name) == (one["name"], other["name"])


def test_what_two_promotions_need_together_may_be_more_than_one_of_them_allows() -> None:
    mugs = _items("any", MUG, having=_units(more_than_or_equal=2))
    shoes = _items("any", SHOE, having=_units(more_than_or_equal=2))
    few = rule("order.items.count", {"$less_than": [4]})

    clash = _clash(promotion("left", few, mugs), promotion("right", shoes))

    assert clash.left is not None
    assert clash.right is not None
    assert (clash.left.name, clash.right.name) == ("order.items.count", "order.items.any")


def test_what_the_discount_needs_may_be_what_the_other_forbids() -> None:
    shoes = promotion("shoes", discount=ON_ITEMS, applicable_to=on("prod_shoe"))
    mugs = promotion("mugs", _items("every", MUG))

    clash = _clash(shoes, mugs)

    assert clash.aspect is Aspect.PRODUCTS
    assert clash.left is not None
    assert clash.right is not None
    assert clash.left.rule is None  # the discount itself
    assert clash.right.name == "order.items.every"


def test_excluded_articles_are_not_needed() -> None:
    without = promotion(
        "without",
        discount=ON_ITEMS,
        applicable_to={"included": [item("pc_home")], "excluded": [item("prod_hat")]},
    )

    assert meeting(without, promotion("no mugs", _items("none", MUG))).answer is Answer.DISJOINT
    assert meeting(without, promotion("no hats", _items("none", item("prod_hat")))).answer is Answer.OVERLAPS


def test_a_promotion_that_contradicts_itself_names_both_of_its_conditions() -> None:
    torn = promotion(
        "torn", rule("order.amount", {"$more_than": [500]}), rule("order.amount", {"$less_than": [400]})
    )

    clash = _clash(torn, promotion("any"))

    assert clash.left is not None
    assert clash.right is not None
    assert (clash.left.key, clash.right.key) == ("torn", "torn")
    assert (clash.left.rule_key, clash.right.rule_key) == ("1", "2")
    assert algebra.profile(torn, WORLD).is_impossible


def test_a_discount_of_nothing_never_works() -> None:
    nothing = promotion("nothing", discount={"type": "PERCENT", "percent_off": 0})

    clash = _clash(nothing, promotion("any"))

    assert clash.aspect is Aspect.EFFECT
    assert clash.left is not None
    assert clash.right is None


def test_an_item_discount_for_no_items_never_works() -> None:
    assert meeting(promotion("loose", discount=ON_ITEMS), promotion("any")).answer is Answer.DISJOINT


def test_never_open_together_is_told_without_conditions() -> None:
    found = meeting(promotion("a"), promotion("b"), openings=())

    assert found.answer is Answer.DISJOINT
    assert found.clash == Clash(aspect=Aspect.TIME)


def test_one_of_several_ways_is_enough() -> None:
    either = promotion(
        "either",
        rule("order.amount", {"$more_than": [5000]}),
        rule("redemption.api_key", {"$is": ["web"]}),
        logic="1 or 2",
    )
    small = asks("small", "order.amount", {"$less_than": [3000]})
    small_pos = promotion(
        "small pos",
        rule("order.amount", {"$less_than": [3000]}),
        rule("redemption.api_key", {"$is": ["pos"]}),
    )

    assert meeting(either, small).answer is Answer.OVERLAPS
    assert meeting(either, small_pos).answer is Answer.DISJOINT


def test_all_rule_sets_of_a_promotion_must_hold() -> None:
    sets = [
        {"id": "val_1", "rules": {"1": rule("order.amount", {"$more_than": [1000]})}},
        {"id": "val_2", "rules": {"1": rule("redemption.api_key", {"$is": ["web"]})}},
    ]
    both = Candidate(
        key="both",
        object=RedeemableObject.PROMOTION_TIER,
        discount=effects.parse({"type": "PERCENT", "percent_off": 10}),
        rules=tuple(rules.parse(one) for one in sets),
    )

    clash = _clash(Side(key="both", candidate=both), asks("pos", "redemption.api_key", {"$is": ["pos"]}))

    assert clash.left is not None
    assert clash.left.rule_set == "val_2"
