from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.durations import Duration, DurationSyntaxError, shift

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("text", "months", "days", "seconds"),
    [
        ("P24D", 0, 24, 0),
        ("PT1H", 0, 0, 3600),
        ("P1DT12H", 0, 1, 43200),
        ("P1Y2M3W4DT5H6M7S", 14, 25, 18367),
        ("P1M", 1, 0, 0),
        ("PT1M", 0, 0, 60),
        ("P0DT90S", 0, 0, 90),
    ],
)
def test_parses_iso_durations(text: str, months: int, days: int, seconds: int) -> None:
    assert Duration.parse(text) == Duration(months=months, days=days, seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "1D",
        "P-1D",
        "-P1D",
        "P1.5D",
        "p1d",
        "P1H",
        "PT1D",
        "P1D ",
        "P1D\n",
        "P٣D",
        "P0D",
        "PT0S",
        "P101Y",
        "P36601D",
    ],
)
def test_refuses_everything_else(text: str) -> None:
    with pytest.raises(DurationSyntaxError):
        Duration.parse(text)


@given(
    st.builds(
        Duration,
        months=st.integers(0, 600),
        days=st.integers(0, 15_000),
        seconds=st.integers(1, 86_400 * 400),
    )
)
def test_text_form_parses_back(duration: Duration) -> None:
    assert Duration.from_json(duration.to_json()) == duration


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "duration", "times", "expected"),
    [
        # Days keep the wall clock: 09:00 before and after the clocks change.
        ("2026-03-28T09:00+01:00", "P1D", 1, "2026-03-29T09:00+02:00"),
        ("2026-10-24T09:00+02:00", "P1D", 1, "2026-10-25T09:00+01:00"),
        # Hours are elapsed time.
        ("2026-03-28T09:00+01:00", "PT24H", 1, "2026-03-29T10:00+02:00"),
        ("2026-10-24T09:00+02:00", "PT24H", 1, "2026-10-25T08:00+01:00"),
        # 02:30 does not exist on 29 March, and comes twice on 25 October.
        ("2026-03-28T02:30+01:00", "P1D", 1, "2026-03-29T03:30+02:00"),
        ("2026-03-28T02:30+01:00", "P1D", 2, "2026-03-30T02:30+02:00"),
        ("2026-10-24T02:30+02:00", "P1D", 1, "2026-10-25T02:30+02:00"),
        # The second pass of 02:30 stays itself when nothing moves.
        ("2026-10-25T02:30+01:00", "P1D", 0, "2026-10-25T02:30+01:00"),
        # Months: always counted from the start, so a short month does not pull the later ones.
        ("2026-01-31T00:00+01:00", "P1M", 1, "2026-02-28T00:00+01:00"),
        ("2026-01-31T00:00+01:00", "P1M", 2, "2026-03-31T00:00+02:00"),
        ("2028-02-29T00:00+01:00", "P1Y", 1, "2029-02-28T00:00+01:00"),
        ("2026-12-15T00:00+01:00", "P1M1DT1H", 1, "2027-01-16T01:00+01:00"),
    ],
)
def test_shift_in_warsaw(start: str, duration: str, times: int, expected: str) -> None:
    assert shift(utc(start), Duration.parse(duration), times, WARSAW) == utc(expected)
