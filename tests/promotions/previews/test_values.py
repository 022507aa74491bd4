"""Values of metadata that meet conditions, or do not."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.rules import operators
from engine.rules.operators import Clock
from engine.rules.parse import parse
from promotions.previews import values
from tests.conftest import NOW

CLOCK = Clock(now=NOW, zone=ZoneInfo("Europe/Warsaw"))
CASES: list[dict[str, list[Any]]] = [
    {"$is": ["gold"]},
    {"$is": [True]},
    {"$is_not": ["gold"]},
    {"$in": ["a", "b"]},
    {"$not_in": ["a", "b"]},
    {"$more_than": [5]},
    {"$more_than": [5], "$less_than": [7]},
    {"$less_than_or_equal": [3]},
    {"$starts_with": ["Ab"]},
    {"$ends_with": ["z"]},
    {"$contains": ["mid"]},
    {"$has_value": []},
    {"$is_unknown": []},
    {"$count": [2]},
    {"$count_more": [2]},
    {"$count_less": [2]},
    {"$not_differ": ["a", "b"]},
    {"$not_intersect": ["a"]},
    {"$after": ["2026-05-01"]},
    {"$before": ["2026-05-01"]},
    {"$more_than_ago": [30]},
    {"$less_than_ago": [30]},
    {"$is_days_ago": [3]},
    {"$more_than_future": [30]},
    {"$is_days_in_future": [3]},
    {"$dow": [6, 0]},
]


@pytest.mark.parametrize("conditions", CASES, ids=lambda case: "+".join(case))
def test_a_value_is_found_that_meets_them_and_one_that_does_not(conditions: dict[str, list[Any]]) -> None:
    document = {"rules": {"1": {"name": "customer.metadata", "property": "x", "conditions": conditions}}}
    read = parse(document).rules[0].conditions

    def holds(value: Any) -> bool:
        return all(operators.test(one, None if value is values.ABSENT else value, CLOCK) for one in read)

    good, bad = values.meeting(read, CLOCK), values.missing(read, CLOCK)

    assert good is not None
    assert holds(good)
    assert bad is not None
    assert not holds(bad)
