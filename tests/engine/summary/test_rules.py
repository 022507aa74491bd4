from __future__ import annotations

from typing import Any

import pytest

from engine import summary
from engine.rules.families import REGISTRY
from engine.rules.tree import Operator
from engine.rules.windows import WINDOWS
from engine.summary.conditions import has_own_words
from engine.summary.predicates import _COUNTED, _VERBS
from tests.engine.summary.names import COFFEE, DECAF, ESPRESSO, MUG, NAMES, rule_set


def said(name: str, property: str | None = None, **conditions: Any) -> str:
    wire: dict[str, Any] = {
        "name": name,
        "conditions": {f"${key}": value for key, value in conditions.items()},
    }
    if property is not None:
        wire["property"] = property
    return summary.condition(rule_set(wire).rules[0], NAMES)


@pytest.mark.parametrize(
    ("name", "conditions", "text"),
    [
        ("customer.segment", {"is": ["seg_vip"]}, "Customer is in segment VIP"),
        ("customer.segment", {"is_not": ["seg_vip"]}, "Customer is not in segment VIP"),
        ("customer.segment", {"in": ["seg_vip", "seg_new", "seg_x"]},
         "Customer is in segment VIP, Newcomers or seg_x"),
        ("customer.segment", {"is": ["seg_vip"], "is_not": ["seg_new"]},
         "Customer is in segment VIP and is not in segment Newcomers"),
        ("customer.segment", {"has_value": []}, "Customer segment is known"),
        ("customer.loyalty_tier", {"is": ["tier_gold"]}, "Customer is in loyalty tier Gold"),
        ("order.initial_amount", {"more_than_or_equal": [5000]},
         "Order is worth at least 50.00 EUR before discounts"),
        ("order.amount", {"more_than": [0], "less_than": [100]},
         "Order is worth more than 0.00 EUR and less than 1.00 EUR after earlier discounts"),
        ("order.total_amount", {"is": [100, 200]},
         "Order is worth exactly 1.00 EUR or 2.00 EUR after this discount"),
        ("order.items.count", {"more_than_or_equal": [1]}, "Order has at least 1 unit"),
        ("order.items.count", {"less_than_or_equal": [2000]}, "Order has at most 2,000 units"),
        ("order.items.count", {"is_unknown": []}, "Number of units in the order is not known"),
        ("order.items.price_any", {"less_than": [500]}, "An item of the order costs less than 5.00 EUR"),
        ("order.items.price_each", {"is_not": [500]}, "Every item of the order costs not 5.00 EUR"),
        ("order.items.any", {"is": [ESPRESSO, COFFEE]}, "Order has Espresso or an item from Coffee"),
        ("order.items.any", {"is": [COFFEE], "is_not": [DECAF]},
         "Order has an item from Coffee that is not Decaf"),
        ("order.items.any", {"is": [ESPRESSO], "from": [COFFEE]},
         "Order has Espresso that also is an item from Coffee"),
        ("order.items.any", {"is_not": [DECAF]}, "Order has an item that is not Decaf"),
        ("order.items.any", {"is": [COFFEE], "count_more": [2]},
         "Order has an item from Coffee, more than 2 of them"),
        ("order.items.every", {"is": [MUG]}, "Every item of the order is Large mug"),
        ("order.items.none", {"is": [DECAF]}, "Order does not have Decaf"),
        ("order.items.cheapest", {"is": [ESPRESSO], "from": [COFFEE]},
         "The cheapest item from Coffee is Espresso"),
        ("order.items.most_expensive", {"is_not": [ESPRESSO]}, "The most expensive item is not Espresso"),
        ("order.items.most_expensive", {"from": [COFFEE]}, "There is a most expensive item from Coffee"),
        ("order.items.aggregated_quantity", {"is": [3]}, "Order has exactly 3 units"),
        ("order.items.aggregated_amount", {"is": [300]}, "Items of the order are worth exactly 3.00 EUR"),
        ("order.items.quantity", {"more_than": [3]}, "An item of the order has more than 3 units"),
        ("order.items.price", {"more_than": [300]}, "An item of the order costs more than 3.00 EUR"),
        ("product.id", {"is": [ESPRESSO]}, "Order has Espresso"),
        ("sku.id", {"is": [MUG]}, "Order has Large mug"),
        ("product.price", {"more_than": [300]}, "A product costs more than 3.00 EUR"),
        ("product.quantity", {"more_than": [3]}, "Order has more than 3 units of a product"),
        ("sku.price", {"more_than": [300]}, "A SKU costs more than 3.00 EUR"),
        ("sku.quantity", {"more_than": [3]}, "Order has more than 3 units of a SKU"),
        ("product.discount_applicable", {"is": [True]}, "Discount is for these items"),
        ("product.metadata.discount_applicable", {}, "Discount is for these items"),
        ("sku.discount_applicable", {"is_not": [True]}, "Discount is not for these items"),
        ("redemption.count.daily", {"less_than_or_equal": [3]}, "At most 3 redemptions a day"),
        ("redemption.count.weekly", {"less_than": [3]}, "Less than 3 redemptions a week"),
        ("redemption.count.monthly", {"less_than_or_equal": [3]}, "At most 3 redemptions a month"),
        ("redemption.count.per_customer", {"less_than_or_equal": [1]}, "At most 1 redemption per customer"),
        ("redemption.count.per_customer.daily", {"less_than_or_equal": [3]},
         "At most 3 redemptions per customer a day"),
        ("redemption.count.per_api_key", {"less_than_or_equal": [3]}, "At most 3 redemptions per API key"),
        ("redemption.count.per_user", {"less_than_or_equal": [3]}, "At most 3 redemptions per user"),
        ("campaign.redemptions.count", {"less_than_or_equal": [3]}, "At most 3 redemptions of the campaign"),
        ("campaign.redemptions.customers_count.monthly", {"less_than_or_equal": [3]},
         "At most 3 campaign redemptions per customer a month"),
        ("campaign.orders.amount", {"less_than_or_equal": [300]},
         "Orders of the campaign worth at most 3.00 EUR together"),
        ("campaign.orders.amount_discounted", {"less_than_or_equal": [300]},
         "Discounts of the campaign of at most 3.00 EUR together"),
        ("redemption.gift.amount", {"less_than_or_equal": [300]},
         "Credits of the campaign of at most 3.00 EUR together"),
        ("redemption.api_key", {"is": ["key"]}, "API key is key"),
        ("redemption.user.login", {"starts_with": ["a", "b"]}, "User starts with a or b"),
        ("redemption.reward.pay_with_points.points_used", {"more_than_or_equal": [1]},
         "Customer pays with at least 1 point"),
        ("publication.redeemable_by_linked_customer", {"is": [True]},
         "Customer is the one who holds the code"),
        ("publication.redeemable_by_linked_customer", {"is": [False]},
         "Customer is not the one who holds the code"),
        ("redemption.date", {"dow": [1, 2, 3, 4, 5], "timeframe_daily_hours": ["09:00-17:00"]},
         "Monday to Friday, 09:00 to 17:00"),
        ("redemption.date", {"after": ["2026-11-25"]}, "Time of redemption is after “2026-11-25”"),
    ],
)  # fmt: skip
def test_rules(name: str, conditions: dict[str, Any], text: str) -> None:
    assert said(name, **conditions) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("customer.metadata", "Customer's level is “gold”"),
        ("order.metadata", "Order's level is “gold”"),
        ("order.items.metadata_any", "For an item of the order, level is “gold”"),
        ("order.items.metadata_each", "For every item of the order, level is “gold”"),
        ("order.items.metadata", "For an item of the order, level is “gold”"),
        ("product.metadata", "For a product of the order, level is “gold”"),
        ("product.metadata.match_all", "For every product of the order, level is “gold”"),
        ("redemption.metadata", "Redemption's level is “gold”"),
        ("custom_event.metadata", "Event's level is “gold”"),
    ],
)
def test_metadata(name: str, text: str) -> None:
    assert said(name, "level", **{"is": ["gold"]}) == text


