"""Stretches of time: where days, weeks, months and quarters begin, and where an instant lies in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.scale import WHOLE, Scale, View, scale

WARSAW = ZoneInfo("Europe/Warsaw")
MONDAY = 1


def of(view: View, on: date, *, zone: ZoneInfo = WARSAW, first_weekday: int = MONDAY) -> Scale:
    return scale(view, on, zone=zone, first_weekday=first_weekday)


@pytest.mark.parametrize(
    ("view", "first", "last"),
    [
        (View.DAY, date(2026, 12, 31), date(2026, 12, 31)),
        (View.WEEK, date(2026, 12, 28), date(2027, 1, 3)),
        (View.MONTH, date(2026, 12, 1), date(2026, 12, 31)),
        (View.QUARTER, date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_the_stretch_that_the_last_day_of_a_year_lies_in(view: View, first: date, last: date) -> None:
    found = of(view, date(2026, 12, 31))

    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize(("first_weekday", "first"), [(0, 8), (1, 9), (6, 14)])
def test_a_week_begins_where_the_project_says(first_weekday: int, first: int) -> None:
    assert of(View.WEEK, date(2026, 3, 14), first_weekday=first_weekday).first == date(2026, 3, first)


def test_a_day_of_a_change_of_clocks_is_as_long_as_it_is() -> None:
    short, long = of(View.DAY, date(2026, 3, 29)), of(View.DAY, date(2026, 10, 25))

    assert (short.units, long.units) == (23, 25)
    assert short.since == datetime(2026, 3, 28, 23, tzinfo=UTC)
    month = of(View.MONTH, date(2026, 3, 29))
    left, right = month.day_stretch(date(2026, 3, 29), date(2026, 3, 29))
    usual = month.day_stretch(date(2026, 3, 5), date(2026, 3, 5))
    assert right - left < usual[1] - usual[0]


def test_what_is_open_runs_to_the_edge() -> None:
    found = of(View.MONTH, date(2026, 3, 1))

    assert found.stretch(None, None) == (0, WHOLE)
    assert found.stretch(None, found.since) == (0, 0)
    assert found.stretch(found.until - timedelta(days=1), None)[1] == WHOLE
    assert not found.shows(None, found.since)
    assert not found.shows(found.until, None)
    assert found.shows(None, None)


@given(
    view=st.sampled_from(View),
    on=st.dates(date(1900, 1, 1), date(9999, 12, 31)),
    zone=st.sampled_from(["UTC", "Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    first_weekday=st.sampled_from([0, 1, 6]),
)
def test_stretches_follow_each_other_without_a_gap(
    view: View, on: date, zone: str, first_weekday: int
) -> None:
    here = of(view, on, zone=ZoneInfo(zone), first_weekday=first_weekday)
    after = of(view, here.after, zone=ZoneInfo(zone), first_weekday=first_weekday)
    before = of(view, here.before, zone=ZoneInfo(zone), first_weekday=first_weekday)

    assert here.since < here.until
    assert after.since == here.until or here.last.year >= 9990
    assert before.until == here.since or here.first.year <= 1971
    edges = [here.day_stretch(day, day) for day in here.days]
    assert edges[0][0] == 0
    assert edges[-1][1] == WHOLE
    assert all(one[1] == other[0] for one, other in zip(edges, edges[1:], strict=False))
