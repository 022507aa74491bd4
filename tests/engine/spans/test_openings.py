from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.spans import Spans, common, drawn, next_window, openings
from engine.timeframes import next_opening
from engine.validity import Validity
from tests import nightly
from tests.engine.spans.drawing import (
    BEGINNINGS,
    LORD_HOWE,
    NEW_YORK,
    TICK,
    WARSAW,
    ZONES,
    at,
    daily,
    every,
    instants,
    is_usable,
    lies_in,
    moments_between,
    validities,
    zones,
)


def spans(*texts: str) -> Spans:
    """spans("2026-01-01T00:00Z/2026-01-02T00:00Z")"""
    return tuple((at(start), at(end)) for start, _, end in (text.partition("/") for text in texts))


@given(validities(), zones, st.sampled_from(BEGINNINGS), st.integers(1, 12))
@settings(max_examples=nightly.times(60, 3000))
def test_agrees_with_the_engine_at_every_instant(
    validity: Validity, zone: object, since: datetime, days: int
) -> None:
    until = since + timedelta(days=days)

    found = openings(validity, zone, since=since, until=until)

    for moment in moments_between(since, until, [found]):
        assert lies_in(found, moment) is is_usable(validity, moment, zone), moment
    edges = [edge for span in found for edge in span]
    assert edges == sorted(set(edges))
    assert all(since <= edge <= until for edge in edges)


@pytest.mark.parametrize(
    ("validity", "zone", "since", "until", "expected"),
    [
        # Sundays up to 02:30, which the clocks skip in March and have twice in October.
        (
            Validity(days_of_week=(0,), daily_hours=daily("01:30", "02:30").daily_hours),
            WARSAW,
            "2026-03-28T00:00Z",
            "2026-03-30T00:00Z",
            spans("2026-03-29T00:30Z/2026-03-29T01:00Z"),
        ),
        (
            Validity(days_of_week=(0,), daily_hours=daily("01:30", "02:30").daily_hours),
            WARSAW,
            "2026-10-24T00:00Z",
            "2026-10-26T00:00Z",
            spans("2026-10-24T23:30Z/2026-10-25T00:30Z", "2026-10-25T01:00Z/2026-10-25T01:30Z"),
        ),
        # Saturday and Sunday are one opening, of 49 hours when the clocks go back.
        (
            Validity(days_of_week=(0, 6)),
            NEW_YORK,
            "2026-10-28T00:00Z",
            "2026-11-04T00:00Z",
            spans("2026-10-31T04:00Z/2026-11-02T05:00Z"),
        ),
        (
            daily("01:45", "02:15"),
            LORD_HOWE,
            "2026-10-03T12:00Z",
            "2026-10-04T12:00Z",
            spans("2026-10-03T15:15Z/2026-10-03T15:30Z"),
        ),
        (
            every("P1M", "P1D", "2026-01-31T00:00+01:00"),
            WARSAW,
            "2026-02-01T00:00Z",
            "2026-05-01T00:00Z",
            spans(
                "2026-02-27T23:00Z/2026-02-28T23:00Z",
                "2026-03-30T22:00Z/2026-03-31T22:00Z",
                "2026-04-29T22:00Z/2026-04-30T22:00Z",
            ),
        ),
        # 29 February comes once in four years; in others the last day of the month stands for it.
        (
            every("P1Y", "P1D", "2028-02-29T00:00+01:00"),
            WARSAW,
            "2028-03-02T00:00Z",
            "2030-01-01T00:00Z",
            spans("2029-02-27T23:00Z/2029-02-28T23:00Z"),
        ),
        (
            every("PT36H", "PT12H", "2026-03-28T00:00+01:00"),
            WARSAW,
            "2026-03-27T00:00Z",
            "2026-03-30T00:00Z",
            spans("2026-03-27T23:00Z/2026-03-28T11:00Z", "2026-03-29T11:00Z/2026-03-29T23:00Z"),
        ),
        # A window that is longer than its interval never closes.
        (
            every("P1D", "P3D", "2026-03-28T00:00+01:00"),
            WARSAW,
            "2026-03-01T00:00Z",
            "2026-05-01T00:00Z",
            spans("2026-03-27T23:00Z/2026-05-01T00:00Z"),
        ),
        (
            Validity(),
            WARSAW,
            "2026-03-01T00:00Z",
            "2026-05-01T00:00Z",
            spans("2026-03-01T00:00Z/2026-05-01T00:00Z"),
        ),
        (Validity(days_of_week=()), WARSAW, "2026-03-01T00:00Z", "2026-05-01T00:00Z", ()),
        (
            Validity(timeframe=every("P1D", "P1D", "2026-01-01T00:00Z").timeframe),
            WARSAW,
            "2026-03-01T00:00Z",
            "2026-05-01T00:00Z",
            (),
        ),
        (Validity(ends_at=at("2026-03-01T00:00Z")), WARSAW, "2026-03-01T00:00Z", "2026-05-01T00:00Z", ()),
    ],
)
def test_openings(validity: Validity, zone: object, since: str, until: str, expected: Spans) -> None:
    assert openings(validity, zone, since=at(since), until=at(until)) == expected


