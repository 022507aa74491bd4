from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidPayload
from loyalty import expiry

# The table of contract loyalty 6, and what stands around it. 2024 and 2028 are leap years.
CASES: list[tuple[date, dict[str, Any] | None, date | None]] = [
    (date(2026, 1, 25), {"period_type": "MONTH", "period_value": 1}, date(2026, 2, 25)),
    (date(2026, 1, 1), {"period_type": "MONTH", "period_value": 0}, date(2026, 1, 1)),
    (date(2026, 1, 31), {"period_type": "MONTH", "period_value": 1}, date(2026, 2, 28)),
    (
        date(2026, 1, 10),
        {"period_type": "MONTH", "period_value": 1, "rounding_type": "END_OF_MONTH"},
        date(2026, 2, 28),
    ),
    (
        date(2026, 1, 10),
        {"period_type": "MONTH", "period_value": 3, "rounding_type": "END_OF_QUARTER"},
        date(2026, 6, 30),
    ),
    (
        date(2026, 10, 10),
        {"period_type": "MONTH", "period_value": 4, "rounding_type": "END_OF_HALF_YEAR"},
        date(2027, 6, 30),
    ),
    (
        date(2026, 3, 5),
        {
            "period_type": "MONTH",
            "period_value": 1,
            "rounding_type": "PARTICULAR_MONTH",
            "rounding_value": 2,
        },
        date(2027, 2, 28),
    ),
    (
        date(2026, 12, 20),
        {"period_type": "FIXED_DAY_OF_YEAR", "fixed_month": 1, "fixed_day": 1},
        date(2027, 1, 1),
    ),
    # Points that stay.
    (date(2026, 3, 5), None, None),
    (date(2026, 3, 5), {}, None),
    # Years, and their ends.
    (
        date(2026, 7, 1),
        {"period_type": "MONTH", "period_value": 12, "rounding_type": "END_OF_YEAR"},
        date(2027, 12, 31),
    ),
    (
        date(2026, 12, 31),
        {"period_type": "MONTH", "period_value": 0, "rounding_type": "END_OF_YEAR"},
        date(2026, 12, 31),
    ),
    (date(2026, 11, 30), {"period_type": "MONTH", "period_value": 3}, date(2027, 2, 28)),
    # 29 February.
    (date(2024, 2, 29), {"period_type": "MONTH", "period_value": 12}, date(2025, 2, 28)),
    (date(2024, 2, 29), {"period_type": "MONTH", "period_value": 48}, date(2028, 2, 29)),
    (date(2027, 3, 31), {"period_type": "MONTH", "period_value": 11}, date(2028, 2, 29)),
    (
        date(2027, 3, 1),
        {"period_type": "FIXED_DAY_OF_YEAR", "fixed_month": 2, "fixed_day": 29},
        date(2028, 2, 29),
    ),
    (
        date(2028, 3, 1),
        {"period_type": "FIXED_DAY_OF_YEAR", "fixed_month": 2, "fixed_day": 29},
        date(2029, 2, 28),
    ),
    (
        date(2027, 3, 5),
        {
            "period_type": "MONTH",
            "period_value": 1,
            "rounding_type": "PARTICULAR_MONTH",
            "rounding_value": 2,
        },
        date(2028, 2, 29),
    ),
    # The day itself counts; the day after it does not.
    (
        date(2026, 6, 30),
        {"period_type": "FIXED_DAY_OF_YEAR", "fixed_month": 6, "fixed_day": 30},
        date(2026, 6, 30),
    ),
    (
        date(2026, 7, 1),
        {"period_type": "FIXED_DAY_OF_YEAR", "fixed_month": 6, "fixed_day": 31},
        date(2027, 6, 30),
    ),
    (
        date(2026, 1, 15),
        {
            "period_type": "MONTH",
            "period_value": 1,
            "rounding_type": "PARTICULAR_MONTH",
            "rounding_value": 2,
        },
        date(2026, 2, 28),
    ),
    # Ours: months after the last activity.
    (date(2026, 1, 31), {"period_type": "INACTIVITY", "period_value": 6}, date(2026, 7, 31)),
    (
        date(2026, 1, 31),
        {"period_type": "INACTIVITY", "period_value": 6, "rounding_type": "END_OF_QUARTER"},
        date(2026, 9, 30),
    ),
]


@pytest.mark.parametrize(("base", "rules", "ends"), CASES)
def test_says_on_which_day_points_can_be_used_last(base, rules, ends):
    expiry.check(rules or None)

    assert expiry.expires_on(rules, base) == ends


