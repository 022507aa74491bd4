from __future__ import annotations

from typing import Any

import pytest

from engine.applicability import LimitOfUnits, UnitLimit
from engine.basket import Basket, Line
from engine.unit_limits import article_of, counter
from tests.engine.effects.shop import discount, entry, line, only, product

OFF = {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_BY_QUANTITY", "amount_off": 1}
PER_ARTICLE = [limit for limit in UnitLimit if "in_collection" in limit]
WHOLE = [limit for limit in UnitLimit if limit not in PER_ARTICLE]


def limits(limit: UnitLimit, quantity: int | None, formula: str | None = None) -> tuple[LimitOfUnits, ...]:
    return (LimitOfUnits(limit=limit, quantity=quantity, formula=formula),)


def units(effected: Any) -> list[tuple[str, int]]:
    return [(one.article, one.units) for one in effected.units]


def test_four_limits_count_the_entry_and_four_each_article() -> None:
    assert len(WHOLE) == len(PER_ARTICLE) == 4
    assert counter(UnitLimit.CAMPAIGN, entry(), "prod_mug") == "product_campaign_quantity_limit:pc_adv"
    assert counter(UnitLimit.COLLECTION_TIER, entry(), "prod_mug") == (
        "product_in_collection_promotion_tier_quantity_limit:pc_adv:prod_mug"
    )


@pytest.mark.parametrize("limit", WHOLE)
def test_a_campaign_gives_what_earlier_customers_left(limit: UnitLimit) -> None:
    # Limit 10; customer A took 5 units, B 4, C buys 3.
    effected = discount(
        OFF,
        basket=Basket(lines=(line("mug", 1000, 3),)),
        targets=only(entry(product("mug"), unit_limits=limits(limit, 10))),
        unit_counts={f"{limit}:prod_mug": 9},
    )

    assert units(effected) == [("prod_mug", 1)]


@pytest.mark.parametrize("limit", WHOLE)
def test_the_lines_of_an_entry_share_its_counter(limit: UnitLimit) -> None:
    effected = discount(OFF, targets=only(entry(unit_limits=limits(limit, 4))))

    assert units(effected) == [("prod_mug", 2), ("prod_poster", 2)]


@pytest.mark.parametrize("limit", PER_ARTICLE)
def test_every_article_of_a_collection_has_a_counter_of_its_own(limit: UnitLimit) -> None:
    effected = discount(
        OFF,
        targets=only(entry(unit_limits=limits(limit, 2))),
        unit_counts={f"{limit}:pc_adv:prod_poster": 1, f"{limit}:pc_adv:prod_shirt": 5},
    )

    assert units(effected) == [("prod_mug", 2), ("prod_poster", 1)]


@pytest.mark.parametrize("limit", PER_ARTICLE)
def test_two_lines_of_one_article_share_its_counter(limit: UnitLimit) -> None:
    basket = Basket(lines=(line("mug", 900, 2, "pc_adv"), line("mug", 950, 2, "pc_adv")))

    effected = discount(OFF, basket=basket, targets=only(entry(unit_limits=limits(limit, 3))))

    assert units(effected) == [("prod_mug", 2), ("prod_mug", 1)]


def test_the_lowest_of_all_limits_wins() -> None:
    narrowed = entry(
        quantity_limit=3,
        aggregated_quantity_limit=7,
        unit_limits=(
            *limits(UnitLimit.CAMPAIGN, 6),
            *limits(UnitLimit.COLLECTION_CUSTOMER_CAMPAIGN, 2),
            *limits(UnitLimit.CUSTOMER_CAMPAIGN, None),
        ),
    )

    effected = discount(
        OFF, targets=only(narrowed), unit_counts={"product_campaign_quantity_limit:pc_adv": 1}
    )

    assert units(effected) == [("prod_mug", 2), ("prod_poster", 2), ("prod_shirt", 1)]


@pytest.mark.parametrize(
    ("quantity", "formula", "expected"),
    [(9, "ORDER_UNITS_QUANTITY - 7", 3), (2, "1 / 0", 2), (None, "1 / 0", 8), (None, "0 - 4", 0)],
)
def test_a_formula_may_say_the_limit(quantity: int | None, formula: str, expected: int) -> None:
    narrowed = entry(unit_limits=limits(UnitLimit.CAMPAIGN, quantity, formula))

    assert sum(many for _, many in units(discount(OFF, targets=only(narrowed)))) == expected


@pytest.mark.parametrize(
    ("bought", "expected"),
    [
        (Line(product_id="prod_1", sku_id="sku_1", source_id="x"), "prod_1"),
        (Line(sku_id="sku_1", sku_source_id="red"), "sku_1"),
        (Line(product_source_id="mug", sku_source_id="red"), "mug"),
        (Line(sku_source_id="red"), "red"),
        (Line(source_id="x"), "x"),
        (Line(), ""),
    ],
)
def test_units_are_counted_by_product(bought: Line, expected: str) -> None:
    assert article_of(bought) == expected
