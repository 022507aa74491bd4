from __future__ import annotations

from typing import Any

import pytest

from engine import summary
from engine.summary import Joint, Sentence
from tests.engine.summary.names import COFFEE, DECAF, ESPRESSO, NAMES, rule_set
from tests.engine.summary.test_discounts import component

VIP: dict[str, Any] = {"name": "customer.segment", "conditions": {"$is": ["seg_vip"]}}
RICH: dict[str, Any] = {"name": "order.initial_amount", "conditions": {"$more_than_or_equal": [5000]}}
ONCE: dict[str, Any] = {
    "name": "redemption.count.per_customer",
    "conditions": {"$less_than_or_equal": [1]},
    "error": {"message": "Only once"},
}


def of_coffee(*subrules: dict[str, Any], logic: str = "", **more: Any) -> dict[str, Any]:
    numbered = {str(place): rule for place, rule in enumerate(subrules, 1)}
    rule = {"name": "order.items.any", "conditions": {"$is": [COFFEE]}, "rules": {**numbered, "logic": logic}}
    return {**rule, **more}


def units(operator: str, number: int) -> dict[str, Any]:
    return {"name": "order.items.aggregated_quantity", "conditions": {operator: [number]}}


def test_conditions_stand_below_each_other() -> None:
    assert summary.rules(rule_set(VIP, RICH), NAMES) == (
        Sentence(text="Customer is in segment VIP", key="1"),
        Sentence(text="Order is worth at least 50.00 EUR before discounts", joint=Joint.AND, key="2"),
    )


def test_brackets_are_indented() -> None:
    found = summary.rules(rule_set(VIP, RICH, ONCE, logic="1 or (2 and 3)"), NAMES)

    assert [(line.depth, line.joint, line.text, line.key) for line in found] == [
        (0, None, "Customer is in segment VIP", "1"),
        (0, Joint.OR, "All of these:", None),
        (1, None, "Order is worth at least 50.00 EUR before discounts", "2"),
        (1, Joint.AND, "At most 1 redemption per customer", "3"),
        (2, None, "If not: “Only once”", "3"),
    ]


def test_subrules_stand_under_their_rule() -> None:
    price = {"name": "order.items.price", "conditions": {"$more_than": [1500]}}
    found = summary.rules(rule_set(of_coffee(price, units("$is", 3), logic="1 or 2")), NAMES)

    assert [(line.depth, line.joint, line.text) for line in found] == [
        (0, None, "Order has an item from Coffee, where:"),
        (1, None, "One of them costs more than 15.00 EUR"),
        (1, Joint.OR, "They are exactly 3 units together"),
    ]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (of_coffee(units("$more_than_or_equal", 2)), "At least 2 units from Coffee"),
        (of_coffee(units("$more_than_or_equal", 1)), "At least 1 unit from Coffee"),
        (of_coffee(units("$is", 2), conditions={"$is": [ESPRESSO, COFFEE]}),
         "Exactly 2 units of Espresso or from Coffee"),
        (of_coffee({"name": "order.items.aggregated_amount", "conditions": {"$more_than": [2000]}}),
         "Items from Coffee worth more than 20.00 EUR"),
        (of_coffee({**units("$is", 2), "error": {"message": "Two"}}),
         "Order has an item from Coffee, where they are exactly 2 units together (if not: “Two”)"),
        (of_coffee(units("$is", 2), name="order.items.every"),
         "Every item of the order is an item from Coffee, where they are exactly 2 units together"),
        (of_coffee({"name": "order.items.price", "conditions": {"$is": [100]}}, name="order.items.cheapest"),
         "The cheapest item is an item from Coffee, where each of them costs exactly 1.00 EUR"),
        (of_coffee(units("$is", 2), units("$is", 3), logic="2"),
         "Order has an item from Coffee, where (they are exactly 3 units together)"
         " (not asked: they are exactly 2 units together)"),
    ],
)  # fmt: skip
def test_one_rule_with_its_subrules(rule: dict[str, Any], text: str) -> None:
    assert summary.condition(rule_set(rule).rules[0], NAMES) == text


def test_one_paragraph() -> None:
    found = rule_set(
        VIP,
        RICH,
        of_coffee(units("$more_than_or_equal", 2)),
        ONCE,
        logic="1 and (2 or 3)",
        error={"message": "Members only"},
        applicable_to={"included": [{**COFFEE, "quantity_limit": 2, "price": 300}], "excluded": [DECAF]},
        bundle_rules={"limit": 2, "1": component(ESPRESSO, 2)},
    )

    assert summary.rules_text(found, NAMES) == (
        "Customer is in segment VIP, and (order is worth at least 50.00 EUR before discounts, or at least"
        " 2 units from Coffee). Order has 2 Espresso, counted up to 2 times. Discounts on items are for every"
        " item from Coffee (new price 3.00 EUR, at most 2 units per item), but not Decaf. Not asked: at most"
        " 1 redemption per customer (if not: “Only once”). If not: “Members only”."
    )


def test_without_conditions() -> None:
    assert summary.rules(rule_set(), NAMES) == ()
    assert summary.rules_text(rule_set(), NAMES) == "No condition."


def test_a_line_survives_the_round_trip_through_json() -> None:
    line = summary.rules(rule_set(VIP, RICH), NAMES)[1]

    assert Sentence.from_json(line.to_json()) == line
