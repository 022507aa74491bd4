from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidPayload
from loyalty import tier_terms


def in_period(period="MONTH", starts="IMMEDIATE", ends="END_OF_PERIOD", **more: Any) -> dict[str, Any]:
    return {
        "qualification_type": "POINTS_IN_PERIOD",
        "qualification_period": period,
        "start_date": {"type": starts},
        "expiration_date": {"type": ends, **more},
    }


def by_balance(ends="CUSTOM", **more: Any) -> dict[str, Any]:
    return {
        "qualification_type": "BALANCE",
        "start_date": {"type": "IMMEDIATE"},
        "expiration_date": {"type": ends, **more},
    }


def rounded(kind, strategy="END", **more: Any) -> dict[str, Any]:
    return {"rounding": {"type": kind, "strategy": strategy, **more}}


# The table of contract loyalty 10.2, and what stands around it: (terms, from when it counts, its last day).
CASES: list[tuple[dict[str, Any] | None, date, date | None]] = [
    (by_balance(extend="P3M", **rounded("MONTH")), date(2026, 11, 10), date(2027, 2, 28)),
    (in_period(), date(2026, 3, 10), date(2026, 3, 31)),
    (in_period(ends="END_OF_NEXT_PERIOD"), date(2026, 3, 10), date(2026, 4, 30)),
    (in_period(starts="NEXT_PERIOD"), date(2026, 4, 1), date(2026, 4, 30)),
    (in_period(extend="P7D"), date(2026, 3, 10), date(2026, 4, 7)),
    (None, date(2026, 3, 10), None),
    (by_balance("BALANCE_DROP"), date(2026, 3, 10), None),
    (by_balance(extend="P3M"), date(2026, 11, 30), date(2027, 2, 28)),
    (by_balance(extend="P1Y"), date(2024, 2, 29), date(2025, 2, 28)),
    (by_balance(extend="P2W"), date(2024, 2, 20), date(2024, 3, 5)),
    (by_balance(extend="P3M", **rounded("MONTH", "START")), date(2026, 11, 10), date(2027, 3, 1)),
    (by_balance(extend="P1M", **rounded("QUARTER")), date(2026, 1, 10), date(2026, 3, 31)),
    (by_balance(extend="P1M", **rounded("HALF_YEAR")), date(2026, 1, 10), date(2026, 6, 30)),
    (by_balance(extend="P1M", **rounded("YEAR")), date(2026, 12, 1), date(2027, 12, 31)),
    (by_balance(extend="P1M", **rounded("YEAR", "START")), date(2026, 3, 1), date(2027, 1, 1)),
    (
        by_balance(extend="P1M", **rounded("CUSTOM", unit="MONTH", value=0)),
        date(2026, 1, 10),
        date(2027, 1, 31),
    ),
    (by_balance(extend="P1M", **rounded("CUSTOM", value=1)), date(2027, 12, 31), date(2028, 2, 29)),
    (by_balance(extend="P1M", **rounded("CUSTOM", "START", value=1)), date(2026, 1, 1), date(2026, 2, 1)),
    (by_balance(extend="P1M", **rounded("CUSTOM", "START", value=1)), date(2026, 1, 2), date(2027, 2, 1)),
    (in_period("QUARTER"), date(2026, 2, 10), date(2026, 3, 31)),
    (in_period("HALF_YEAR", ends="END_OF_NEXT_PERIOD"), date(2026, 2, 10), date(2026, 12, 31)),
    (in_period("YEAR", ends="END_OF_NEXT_PERIOD"), date(2026, 2, 10), date(2027, 12, 31)),
    (in_period("YEAR", extend="P3M"), date(2026, 2, 10), date(2027, 3, 31)),
    # The end of a period stays the end of a month, however long the months are.
    (in_period(extend="P1M"), date(2026, 2, 3), date(2026, 3, 31)),
    (in_period(extend="P1M"), date(2024, 1, 3), date(2024, 2, 29)),
]