def test_a_list_stops_where_it_was_told_to() -> None:
    seconds = every("PT2S", "PT1S", "2026-01-01T00:00Z")

    began = process_time()
    found = openings(seconds, WARSAW, since=at("2026-06-01T00:00Z"), until=at("2036-06-01T00:00Z"), most=3)

    second = timedelta(seconds=1)
    first = at("2026-06-01T00:00Z")
    assert found == tuple((first + 2 * n * second, first + (2 * n + 1) * second) for n in range(3))
    assert process_time() - began < 1


@given(validities(), zones, st.sampled_from(BEGINNINGS))
@settings(max_examples=nightly.times(30, 500))
def test_a_picture_hides_nothing_and_is_short(validity: Validity, zone: object, since: datetime) -> None:
    until = since + timedelta(days=30)

    found = drawn(validity, zone, since=since, until=until, most=50)

    exact = openings(validity, zone, since=since, until=until)
    assert len(found) <= 50
    assert common(found, exact) == exact
    column = (until - since) / 50
    for start, end in found:  # it begins where something opens, and stays near what is open
        assert end is not None
        assert lies_in(exact, start)
        assert lies_in(exact, end - TICK) or any(start <= opens < end for opens, _ in exact)
        assert end - start <= column or lies_in(exact, end - TICK) or lies_in(exact, end - column)


def test_a_picture_of_seconds_costs_as_little_as_any() -> None:
    seconds = every("PT2S", "PT1S", "2026-01-01T00:00Z")

    began = process_time()
    found = drawn(seconds, WARSAW, since=at("2026-06-01T00:00Z"), until=at("2026-09-01T00:00Z"))

    assert [(start, end) for start, end in found] == [(at("2026-06-01T00:00Z"), at("2026-09-01T00:00Z"))]
    assert process_time() - began < 1


@given(validities(), zones, instants())
@settings(max_examples=nightly.times(50, 1000))
def test_the_next_window_begins_where_the_engine_says(
    validity: Validity, zone: object, now: datetime
) -> None:
    found = next_window(validity, zone, now)

    expected = next_opening(validity, now, zone)
    if expected is not None:
        assert found is not None
        assert found[0] == expected
    if found is not None:
        start, end = found
        assert is_usable(validity, start, zone)
        assert end is None or (is_usable(validity, end - TICK, zone) and not is_usable(validity, end, zone))


def test_a_window_that_never_closes_has_no_end() -> None:
    now = at("2026-03-01T00:00Z")

    assert next_window(Validity(), WARSAW, now) == (now, None)
    assert next_window(every("PT1S", "P1D", "2026-01-01T00:00Z"), WARSAW, now) == (now, None)
    assert next_window(Validity(ends_at=now), WARSAW, now) is None


def test_what_is_common_to_no_side_is_always_and_of_one_the_same() -> None:
    one: Spans = ((at("2026-01-01T00:00Z"), at("2026-01-03T00:00Z")), (at("2026-01-05T00:00Z"), None))
    other: Spans = ((at("2026-01-02T00:00Z"), at("2026-01-06T00:00Z")), (at("2026-01-08T00:00Z"), None))

    assert common(one) == one
    assert common(one, other) == (
        (at("2026-01-02T00:00Z"), at("2026-01-03T00:00Z")),
        (at("2026-01-05T00:00Z"), at("2026-01-06T00:00Z")),
        (at("2026-01-08T00:00Z"), None),
    )
    assert common(one, ()) == ()
    assert common()[0][1] is None


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("year", [1, 2, 9998, 9999])
def test_the_ends_of_the_calendar_are_no_trouble(zone: object, year: int) -> None:
    since, until = datetime(year, 3, 1, tzinfo=UTC), datetime(year, 3, 9, tzinfo=UTC)
    monthly = Validity(starts_at=since, timeframe=every("P1M", "P1M", "2026-01-01T00:00Z").timeframe)

    found = openings(Validity(days_of_week=(0,)), zone, since=since, until=until)

    assert len(found) in (0, 1, 2)
    assert len(openings(monthly, zone, since=since, until=until)) in (0, 1)
