"""What the answer prints as `applicable_to` and `inapplicable_to`."""

from __future__ import annotations

from typing import Any

from engine.applicability import Applicability, Entry, Pick, Target
from engine.application import AppliedEntry
from engine.basket import Basket
from tests.engine.effects.shop import CART, EVERYTHING, discount, entry, line, only, product

ITEMS = {"type": "PERCENT", "effect": "APPLY_TO_ITEMS", "percent_off": 10}


def seen(printed: tuple[AppliedEntry, ...]) -> list[tuple[str, bool, tuple[int, ...]]]:
    return [(one.entry.item.id, one.strict, one.order_item_indices) for one in printed]


def test_a_collection_is_followed_by_its_articles_in_the_order() -> None:
    effected = discount(ITEMS, targets=only(entry(quantity_limit=2)))

    assert seen(effected.applicable_to) == [
        ("pc_adv", False, (0, 1, 2)),
        ("prod_mug", True, (0,)),
        ("prod_poster", True, (1,)),
        ("prod_shirt", True, (2,)),
    ]
    assert [one.entry.quantity_limit for one in effected.applicable_to] == [2, 2, 2, 2]
    assert effected.inapplicable_to == ()


def test_an_article_that_the_rule_names_stands_once() -> None:
    effected = discount(ITEMS, targets=only(entry(product("mug")), entry(product("nowhere"))))

    assert seen(effected.applicable_to) == [("prod_mug", True, (0,)), ("prod_nowhere", False, ())]


def test_a_product_means_its_variants() -> None:
    basket = Basket(lines=(line("shirt", 900, 1, sku_id="sku_red"), line("shirt", 900, 1, sku_id="sku_red")))

    effected = discount(ITEMS, basket=basket, targets=only(entry(product("shirt"))))

    assert seen(effected.applicable_to) == [("prod_shirt", False, (0, 1)), ("sku_red", True, (0, 1))]


def test_only_picked_lines_are_named() -> None:
    effected = discount(ITEMS, targets=only(entry(pick=Pick.MOST_EXPENSIVE)))

    assert seen(effected.applicable_to) == [("pc_adv", False, (2,)), ("prod_shirt", True, (2,))]


def test_units_are_numbered_and_cut_at_a_thousand() -> None:
    basket = Basket(lines=(line("nail", 3, 10**9, "pc_adv"), line("mug", 900, 3, "pc_adv")))
    targets = only(entry(target=Target.UNIT, skip_initially=1, repeat=3))

    printed = discount(ITEMS, basket=basket, targets=targets).applicable_to[0]

    nail, mug = printed.order_item_units
    assert (nail.index, nail.units[:3], nail.units[-1], len(nail.units)) == (0, (2, 5, 8), 998, 333)
    assert nail.units_limit_exceeded
    assert (mug.index, mug.units, mug.units_limit_exceeded) == (1, (1,), False)


def test_targets_that_are_lines_name_no_units() -> None:
    assert discount(ITEMS, targets=only()).applicable_to[0].order_item_units == ()


def test_excluded_entries_stand_apart() -> None:
    excluded = (Entry(item=product("mug")), entry())

    effected = discount(ITEMS, targets=Applicability(included_all=True, excluded=excluded))

    assert seen(effected.inapplicable_to) == [
        ("prod_mug", True, (0,)),
        ("pc_adv", False, (0, 1, 2)),
        ("prod_poster", True, (1,)),
        ("prod_shirt", True, (2,)),
    ]
    assert seen(effected.applicable_to) == [("prod_bottle", True, (3,))]


def test_an_order_discount_names_what_its_rule_targets_and_nothing_without_one() -> None:
    order: dict[str, Any] = {"type": "PERCENT", "effect": "APPLY_TO_ORDER", "percent_off": 10}

    assert seen(discount(order, targets=only(entry(product("mug")))).applicable_to) == [
        ("prod_mug", True, (0,))
    ]
    assert discount(order).applicable_to == discount(order).inapplicable_to == ()
    assert len(discount(ITEMS, basket=CART, targets=EVERYTHING).applicable_to) == 4


def test_json_round_trip() -> None:
    for one in discount(ITEMS, targets=only(entry(target=Target.UNIT))).applicable_to:
        assert AppliedEntry.from_json(one.to_json()) == one
