"""Numbers, texts, days and instants as rules compare them. Contract: 11.3."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules.values import Members, as_text, equal, moment, number, order

ZONE = ZoneInfo("Europe/Warsaw")

scalars = (
    st.integers(-50, 50)
    | st.decimals(-50, 50, places=1)
    | st.integers(-50, 50).map(str)
    | st.sampled_from(["a", "1.0", "01", "true", ""])
    | st.booleans()
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        (Decimal("1.5"), Decimal("1.5")),
        ("5", 5),
        ("-5", -5),
        ("+5", 5),
        ("1.50", Decimal("1.50")),
        ("007", 7),
        (True, None),
        ("", None),
        (" 5", None),
        ("1e3", None),
        ("٥", None),
        ("NaN", None),
        (Decimal("NaN"), None),
        (Decimal("Infinity"), None),
        (None, None),
        ([5], None),
        ("9" * 31, None),
    ],
)
def test_number(value: object, expected: object) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "a"), ("", ""), (5, "5"), (Decimal("1.50"), "1.50"), (True, None), ({}, None), (None, None)],
)
def test_as_text(value: object, expected: str | None) -> None:
    assert as_text(value) == expected
    assert as_text(10**5000) is None


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (5, "5", True),
        ("5", 5, True),
        (Decimal("5.0"), 5, True),
        ("5.0", 5, True),
        ("5", "5.0", False),
        ("007", "7", False),
        ("007", 7, True),
        (True, 1, False),
        (1, True, False),
        (True, True, True),
        (False, 0, False),
        ("true", True, False),
        ("VIP", "vip", False),
        ("VIP", "VIP", True),
    ],
)
def test_equal(left: object, right: object, expected: bool) -> None:
    assert equal(left, right) is expected


@given(scalars, st.lists(scalars, max_size=6))
def test_membership_is_equality_with_any(value: Any, among: list[Any]) -> None:
    assert (value in Members(among)) is any(equal(value, other) for other in among)


@pytest.mark.parametrize(
    ("value", "at", "day", "is_day"),
    [
        ("2026-11-25", "2026-11-24T23:00:00+00:00", date(2026, 11, 25), True),
        (date(2026, 11, 25), "2026-11-24T23:00:00+00:00", date(2026, 11, 25), True),
        ("2026-11-24T23:30:00Z", "2026-11-24T23:30:00+00:00", date(2026, 11, 25), False),
        ("2026-11-25T08:00", "2026-11-25T07:00:00+00:00", date(2026, 11, 25), False),
        ("2026-11-25 08:00:00.123+02:00", "2026-11-25T06:00:00.123000+00:00", date(2026, 11, 25), False),
    ],
)
def test_moment(value: object, at: str, day: date, is_day: bool) -> None:
    found = moment(value, ZONE)

    assert found is not None
    assert (found.at, found.day, found.is_day) == (datetime.fromisoformat(at), day, is_day)
    assert found.at.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-30",
        "20261125",
        "25.11.2026",
        "2026-11-25T25:00",
        "0001-01-01",
        "9999-12-31T23:59:59-23:00",
        5,
        None,
    ],
)
def test_no_moment(value: object) -> None:
    assert moment(value, ZONE) is None


@pytest.mark.parametrize(
    ("value", "operand", "expected"),
    [
        (5, 6, -1),
        ("6", 6, 0),
        (Decimal("6.5"), "6", 1),
        ("2026-11-25", "2026-11-26", -1),
        ("2026-11-24T23:30:00Z", "2026-11-25", 0),
        ("2026-11-25", "2026-11-25T00:00:00+01:00", 0),
        ("2026-11-25", "2026-11-25T00:00:01+01:00", -1),
        ("abc", 5, None),
        (True, 0, None),
        ("abc", "2026-11-25", None),
        (5, "2026-11-25", None),
    ],
)
def test_order(value: object, operand: object, expected: int | None) -> None:
    assert order(value, operand, ZONE) == expected
