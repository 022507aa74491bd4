"""Every operator on one fact: which two conditions have something in common, and which certainly have not."""

from __future__ import annotations

from typing import Any

import pytest

from engine.algebra import Answer, Aspect
from tests.engine.algebra.building import asks, meeting

type Asked = dict[str, Any]

# Facts that may be lists: `tags` of a customer.
TOGETHER_IN_A_LIST: list[tuple[Asked, Asked]] = [
    ({"$is": ["gold"]}, {"$is": ["silver"]}),
    ({"$is": ["gold"]}, {"$is_not": ["silver"]}),
    ({"$in": ["gold", "silver"]}, {"$not_in": ["gold"]}),
    ({"$more_than": [10]}, {"$less_than": [5]}),
    ({"$starts_with": ["go"]}, {"$starts_with": ["si"]}),
    ({"$ends_with": ["ld"]}, {"$contains": ["x"]}),
    ({"$has_value": []}, {"$not_intersect": ["gold"]}),
    ({"$count": [2]}, {"$is": ["gold"]}),
    ({"$count_more": [3]}, {"$count_less": [5]}),
    ({"$count": [0]}, {"$is_not": ["gold"]}),
    ({"$not_differ": ["gold", "silver"]}, {"$is": ["gold"]}),
    ({"$not_differ": ["gold", "silver"]}, {"$count": [2]}),
    ({"$after": ["2026-11-20"]}, {"$before": ["2026-11-01"]}),
    ({"$more_than_ago": [10]}, {"$less_than_ago": [2]}),
    ({"$is_days_ago": [3]}, {"$is_days_in_future": [3]}),
    ({"$more_than_future": [10]}, {"$less_than_future": [2]}),
    ({"$dow": [1]}, {"$timeframe_absolute": ["2026-11-24/2026-11-27"]}),
    ({"$timeframe_daily_hours": ["08:00-10:00"]}, {"$timeframe": ["2026-11-23", "P7D", "P1D"]}),
    ({"$is": [5]}, {"$is_not": ["6"]}),
    ({"$is": [True]}, {"$is_not": [1]}),
    ({"$is_unknown": []}, {"$is_not": ["gold"]}),
]
APART_EVEN_IN_A_LIST: list[tuple[Asked, Asked]] = [
    ({"$is": ["gold"]}, {"$is_not": ["gold"]}),
    ({"$in": ["gold", "silver"]}, {"$not_in": ["silver", "gold", "x"]}),
    ({"$is": ["gold"]}, {"$not_intersect": ["gold", "x"]}),
    ({"$is": [5]}, {"$is_not": [5]}),
    ({"$is": ["5"]}, {"$is_not": [5]}),
    ({"$is_unknown": []}, {"$has_value": []}),
    ({"$is_unknown": []}, {"$starts_with": ["go"]}),
    ({"$is_unknown": []}, {"$count": [0]}),
    ({"$count": [2]}, {"$count_less": [2]}),
    ({"$count": [0]}, {"$is": ["gold"]}),
    ({"$count_more": [4]}, {"$count": [3]}),
    ({"$not_differ": ["gold"]}, {"$not_differ": ["silver"]}),
    ({"$not_differ": ["gold", "silver"]}, {"$count_less": [2]}),
    ({"$not_differ": ["gold"]}, {"$is": ["silver"]}),
    ({"$not_differ": ["gold", "silver"]}, {"$is_not": ["silver"]}),
    ({"$less_than_ago": [0]}, {"$has_value": []}),
]
# Facts with one value: `tier` of a customer.
APART_AS_ONE_VALUE: list[tuple[Asked, Asked]] = [
    ({"$is": ["gold"]}, {"$is": ["silver"]}),
    ({"$in": ["gold", "x"]}, {"$in": ["silver", "y"]}),
    ({"$more_than": [10]}, {"$less_than": [5]}),
    ({"$more_than": [10]}, {"$less_than": [10]}),
    ({"$more_than_or_equal": [10]}, {"$less_than": [10]}),
    ({"$is": [7]}, {"$more_than": [8]}),
    ({"$is": ["gold"]}, {"$starts_with": ["si"]}),
    ({"$starts_with": ["go"]}, {"$starts_with": ["si"]}),
    ({"$ends_with": ["ld"]}, {"$ends_with": ["er"]}),
    ({"$after": ["2026-11-20"]}, {"$before": ["2026-11-01"]}),
    ({"$after": ["2026-11-20"]}, {"$before": ["2026-11-21"]}),
    ({"$more_than_ago": [10]}, {"$less_than_ago": [2]}),
    ({"$is_days_ago": [3]}, {"$is_days_in_future": [3]}),
    ({"$more_than": [5]}, {"$after": ["2026-11-20"]}),
    ({"$is": ["gold"]}, {"$count": [1]}),
    ({"$is": ["gold"]}, {"$dow": [1]}),
]
TOGETHER_AS_ONE_VALUE: list[tuple[Asked, Asked]] = [
    ({"$is": ["gold"]}, {"$in": ["silver", "gold"]}),
    ({"$is": [5]}, {"$is": ["5"]}),
    ({"$more_than": [5]}, {"$less_than": [6]}),
    ({"$more_than_or_equal": [10]}, {"$less_than_or_equal": [10]}),
    ({"$starts_with": ["go"]}, {"$starts_with": ["gold"]}),
    ({"$starts_with": ["go"]}, {"$ends_with": ["en"]}),
    ({"$contains": ["ol"]}, {"$is_not": ["gold"]}),
    ({"$after": ["2026-11-20"]}, {"$before": ["2026-11-22"]}),
    ({"$less_than_ago": [4]}, {"$after": ["2026-11-20"]}),
    ({"$is_days_ago": [0]}, {"$less_than_future": [1]}),
    ({"$dow": [1, 2]}, {"$timeframe_absolute": ["2026-11-24/2026-11-27"]}),
    ({"$is": [5]}, {"$starts_with": ["5"]}),
    ({"$is": ["12"]}, {"$more_than": [11]}),
]


