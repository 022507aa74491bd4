"""Dragging: days keep the time of day, hours pass; an open end stays open."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from calendar_app.shifting import Edge, Shift, moved
from tests.calendar_app.test_closures import at

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = (at("2026-03-23T23:00"), at("2026-03-30T22:00"))
"""Midnight of 24 March to midnight of 31 March in Berlin: the clock changes in between."""


@pytest.mark.parametrize(("text", "days", "hours"), [("3d", 3, 0), ("-12d", -12, 0), ("-2h", 0, -2)])
def test_reads_what_a_drop_says(text: str, days: int, hours: int) -> None:
    assert Shift.parse(text) == Shift(days=days, hours=hours)


@pytest.mark.parametrize("text", ["", "3", "d", "3w", "99999d", "1.5d", "3d 2h"])
def test_refuses_what_is_no_shift(text: str) -> None:
    with pytest.raises(ValueError, match="no shift"):
        Shift.parse(text)


def test_days_keep_the_time_of_day_over_a_change_of_the_clock() -> None:
    assert moved(WEEK, Edge.BOTH, Shift(days=7), BERLIN) == (at("2026-03-30T22:00"), at("2026-04-06T22:00"))
    assert moved(WEEK, Edge.BOTH, Shift(days=-7), BERLIN) == (at("2026-03-16T23:00"), at("2026-03-23T23:00"))


def test_hours_are_hours_that_pass() -> None:
    assert moved(WEEK, Edge.BOTH, Shift(hours=30), BERLIN) == (at("2026-03-25T05:00"), at("2026-04-01T04:00"))


def test_one_end_is_stretched() -> None:
    start, end = WEEK

    assert moved(WEEK, Edge.END, Shift(days=1), BERLIN) == (start, at("2026-03-31T22:00"))
    assert moved(WEEK, Edge.START, Shift(days=1), BERLIN) == (at("2026-03-24T23:00"), end)


def test_an_open_end_stays_open() -> None:
    assert moved((WEEK[0], None), Edge.BOTH, Shift(days=1), BERLIN) == (at("2026-03-24T23:00"), None)


@pytest.mark.parametrize(
    ("dates", "edge", "days", "why"),
    [
        ((None, None), Edge.BOTH, 1, "neither"),
        ((None, WEEK[1]), Edge.START, 1, "no start"),
        ((WEEK[0], None), Edge.END, 1, "no end"),
        (WEEK, Edge.END, -7, "before it begins"),
        (WEEK, Edge.START, 7, "before it begins"),
    ],
)
def test_says_why_it_cannot_be_moved(dates: tuple, edge: Edge, days: int, why: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match=why):
        moved(dates, edge, Shift(days=days), BERLIN)