def test_null_for_a_rounding_is_none():
    rules = {"period_type": "MONTH", "period_value": 2, "rounding_type": None, "rounding_value": None}

    expiry.check(rules)

    assert expiry.expires_on(rules, date(2026, 5, 4)) == date(2026, 7, 4)


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ("never", "must be an object"),
        ([], "must be an object"),
        ({}, "period_type must be one of: MONTH, FIXED_DAY_OF_YEAR, INACTIVITY"),
        ({"period_type": "DAY"}, "period_type must be one of"),
        ({"period_type": ["MONTH"]}, "period_type must be one of"),
        ({"period_type": "MONTH"}, "period_value must be a whole number from 0 to 1200"),
        ({"period_type": "MONTH", "period_value": -1}, "period_value must be a whole number"),
        ({"period_type": "MONTH", "period_value": 1201}, "period_value must be a whole number"),
        ({"period_type": "MONTH", "period_value": True}, "period_value must be a whole number"),
        ({"period_type": "MONTH", "period_value": "1"}, "period_value must be a whole number"),
        ({"period_type": "INACTIVITY", "period_value": 0}, "period_value must be a whole number from 1"),
        ({"period_type": "MONTH", "period_value": 1, "rounding_type": "UP"}, "rounding_type must be one of"),
        (
            {"period_type": "MONTH", "period_value": 1, "rounding_type": "PARTICULAR_MONTH"},
            "rounding_value must be a whole number from 1 to 12",
        ),
        (
            {
                "period_type": "MONTH",
                "period_value": 1,
                "rounding_type": "PARTICULAR_MONTH",
                "rounding_value": 0,
            },
            "rounding_value must be a whole number from 1 to 12",
        ),
        ({"period_type": "FIXED_DAY_OF_YEAR", "fixed_day": 1}, "fixed_month must be a whole number"),
        ({"period_type": "FIXED_DAY_OF_YEAR", "fixed_month": 13, "fixed_day": 1}, "fixed_month must be"),
        ({"period_type": "FIXED_DAY_OF_YEAR", "fixed_month": 1, "fixed_day": 32}, "fixed_day must be"),
    ],
)
def test_refuses_rules_that_say_nothing(rules, says):
    with pytest.raises(InvalidPayload) as refused:
        expiry.check(rules)

    assert says in refused.value.details


def test_one_earning_rule_cannot_count_from_the_last_activity():
    rules = {"period_type": "INACTIVITY", "period_value": 6}

    expiry.check(rules)
    with pytest.raises(InvalidPayload):
        expiry.check(rules, sliding=False)


def test_knows_rules_that_every_activity_pushes_ahead():
    assert expiry.slides({"period_type": "INACTIVITY", "period_value": 6})
    assert not expiry.slides({"period_type": "MONTH", "period_value": 6})
    assert not expiry.slides(None)


days = st.dates(date(2000, 1, 1), date(2200, 12, 31))
months = st.builds(
    lambda months, rounding, month: {
        "period_type": "MONTH",
        "period_value": months,
        "rounding_type": rounding,
        "rounding_value": month,
    },
    st.integers(0, 120),
    st.sampled_from([None, *expiry.Rounding]),
    st.integers(1, 12),
)
fixed = st.builds(
    lambda month, day: {"period_type": "FIXED_DAY_OF_YEAR", "fixed_month": month, "fixed_day": day},
    st.integers(1, 12),
    st.integers(1, 31),
)


@given(days, months | fixed)
def test_points_never_end_before_they_come(base, rules):
    ends = expiry.expires_on(rules, base)

    assert ends is not None
    assert ends >= base


@given(days, months | fixed)
def test_who_earns_later_never_loses_earlier(base, rules):
    first, second = expiry.expires_on(rules, base), expiry.expires_on(rules, base + timedelta(days=1))

    assert first is not None
    assert second is not None
    assert first <= second


@given(days, st.sampled_from([1, 3, 6, 12]))
def test_the_end_of_a_unit_is_its_last_day_and_stays_it(day, unit):
    end = expiry.end_of_unit(day, unit)

    assert end >= day
    assert (end + timedelta(days=1)).day == 1
    assert end.month % unit == 0
    assert expiry.end_of_unit(end, unit) == end
    assert expiry.end_of_unit(end + timedelta(days=1), unit) > end


@given(days, fixed)
def test_a_fixed_day_comes_within_a_year(base, rules):
    ends = expiry.expires_on(rules, base)

    assert ends is not None
    assert (ends - base).days <= 366


@given(days, st.integers(0, 120))
def test_months_are_counted_on_the_calendar(day, months):
    later = expiry.add_months(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)
