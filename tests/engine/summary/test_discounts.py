from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine import effects, summary
from engine.effects import DiscountType
from engine.summary import Names
from engine.summary.discounts import described
from tests.engine.summary.names import COFFEE, DECAF, ESPRESSO, NAMES, effect, rule_set, targets

COFFEES = targets(COFFEE)


@pytest.mark.parametrize(
    ("kind", "name", "values", "text"),
    [
        ("PERCENT", "APPLY_TO_ORDER", {"percent_off": Decimal("12.50")}, "12.5 % off the order"),
        ("PERCENT", "APPLY_TO_ORDER", {"percent_off": 20, "amount_limit": 2000},
         "20 % off the order, at most 20.00 EUR"),
        ("PERCENT", "APPLY_TO_ORDER", {"percent_off": 100, "aggregated_amount_limit": 2000},
         "100 % off the order, at most 20.00 EUR together"),
        ("PERCENT", "APPLY_TO_ORDER", {"percent_off": 5, "percent_off_formula": "ORDER_AMOUNT / 10"},
         "as many per cent as ORDER_AMOUNT / 10 gives (otherwise 5 %) off the order"),
        ("PERCENT", "APPLY_TO_ITEMS",
         {"percent_off": 10, "amount_limit": 100, "aggregated_amount_limit": 250},
         "10 % off every item from Coffee, at most 1.00 EUR per item, at most 2.50 EUR together"),
        ("AMOUNT", "APPLY_TO_ORDER", {"amount_off": 500}, "5.00 EUR off the order"),
        ("AMOUNT", "APPLY_TO_ORDER", {"amount_off": 500, "amount_off_formula": "1 + 1"},
         "as much as 1 + 1 gives (otherwise 5.00 EUR) off the order"),
        ("AMOUNT", "APPLY_TO_ITEMS", {"amount_off": 123456}, "1,234.56 EUR off every item from Coffee"),
        ("AMOUNT", "APPLY_TO_ITEMS_BY_QUANTITY", {"amount_off": 5},
         "0.05 EUR per unit off every item from Coffee"),
        ("AMOUNT", "APPLY_TO_ITEMS_PROPORTIONALLY", {"amount_off": 500},
         "5.00 EUR off, split by price over every item from Coffee"),
        ("AMOUNT", "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY", {"amount_off": 500, "amount_limit": 70},
         "5.00 EUR off, split by units over every item from Coffee, at most 0.70 EUR per item"),
        ("FIXED", "APPLY_TO_ORDER", {"fixed_amount": 15000}, "The order for 150.00 EUR"),
        ("FIXED", "APPLY_TO_ORDER", {"fixed_amount": 100, "fixed_amount_formula": "2"},
         "The order for as much as 2 gives (otherwise 1.00 EUR)"),
        ("FIXED", "APPLY_TO_ITEMS", {"fixed_amount": 500}, "every item from Coffee at 5.00 EUR"),
        ("UNIT", "ADD_MISSING_ITEMS", {"unit_off": 1, "unit_type": "prod_espresso"},
         "1 free Espresso, added if missing"),
        ("UNIT", "ADD_MISSING_ITEMS", {"unit_off": 1, "unit_type": "prod_5h1pp1ng"}, "Free shipping"),
        ("UNIT", "ADD_NEW_ITEMS", {"unit_off": 2, "unit_type": "sku_unknown"},
         "2 free sku_unknown, always added"),
        ("UNIT", "ADD_NEW_ITEMS", {"unit_off": 2, "unit_off_formula": "MAX(3)", "unit_type": "prod_espresso"},
         "As many free Espresso as MAX(3) gives (otherwise 2), always added"),
        ("UNIT", "ADD_SAME_ITEMS", {"unit_off": 1}, "1 free unit added to every item from Coffee"),
        ("UNIT", "ADD_SAME_ITEMS", {"unit_off": 2}, "2 free units added to every item from Coffee"),
        ("UNIT", "REPLACE_ITEMS", {"unit_off": 3, "unit_type": "prod_espresso"},
         "Each unit replaced by 3 Espresso: every item from Coffee"),
        ("UNIT", "ADD_MANY_ITEMS",
         {"units": [{"effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "prod_espresso"},
                    {"effect": "ADD_MISSING_ITEMS", "unit_off": 2, "unit_type": "prod_decaf"}]},
         "1 free Espresso, always added; 2 free Decaf, added if missing"),
        ("GIFT", "APPLY_TO_ORDER", {}, "Credits pay for the order"),
        ("GIFT", "APPLY_TO_ITEMS", {}, "Credits pay for every item from Coffee"),
        ("POINTS", "APPLY_TO_ORDER", {"exchange_ratio": 20, "points_ratio": 100},
         "Points pay for the order: 100 points for 20 EUR"),
        ("POINTS", "FOR_REWARD", {}, "Points are given for a reward"),
    ],
)  # fmt: skip
def test_every_effect(kind: str, name: str, values: dict[str, Any], text: str) -> None:
    assert summary.discount(effect(kind, name, **values), COFFEES, names=NAMES) == text


def test_every_registered_effect_has_words() -> None:
    pairs = [
        (kind, name)
        for kind in DiscountType
        for name in effects.DiscountEffect
        if (kind.value, name.value) in effects.supported()
    ]
    payments = {effects.GiftOrder, effects.GiftItems, effects.PointsOrder}

    assert len(pairs) == len(effects.supported()) >= 14
    assert set(effects._EFFECTS.values()) == described() >= payments


@pytest.mark.parametrize(
    ("applicability", "text"),
    [
        (None, "5.00 EUR off the items that its rule names"),
        (targets(), "5.00 EUR off no item (none is chosen)"),
        (targets(included_all=True), "5.00 EUR off every item"),
        (targets(ESPRESSO), "5.00 EUR off Espresso"),
        (targets(ESPRESSO, COFFEE), "5.00 EUR off Espresso and every item from Coffee"),
        (targets(COFFEE, included_all=True), "5.00 EUR off every item from Coffee and every other item"),
        (targets(COFFEE, excluded=(DECAF,)), "5.00 EUR off every item from Coffee, but not Decaf"),
        (targets(excluded=(DECAF, ESPRESSO)), "5.00 EUR off every item, but not Decaf or Espresso"),
        (targets({**COFFEE, "quantity_limit": 1, "amount_limit": 250}, ESPRESSO),
         "5.00 EUR off every item from Coffee (at most 2.50 EUR per item, at most 1 unit per item)"
         " and Espresso"),
    ],
)  # fmt: skip
def test_what_it_is_on(applicability: Any, text: str) -> None:
    off = effect("AMOUNT", "APPLY_TO_ITEMS", amount_off=500)

    assert summary.discount(off, applicability, names=NAMES) == text


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ({"target": "UNIT"}, "every unit from Coffee"),
        ({"skip_initially": 1, "repeat": 2}, "every second item from Coffee"),
        ({"skip_initially": 1, "repeat": 3, "target": "UNIT"},
         "every third unit from Coffee, beginning with the second"),
        ({"repeat": 2}, "every second item from Coffee, beginning with the first"),
        ({"skip_initially": 21, "repeat": 22}, "every 22nd item from Coffee"),
        ({"skip_initially": 10, "repeat": 11}, "every 11th item from Coffee"),
        ({"skip_initially": 3}, "every item from Coffee after the first 3"),
        ({"effect": "APPLY_TO_CHEAPEST"}, "the cheapest item from Coffee"),
        ({"effect": "APPLY_TO_CHEAPEST", "skip_initially": 1, "target": "UNIT"},
         "the second cheapest unit from Coffee"),
        ({"effect": "APPLY_TO_MOST_EXPENSIVE"}, "the most expensive item from Coffee"),
        ({"effect": "APPLY_FROM_CHEAPEST"}, "every item from Coffee, the cheapest first"),
        ({"effect": "APPLY_FROM_MOST_EXPENSIVE", "skip_initially": 1, "repeat": 2, "target": "UNIT"},
         "every second unit from Coffee, the most expensive first"),
    ],
)  # fmt: skip
def test_picks(entry: dict[str, Any], text: str) -> None:
    off = effect("PERCENT", "APPLY_TO_ITEMS", percent_off=10)

    assert summary.discount(off, targets({**COFFEE, **entry}), names=NAMES) == f"10 % off {text}"