@pytest.mark.parametrize(
    ("conditions", "text"),
    [
        ({"is": ["a", 2, True]}, "is “a”, 2 or yes"),
        ({"is_not": [False]}, "is not no"),
        ({"in": ["a", "b"]}, "is “a” or “b”"),
        ({"not_in": ["a", "b"]}, "is not “a” or “b”"),
        ({"more_than": [1]}, "is more than 1"),
        ({"less_than": ["2026-01-01"]}, "is less than “2026-01-01”"),
        ({"more_than_or_equal": [1], "less_than_or_equal": [5000]}, "is at least 1 and is at most 5000"),
        ({"starts_with": ["a"], "ends_with": ["b"], "contains": ["c", "d"]},
         "starts with “a”, ends with “b” and contains “c” or “d”"),
        ({"has_value": []}, "is known"),
        ({"is_unknown": []}, "is not known"),
        ({"count": [1]}, "has exactly 1 entry"),
        ({"count_more": [2]}, "has more than 2 entries"),
        ({"count_less": [3]}, "has less than 3 entries"),
        ({"not_differ": ["a", "b"]}, "has exactly the entries “a” and “b”"),
        ({"not_intersect": ["a", "b"]}, "has no entry that is “a” or “b”"),
        ({"after": ["2026-01-01"], "before": ["2026-02-01"]},
         "is after “2026-01-01” and is before “2026-02-01”"),
        ({"more_than_ago": [3]}, "is more than 3 days ago"),
        ({"less_than_ago": [1]}, "is less than 1 day ago"),
        ({"is_days_ago": [3]}, "is exactly 3 days ago"),
        ({"more_than_future": [3]}, "is more than 3 days ahead"),
        ({"less_than_future": [3]}, "is less than 3 days ahead"),
        ({"is_days_in_future": [1]}, "is exactly 1 day ahead"),
        ({"dow": [0, 6]}, "falls on Saturday or Sunday"),
        ({"dow": [0, 1, 2, 3, 4, 5, 6]}, "falls on every day"),
        ({"dow": [2, 4]}, "falls on Tuesday or Thursday"),
        ({"dow": [1, 2, 3, 6]}, "falls on Monday to Wednesday or Saturday"),
        ({"timeframe_daily_hours": ["09:00-11:00", "20:00-"]},
         "lies within 09:00 to 11:00 or 20:00 to midnight"),
        ({"timeframe": ["2026-01-01", "P7D", "PT12H"]}, "lies within 12 hours every 7 days from 2026-01-01"),
        ({"timeframe": ["2026-01-01", "P1M", "P1DT90M"]},
         "lies within 1 day 1 hour 30 minutes every 1 month from 2026-01-01"),
        ({"timeframe_absolute": ["2026-01-01/2026-01-31"]}, "lies in the time from 2026-01-01 to 2026-01-31"),
        ({"timeframe_absolute": ["2026-01-01", "2026-01-31"]},
         "lies in the time from 2026-01-01 to 2026-01-31"),
        ({"timeframe_absolute": ["../2026-01-31", "2027-01-01/.."]},
         "lies in the time until 2026-01-31 or from 2027-01-01 on"),
    ],
)  # fmt: skip
def test_operators(conditions: dict[str, Any], text: str) -> None:
    assert said("customer.metadata", "level", **conditions) == f"Customer's level {text}"


def test_every_rule_name_and_operator_has_words() -> None:
    assert [name for name in REGISTRY if not has_own_words(name)] == []
    assert set(_VERBS) | set(_COUNTED) | WINDOWS == set(Operator)


def test_a_rule_name_that_nobody_knows_speaks_for_itself() -> None:
    known = rule_set({"name": "order.amount", "conditions": {"$more_than": [5]}}).rules[0]
    strange = type(known)(key="1", name="weather.today", property="town", conditions=known.conditions)

    assert summary.condition(strange, NAMES) == "Weather.today (town) is more than 5"
