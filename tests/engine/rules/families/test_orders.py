"""Contract: 11.2, order rules; 6.7, example 3."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine import rules
from engine.basket import Line
from engine.reasons import ReasonKey
from engine.rules import parse
from engine.situation import Situation
from tests.engine.rules.building import CART, gap, holds, refusal, rule, rule_set, situation


def discounted(at: Situation, amount: int) -> Situation:
    """The same order after `amount` was taken off by an earlier discount."""
    assert at.before is not None
    total = (at.before.amount or 0) - amount
    state = replace(at.before, discount_amount=amount, total_discount_amount=amount, total_amount=total)
    return replace(at, before=state)


@pytest.mark.parametrize(
    ("name", "conditions", "expected"),
    [
        ("order.amount", {"$more_than": [17499]}, True),
        ("order.amount", {"$more_than": [17500]}, False),
        ("order.amount", {"$is": [17500]}, True),
        ("order.amount", {"$is": ["17500"]}, True),
        ("order.amount", {"$in": [1, 17500]}, True),
        ("order.initial_amount", {"$less_than_or_equal": [17500]}, True),
        ("order.items.count", {"$is": [10]}, True),
        ("order.items.count", {"$more_than": [10]}, False),
        ("order.items.price_any", {"$more_than_or_equal": [2500]}, True),
        ("order.items.price_any", {"$more_than": [2500]}, False),
        ("order.items.price_each", {"$more_than_or_equal": [1000]}, True),
        ("order.items.price_each", {"$more_than": [1000]}, False),
        ("order_amount", {"$more_than": [1]}, True),
    ],
)
def test_sample_cart(name: str, conditions: dict[str, Any], expected: bool) -> None:
    assert holds(name, conditions, situation()) is expected


@pytest.mark.parametrize(
    "name",
    [
        "order.amount",
        "order.initial_amount",
        "order.total_amount",
        "order.items.count",
        "order.items.price_any",
        "order.items.price_each",
        "order.metadata",
        "order.items.metadata_any",
        "order.items.metadata_each",
    ],
)
def test_without_an_order_nothing_holds(name: str) -> None:
    at = situation(None)

    assert holds(name, {"$more_than_or_equal": [0]}, at, property="p") is False
    assert gap(name, {"$more_than_or_equal": [0]}, at, property="p") == {"kind": "order"}
    assert refusal(name, {"$is": [1]}, at, property="p").remedy == "Send the order"


def test_amounts_of_an_order_without_any_are_not_there() -> None:
    at = situation([Line(quantity=2)])

    assert holds("order.amount", {"$less_than": [100]}, at) is False
    assert holds("order.amount", {"$is_not": [100]}, at) is True
    assert holds("order.items.price_each", {"$less_than": [100]}, at) is False
    assert holds("order.items.count", {"$is": [2]}, at) is True


def test_running_amount_and_constant_amount() -> None:
    """C2 = 20 % off if the amount is above 10000; cart 10500, after C1 took 1050 it is 9450."""
    cart = situation([Line(price=10500)])
    after_c1 = discounted(cart, 1050)

    assert holds("order.amount", {"$more_than": [10000]}, cart) is True
    assert holds("order.amount", {"$more_than": [10000]}, after_c1) is False
    assert gap("order.amount", {"$more_than": [10000]}, after_c1) == {"kind": "amount", "more": 551}
    assert holds("order.initial_amount", {"$more_than": [10000]}, after_c1) is True


def test_amount_after_the_discount_waits_for_it() -> None:
    only = rule_set(rule("order.total_amount", {"$more_than_or_equal": [10000]}))
    open_, low, enough = (
        situation(),
        replace(situation(), after=discounted(situation(), 8000).before),
        replace(situation(), after=discounted(situation(), 7500).before),
    )

    assert rules.is_about_result(only) is True
    assert rules.judge(only, open_, full=True).leaves[0].holds is None
    assert [rules.holds(only, at) for at in (open_, low, enough)] == [True, False, True]
    # A percentage would take its part of whatever is added.
    assert rules.judge(only, low).leaves[0].gap == {"kind": "value"}


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"$more_than": [20000]}, {"kind": "amount", "more": 2501}),
        ({"$more_than_or_equal": [20000]}, {"kind": "amount", "more": 2500}),
        ({"$is": [20000]}, {"kind": "amount", "more": 2500}),
        ({"$less_than": [17500]}, {"kind": "amount", "less": 1}),
        ({"$less_than_or_equal": [10000]}, {"kind": "amount", "less": 7500}),
        ({"$more_than": [20000], "$less_than": [30000]}, {"kind": "amount", "more": 2501}),
        ({"$more_than": [20000], "$less_than": [20001]}, {"kind": "value"}),
        ({"$in": [1, 2]}, {"kind": "value"}),
    ],
)
def test_says_how_much_is_missing(conditions: dict[str, Any], expected: dict[str, Any]) -> None:
    assert gap("order.amount", conditions, situation()) == expected


def test_what_is_said_to_be_missing_is_enough() -> None:
    found = gap("order.amount", {"$more_than": [20000]}, situation())

    more = Line(amount=found["more"])
    assert holds("order.amount", {"$more_than": [20000]}, situation([*CART, more])) is True
    less = Line(amount=found["more"] - 1)
    assert holds("order.amount", {"$more_than": [20000]}, situation([*CART, less])) is False


def test_refuses_in_plain_words() -> None:
    reason = refusal("order.amount", {"$more_than_or_equal": [18700]}, situation())

    assert (reason.key, reason.message) == (ReasonKey.ORDER_RULES, "order does not match validation rules")
    assert reason.details == "CODE: order amount must be at least 187.00; it is 175.00"
    assert reason.remedy == "Add 12.00 more"


def test_metadata_of_order_and_lines() -> None:
    lines = [Line(price=1, metadata={"gift": True}), Line(price=1, metadata={"gift": False})]
    at = situation(lines, order_metadata={"channel": "app"})

    assert holds("order.metadata", {"$is": ["app"]}, at, property="channel") is True
    assert holds("order.metadata", {"$is": ["web"]}, at, property="channel") is False
    assert holds("order.items.metadata_any", {"$is": [True]}, at, property="gift") is True
    assert holds("order.items.metadata_each", {"$is": [True]}, at, property="gift") is False
    assert holds("order.items.metadata_any", {"$is_not": [True]}, at, property="gift") is True
    assert holds("order.items.metadata_each", {"$is_not": ["x"]}, at, property="other") is True


def test_added_lines_and_units_count_for_nothing() -> None:
    at = situation([Line(price=1000, quantity=1)])
    assert at.before is not None
    bought = replace(at.before.lines[0], quantity=3, amount=3000)
    added = replace(at.before.lines[0], quantity=1, initial_quantity=0, price=9000, initial_amount=0)
    at = replace(
        at, before=replace(at.before, lines=(bought, added)), lines=(*at.lines, Line(price=9000, quantity=1))
    )

    assert holds("order.items.count", {"$is": [1]}, at) is True
    assert holds("order.items.price_any", {"$more_than": [1000]}, at) is False
    assert holds("order.items.aggregated_amount", {"$is": [1000]}, at) is True
    assert holds("order.items.any", {"$count": [1]}, at) is True


def test_a_unit_price_is_made_from_an_amount() -> None:
    at = situation([Line(amount=1001, quantity=2)])

    assert holds("order.items.price_any", {"$is": [501]}, at) is True


def test_cost_does_not_depend_on_quantity() -> None:
    at = situation([Line(price=1, quantity=10**12)])

    assert holds("order.items.count", {"$is": [10**12]}, at) is True


def test_unnamed_rules_are_ignored() -> None:
    impossible = rule("order.amount", {"$more_than": [10**9]})
    possible = rule("order.amount", {"$more_than": [1]})

    assert rules.holds(rule_set(impossible, possible, logic="2"), situation()) is True
    assert rules.holds(parse({"rules": {}}), situation(None)) is True