@pytest.mark.parametrize(("one", "other"), TOGETHER_IN_A_LIST)
def test_a_list_meets_both(one: Asked, other: Asked) -> None:
    left, right = (asks(key, "customer.metadata", how, "tags") for key, how in (("a", one), ("b", other)))

    assert meeting(left, right).answer is Answer.OVERLAPS


@pytest.mark.parametrize(("one", "other"), APART_EVEN_IN_A_LIST)
def test_not_even_a_list_meets_both(one: Asked, other: Asked) -> None:
    for name, prop in (
        ("customer.metadata", "tags"),
        ("order.metadata", "tags"),
        ("redemption.metadata", "x"),
    ):
        left, right = (asks(key, name, how, prop) for key, how in (("a", one), ("b", other)))

        found = meeting(left, right)

        assert found.answer is Answer.DISJOINT
        assert found.clash is not None
        assert found.clash.left is not None
        assert found.clash.left.name == name


@pytest.mark.parametrize(("one", "other"), APART_AS_ONE_VALUE)
def test_one_value_does_not_meet_both(one: Asked, other: Asked) -> None:
    left, right = (asks(key, "customer.metadata", how, "tier") for key, how in (("a", one), ("b", other)))

    found = meeting(left, right)

    assert found.answer is Answer.DISJOINT
    assert found.clash is not None
    assert found.clash.aspect is Aspect.AUDIENCE


@pytest.mark.parametrize(("one", "other"), TOGETHER_AS_ONE_VALUE)
def test_one_value_meets_both(one: Asked, other: Asked) -> None:
    left, right = (asks(key, "customer.metadata", how, "tier") for key, how in (("a", one), ("b", other)))

    assert meeting(left, right).answer is Answer.OVERLAPS


@pytest.mark.parametrize("name", ["redemption.api_key", "redemption.user.login"])
def test_there_is_one_caller(name: str) -> None:
    web, pos = asks("a", name, {"$is": ["web"]}), asks("b", name, {"$in": ["pos", "kiosk"]})

    found = meeting(web, pos)

    assert found.answer is Answer.DISJOINT
    assert found.clash is not None
    assert found.clash.aspect is Aspect.CALL


def test_somebody_may_be_in_two_segments() -> None:
    found = meeting(
        asks("a", "customer.segment", {"$is": ["seg_vip"]}), asks("b", "customer.segment", {"$is": ["seg_x"]})
    )

    assert found.answer is Answer.OVERLAPS
    assert found.witness is not None
    assert found.witness.customer is not None
    assert found.witness.customer.segments == ("seg_vip", "seg_x")


def test_nobody_is_in_segments_that_exclude_each_other() -> None:
    gold, new = (
        asks("a", "customer.segment", {"$is": ["seg_gold"]}),
        asks("b", "customer.segment", {"$is": ["seg_new"]}),
    )

    assert meeting(gold, new).answer is Answer.DISJOINT  # gold customers are VIPs, and these are never new


def test_whoever_is_in_a_segment_is_in_those_around_it() -> None:
    gold, others = (
        asks("a", "customer.segment", {"$is": ["seg_gold"]}),
        asks("b", "customer.segment", {"$not_in": ["seg_vip"]}),
    )

    assert meeting(gold, others).answer is Answer.DISJOINT


def test_nobody_is_known_and_unknown() -> None:
    unknown, tagged = (
        asks("a", "customer.segment", {"$is_unknown": []}),
        asks("b", "customer.metadata", {"$is": ["gold"]}, "tags"),
    )

    assert meeting(unknown, tagged).answer is Answer.DISJOINT
    assert meeting(unknown, asks("c", "order.amount", {"$more_than": [5]})).answer is Answer.OVERLAPS