def test_an_article_with_a_pick_is_counted() -> None:
    off = effect("PERCENT", "APPLY_TO_ITEMS", percent_off=10)
    picked = targets({**ESPRESSO, "skip_initially": 1, "repeat": 2, "target": "UNIT"})

    assert summary.discount(off, picked, names=NAMES) == "10 % off every second unit of Espresso"


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ({"amount_limit": 100}, "at most 1.00 EUR per item"),
        ({"aggregated_amount_limit": 100}, "at most 1.00 EUR together"),
        ({"quantity_limit": 2}, "at most 2 units per item"),
        ({"aggregated_quantity_limit": 3}, "at most 3 units in one order"),
        ({"quantity_limit": 2, "quantity_limit_formula": "1 + 1"},
         "at most as many units as 1 + 1 gives (otherwise 2) per item"),
        ({"aggregated_quantity_limit_formula": "1 + 1"},
         "at most as many units as 1 + 1 gives (otherwise any number) in one order"),
        ({"product_campaign_quantity_limit": 9}, "at most 9 units in the whole campaign"),
        ({"product_customer_campaign_quantity_limit": 1},
         "at most 1 unit per customer in the whole campaign"),
        ({"product_in_collection_campaign_quantity_limit": 9},
         "at most 9 units of each product in the whole campaign"),
        ({"product_in_collection_customer_campaign_quantity_limit": 9},
         "at most 9 units of each product per customer in the whole campaign"),
        ({"product_promotion_tier_quantity_limit": 1000}, "at most 1,000 units in the whole promotion tier"),
        ({"product_customer_promotion_tier_quantity_limit": 9},
         "at most 9 units per customer in the whole promotion tier"),
        ({"product_in_collection_promotion_tier_quantity_limit": 9},
         "at most 9 units of each product in the whole promotion tier"),
        ({"product_in_collection_customer_promotion_tier_quantity_limit": 9},
         "at most 9 units of each product per customer in the whole promotion tier"),
    ],
)  # fmt: skip
def test_limits_of_an_entry(limit: dict[str, Any], text: str) -> None:
    off = effect("PERCENT", "APPLY_TO_ITEMS", percent_off=10)

    found = summary.discount(off, targets({**COFFEE, **limit}), names=NAMES)

    assert found == f"10 % off every item from Coffee ({text})"