@pytest.mark.parametrize(("wire", "since", "until"), CASES)
def test_says_how_long_a_tier_lasts(wire, since, until):
    tier_terms.check(wire)

    assert tier_terms.end_of(tier_terms.read(wire), since) == until


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        ("MONTH", date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        ("QUARTER", date(2026, 5, 15), date(2026, 4, 1), date(2026, 6, 30)),
        ("HALF_YEAR", date(2026, 12, 31), date(2026, 7, 1), date(2026, 12, 31)),
        ("YEAR", date(2026, 1, 1), date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_knows_the_calendar_period_of_a_day(period, day, first, last):
    assert tier_terms.period_of(tier_terms.read(in_period(period)), day) == (first, last)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.sampled_from([*tier_terms.PERIODS]))
def test_periods_follow_each_other_without_a_gap(day, period):
    terms = tier_terms.read(in_period(period))

    first, last = tier_terms.period_of(terms, day)

    assert first <= day <= last
    assert tier_terms.period_of(terms, last + timedelta(days=1))[0] == last + timedelta(days=1)


@given(
    st.dates(date(2000, 1, 1), date(2100, 12, 31)),
    st.sampled_from([wire for wire, _, until in CASES if until is not None]),
)
def test_a_tier_never_ends_before_it_begins_and_who_reaches_it_later_holds_it_as_long(day, wire):
    terms = tier_terms.read(wire)

    until, later = tier_terms.end_of(terms, day), tier_terms.end_of(terms, day + timedelta(days=1))

    assert until is not None
    assert later is not None
    assert day <= until <= later


@pytest.mark.parametrize(
    ("wire", "says"),
    [
        ([], "must be an object"),
        ({}, "qualification_type must be one of: BALANCE, POINTS_IN_PERIOD"),
        ({"qualification_type": ["BALANCE"]}, "qualification_type must be one of"),
        (
            {**in_period(), "qualification_period": None},
            "qualification_period must be one of: MONTH, QUARTER",
        ),
        ({**in_period(), "qualification_period": "WEEK"}, "qualification_period must be one of"),
        ({**in_period(), "start_date": "IMMEDIATE"}, "start_date must be an object"),
        ({**in_period(), "start_date": {"type": "LATER"}}, "start_date.type must be one of: IMMEDIATE, NEXT"),
        ({**by_balance("BALANCE_DROP"), "start_date": {"type": "NEXT_PERIOD"}}, "must be one of: IMMEDIATE."),
        (by_balance("END_OF_PERIOD"), "expiration_date.type must be one of: BALANCE_DROP, CUSTOM"),
        (in_period(ends="CUSTOM"), "expiration_date.type must be one of: END_OF_PERIOD, END_OF_NEXT_PERIOD"),
        (by_balance(), "extend must be an ISO 8601 duration"),
        (by_balance(extend="P0D"), "extend must be longer than nothing"),
        (by_balance(extend="3 months"), "extend must be an ISO 8601 duration"),
        (by_balance(extend="PT5H"), "extend must be an ISO 8601 duration"),
        (by_balance(extend="P"), "extend must be an ISO 8601 duration"),
        (by_balance(extend=3), "extend must be an ISO 8601 duration"),
        (by_balance(extend="P200Y"), "extend must be an ISO 8601 duration"),
        (by_balance(extend="P3M", rounding="MONTH"), "rounding must be an object"),
        (by_balance(extend="P3M", rounding={"type": "WEEK"}), "rounding.type must be one of"),
        (
            by_balance(extend="P3M", **rounded("MONTH", "MIDDLE")),
            "rounding.strategy must be one of: START, END",
        ),
        (by_balance(extend="P3M", **rounded("CUSTOM")), "rounding.value must be a month from 0"),
        (by_balance(extend="P3M", **rounded("CUSTOM", value=12)), "rounding.value must be a month from 0"),
        (by_balance(extend="P3M", **rounded("CUSTOM", value=True)), "rounding.value must be a month from 0"),
    ],
)
def test_refuses_terms_that_mean_nothing(wire, says):
    with pytest.raises(InvalidPayload) as refused:
        tier_terms.check(wire)

    assert says in refused.value.details
