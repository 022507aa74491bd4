"""Time alone moves only rows between the old and the new bounds, and all that it moves are there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.api import filter_operators as operators
from core.api.filter_days import ANNIVERSARY
from core.api.filter_moves import moved
from core.api.filters import build
from tests.core.api.filter_sample import FIELDS, NOW, Sample, create_rows

ZONE = ZoneInfo("Europe/Warsaw")
TIMED = (*operators.RELATIVE, *operators.CALENDAR, *ANNIVERSARY, "$is_years_ago", "$is_not")


@pytest.fixture
def rows(db: None) -> None:
    create_rows()


def fitting(filters: Any, now: datetime) -> set[int]:
    return set(Sample.objects.filter(build(filters, FIELDS, now=now, zone=ZONE)).values_list("pk", flat=True))


@st.composite
def timed_filters(draw: st.DrawFn) -> dict[str, Any]:
    filters: dict[str, Any] = {"junction": draw(st.sampled_from(["and", "or"]))}
    for name in draw(st.lists(st.sampled_from(["at", "day", "metadata.date"]), min_size=1, unique=True)):
        operator = draw(st.sampled_from(TIMED))
        value = "2026-03-10" if operator == "$is_not" else draw(st.sampled_from([0, 1, 7, 36]))
        filters[name] = {"conditions": {operator: value}}
    return filters


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    filters=timed_filters(),
    hours=st.integers(1, 24 * 400),
    look=st.integers(0, 100),
)
def test_whoever_time_moved_is_found(filters: Any, hours: int, look: int, rows: None) -> None:
    since, until = NOW - timedelta(days=4), NOW - timedelta(days=4) + timedelta(hours=hours)
    candidates = moved(filters, FIELDS, since=since, until=until, zone=ZONE)
    found = (
        set() if candidates is None else set(Sample.objects.filter(candidates).values_list("pk", flat=True))
    )
    between = since + (until - since) * look / 100

    # Whoever was looked at in between, for another reason, is found as well.
    assert fitting(filters, between) ^ fitting(filters, until) <= found


def test_an_hour_moves_few(rows: None) -> None:
    filters = {"at": {"conditions": {"$more_than_ago": 7}}}
    found = moved(filters, FIELDS, since=NOW - timedelta(hours=1), until=NOW, zone=ZONE)

    assert found is not None
    assert [row.at for row in Sample.objects.filter(found)] == [NOW - timedelta(days=7)]


def test_nothing_moves_what_does_not_ask_for_the_time(rows: None) -> None:
    filters = {"text": {"conditions": {"$is": "5"}}, "at": {"conditions": {"$after": "2026-03-10"}}}

    assert moved(filters, FIELDS, since=NOW, until=NOW + timedelta(days=90), zone=ZONE) is None


def test_a_new_month_moves_the_birthdays_of_two_months(rows: None) -> None:
    filters = {"day": {"conditions": {"$this_month_md": True}}}
    end_of_march = datetime(2026, 3, 31, 12, tzinfo=ZONE)
    same = moved(filters, FIELDS, since=NOW, until=NOW + timedelta(days=1), zone=ZONE)
    other = moved(filters, FIELDS, since=end_of_march, until=end_of_march + timedelta(days=1), zone=ZONE)

    assert same is None
    assert other is not None
    found = Sample.objects.filter(other).order_by("pk").values_list("day", flat=True)
    assert [day.month for day in found if day is not None] == [3, 3, 3]