@pytest.mark.parametrize(
    ("applicability", "text"),
    [
        (targets({**COFFEE, "price": 400}, ESPRESSO),
         "new price 5.00 EUR for every item from Coffee (new price 4.00 EUR) and Espresso"),
        (targets({**COFFEE, "price": 400, "price_formula": "2"}),
         "new price 5.00 EUR for every item from Coffee (new price as 2 gives (otherwise 4.00 EUR))"),
        (targets({**COFFEE, "skip_initially": 1, "repeat": 2}), "every second item from Coffee at 5.00 EUR"),
        (targets(COFFEE, excluded=(DECAF,)), "new price 5.00 EUR for every item from Coffee, but not Decaf"),
    ],
)  # fmt: skip
def test_new_prices(applicability: Any, text: str) -> None:
    fixed = effect("FIXED", "APPLY_TO_ITEMS", fixed_amount=500)

    assert summary.discount(fixed, applicability, names=NAMES) == text


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (1, "Buy 2 Espresso and 1 item from Coffee: 5.00 EUR off the order"),
        (3, "Buy 2 Espresso and 1 item from Coffee: 5.00 EUR off the order, up to 3 times"),
    ],
)
def test_bundles(limit: int, text: str) -> None:
    found = rule_set(bundle_rules={"limit": limit, "1": component(ESPRESSO, 2), "2": component(COFFEE, 1)})
    off = effect("AMOUNT", "APPLY_TO_ORDER", amount_off=500)

    assert summary.discount(off, names=NAMES, bundle=found.bundle) == text


def component(item: dict[str, str], quantity: int) -> dict[str, Any]:
    return {
        "name": "order.items.any",
        "conditions": {"$is": [item]},
        "rules": {"1": {"name": "order.items.aggregated_quantity", "conditions": {"$is": [quantity]}}},
    }


def test_money_may_be_written_by_somebody_else() -> None:
    pounds = Names(write_money=lambda amount: f"{amount} pence")

    off = effect("AMOUNT", "APPLY_TO_ORDER", amount_off=500)

    assert summary.discount(off, names=pounds) == "500 pence off the order"
    assert summary.discount(off, names=Names()) == "5.00 off the order"
