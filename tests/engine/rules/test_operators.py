"""Every operator on one value, a list, and nothing. Contract: 11.3."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.rules.operators import NEGATIVE, TESTS
from engine.rules.tree import Operator
from engine.snapshot import Customer
from tests.engine.rules.building import holds, situation

# now is Wednesday 2026-11-25 09:00 in Warsaw
CASES: list[tuple[str, list[Any], Any, bool]] = [
    ("$is", ["red"], "red", True),
    ("$is", ["red"], "Red", False),
    ("$is", [5], "5", True),
    ("$is", ["5"], 5, True),
    ("$is", [True], True, True),
    ("$is", [True], 1, False),
    ("$is", [True], "true", False),
    ("$is", ["b"], ["a", "b"], True),
    ("$is", ["c"], ["a", "b"], False),
    ("$is", ["a", "b"], "b", True),
    ("$is", ["a"], {"a": 1}, False),
    ("$is", ["2026-11-25"], "2026-11-25", True),
    ("$is_not", ["red"], "blue", True),
    ("$is_not", ["red"], "red", False),
    ("$is_not", ["b"], ["a", "b"], False),
    ("$is_not", ["c"], ["a", "b"], True),
    ("$in", ["a", "b"], "b", True),
    ("$in", ["a", "b"], "c", False),
    ("$in", [1, 2], "2", True),
    ("$in", ["a"], ["x", "a"], True),
    ("$not_in", ["a", "b"], "c", True),
    ("$not_in", ["a", "b"], "a", False),
    ("$not_in", ["a"], ["x", "a"], False),
    ("$more_than", [5], 6, True),
    ("$more_than", [5], 5, False),
    ("$more_than", [5], "6", True),
    ("$more_than", [5], Decimal("5.01"), True),
    ("$more_than", [5], [1, 9], True),
    ("$more_than", [5], "six", False),
    ("$more_than", [5], True, False),
    ("$more_than", ["2026-01-01"], "2026-01-02", True),
    ("$less_than", [5], 4, True),
    ("$less_than", [5], 5, False),
    ("$more_than_or_equal", [5], 5, True),
    ("$more_than_or_equal", [5], 4, False),
    ("$greater_than_or_equal", [5], 5, True),
    ("$less_than_or_equal", [5], 5, True),
    ("$less_than_or_equal", [5], 6, False),
    ("$starts_with", ["ab"], "abc", True),
    ("$starts_with", ["x", "ab"], "abc", True),
    ("$starts_with", ["bc"], "abc", False),
    ("$ends_with", ["bc"], "abc", True),
    ("$ends_with", ["ab"], "abc", False),
    ("$contains", ["b"], "abc", True),
    ("$contains", ["B"], "abc", False),
    ("$contains", ["b"], ["xbx"], True),
    ("$contains", ["4"], 2400, True),
    ("$contains", ["r"], True, False),
    ("$has_value", [True], "", True),
    ("$has_value", [], 0, True),
    ("$is_unknown", [True], "x", False),
    ("$count", [2], ["a", "b"], True),
    ("$count", [2], ["a"], False),
    ("$count", [1], "a", False),
    ("$count_more", [1], ["a", "b"], True),
    ("$count_more", [2], ["a", "b"], False),
    ("$count_less", [3], ["a", "b"], True),
    ("$count_less", [2], ["a", "b"], False),
    ("$count_less", [1], [], True),
    ("$not_differ", ["a", "b"], ["b", "a", "a"], True),
    ("$not_differ", ["a", "b"], ["a"], False),
    ("$not_differ", ["a"], ["a", "b"], False),
    ("$not_intersect", ["a", "b"], ["c"], True),
    ("$not_intersect", ["a", "b"], ["b", "c"], False),
    ("$after", ["2026-11-25"], "2026-11-26", True),
    ("$after", ["2026-11-25"], "2026-11-25T23:59:00+01:00", False),
    ("$after", ["2026-11-25T10:00:00Z"], "2026-11-25T10:00:01Z", True),
    ("$after", ["2026-11-25"], "no date", False),
    ("$before", ["2026-11-25"], "2026-11-24", True),
    ("$before", ["2026-11-25"], "2026-11-25", False),
    ("$more_than_ago", [3], "2026-11-21", True),
    ("$more_than_ago", [3], "2026-11-22", False),
    ("$more_than_ago", [0], "2026-11-26", False),
    ("$less_than_ago", [3], "2026-11-23", True),
    ("$less_than_ago", [3], "2026-11-22", False),
    ("$less_than_ago", [3], "2026-11-25", True),
    ("$less_than_ago", [3], "2026-11-26", False),
    ("$is_days_ago", [1], "2026-11-24", True),
    ("$is_days_ago", [1], "2026-11-23T23:30:00Z", True),
    ("$is_days_ago", [1], "2026-11-25", False),
    ("$more_than_future", [3], "2026-11-29", True),
    ("$more_than_future", [3], "2026-11-28", False),
    ("$less_than_future", [3], "2026-11-27", True),
    ("$less_than_future", [3], "2026-11-28", False),
    ("$less_than_future", [3], "2026-11-24", False),
    ("$is_days_in_future", [2], "2026-11-27", True),
    ("$is_days_in_future", [2], "2026-11-28", False),
    ("$timeframe", ["2026-11-01", "P7D", "P1D"], "2026-11-08", True),
    ("$timeframe", ["2026-11-01", "P7D", "P1D"], "2026-11-09", False),
    ("$timeframe_absolute", ["2026-11-01/2026-11-05"], "2026-11-05T22:59:59Z", True),
    ("$timeframe_absolute", ["2026-11-01/2026-11-05"], "2026-11-05T23:00:00Z", False),
    ("$timeframe_daily_hours", ["09:00-11:00"], "2026-11-25T10:59:00+01:00", True),
    ("$timeframe_daily_hours", ["09:00-11:00"], "2026-11-25T11:00:00+01:00", False),
    ("$dow", [0, 6], "2026-11-29", True),
    ("$dow", [0, 6], "2026-11-25", False),
]


@pytest.mark.parametrize(("operator", "operands", "value", "expected"), CASES)
def test_on_a_value(operator: str, operands: list[Any], value: Any, expected: bool) -> None:
    customer = Customer(id="cust_1", metadata={"p": value})

    assert (
        holds("customer.metadata", {operator: operands}, situation(customer=customer), property="p")
        is expected
    )


def test_every_operator_has_cases_both_ways() -> None:
    seen = {(operator, expected) for operator, _, _, expected in CASES}

    one_way = {("$has_value", False), ("$is_unknown", True)}  # both need a value that is not there
    wanted = {(operator.value, way) for operator in TESTS for way in (True, False)}
    assert wanted - one_way <= seen


@pytest.mark.parametrize("value", [{}, {"p": None}, {"P": "x"}])
@pytest.mark.parametrize(("operator", "operands", "_value", "_expected"), CASES)
def test_a_missing_value_meets_the_negative_ones_only(
    operator: str, operands: list[Any], _value: Any, _expected: bool, value: dict[str, Any]
) -> None:
    expected = operator in {"$is_not", "$not_in", "$not_intersect", "$is_unknown"}

    at = situation(customer=Customer(id="cust_1", metadata=value))
    assert holds("customer.metadata", {operator: operands}, at, property="p") is expected
    assert holds("customer.metadata", {operator: operands}, situation(), property="p") is expected


def test_only_from_has_no_test_on_values() -> None:
    assert set(Operator) - set(TESTS) == {Operator.FROM}
    assert set(TESTS) > NEGATIVE


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"$more_than": [5], "$less_than": [10]}, True),
        ({"$more_than": [5], "$less_than": [7]}, False),
        ({"$more_than": [8], "$less_than": [10]}, False),
    ],
)
def test_all_operators_of_a_rule_must_hold(conditions: dict[str, Any], expected: bool) -> None:
    at = situation(customer=Customer(metadata={"p": 7}))

    assert holds("customer.metadata", conditions, at, property="p") is expected
