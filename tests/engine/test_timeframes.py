from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.durations import Duration
from engine.timeframes import is_open, next_opening
from engine.validity import DailyHours, Timeframe, Validity

MILLISECOND = timedelta(milliseconds=1)
WARSAW = ZoneInfo("Europe/Warsaw")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
ZONES = [WARSAW, NEW_YORK, LORD_HOWE, ZoneInfo("UTC"), ZoneInfo("Asia/Kolkata")]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def every(interval: str, duration: str, start: str) -> Validity:
    timeframe = Timeframe(interval=Duration.parse(interval), duration=Duration.parse(duration))
    return Validity(starts_at=at(start), timeframe=timeframe)


def daily(start: str, end: str | None = None, days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)) -> Validity:
    closes = None if end is None else time.fromisoformat(end)
    hours = DailyHours(days_of_week=days, start_time=time.fromisoformat(start), expiration_time=closes)
    return Validity(daily_hours=(hours,))


def assert_window(validity: Validity, zone: ZoneInfo, opens: str, closes: str) -> None:
    """Open exactly on [opens, closes): one millisecond before and at each edge."""
    found = [
        is_open(validity, instant, zone)
        for instant in (at(opens) - MILLISECOND, at(opens), at(closes) - MILLISECOND, at(closes))
    ]
    assert found == [False, True, True, False]


def test_without_recurring_limits_it_is_always_open() -> None:
    assert is_open(Validity(), at("2026-03-29T02:30+00:00"), WARSAW)


@pytest.mark.parametrize(
    ("day", "expected"), [(1, True), (2, False), (3, True), (4, False), (5, True), (6, False), (31, True)]
)
def test_one_day_of_two_counted_from_the_start(day: int, expected: bool) -> None:
    validity = every("P2D", "P1D", "2026-01-01T00:00+00:00")

    assert is_open(validity, datetime(2026, 1, day, 12, tzinfo=UTC), ZoneInfo("UTC")) is expected


@pytest.mark.parametrize(
    ("zone", "start", "opens", "closes"),
    [
        # Far from the start and from any change of the clocks.
        (WARSAW, "2026-01-01T09:00+01:00", "2026-07-01T09:00+02:00", "2026-07-01T11:00+02:00"),
        # The day on which the clocks go forward, and the day on which they go back.
        (WARSAW, "2026-01-01T09:00+01:00", "2026-03-29T09:00+02:00", "2026-03-29T11:00+02:00"),
        (WARSAW, "2026-01-01T09:00+01:00", "2026-10-25T09:00+01:00", "2026-10-25T11:00+01:00"),
        (NEW_YORK, "2026-01-01T09:00-05:00", "2026-03-08T09:00-04:00", "2026-03-08T11:00-04:00"),
        (NEW_YORK, "2026-01-01T09:00-05:00", "2026-11-01T09:00-05:00", "2026-11-01T11:00-05:00"),
        # Lord Howe moves its clocks by half an hour.
        (LORD_HOWE, "2026-01-01T09:00+11:00", "2026-04-05T09:00+10:30", "2026-04-05T11:00+10:30"),
        (LORD_HOWE, "2026-01-01T09:00+11:00", "2026-10-04T09:00+11:00", "2026-10-04T11:00+11:00"),
        # Two hours over the change last two hours, whatever the clock shows.
        (WARSAW, "2026-01-01T01:30+01:00", "2026-03-29T01:30+01:00", "2026-03-29T04:30+02:00"),
        (WARSAW, "2026-01-01T01:30+01:00", "2026-10-25T01:30+02:00", "2026-10-25T02:30+01:00"),
        (NEW_YORK, "2026-01-01T01:30-05:00", "2026-03-08T01:30-05:00", "2026-03-08T04:30-04:00"),
        (NEW_YORK, "2026-01-01T00:30-05:00", "2026-11-01T00:30-04:00", "2026-11-01T01:30-05:00"),
        (LORD_HOWE, "2026-01-01T01:00+11:00", "2026-04-05T01:00+11:00", "2026-04-05T02:30+10:30"),
        (LORD_HOWE, "2026-01-01T01:30+11:00", "2026-10-04T01:30+10:30", "2026-10-04T04:00+11:00"),
    ],
)
def test_two_hours_every_day_keep_their_wall_clock_hour(
    zone: ZoneInfo, start: str, opens: str, closes: str
) -> None:
    assert_window(every("P1D", "PT2H", start), zone, opens, closes)


def test_monthly_window_on_the_last_day() -> None:
    validity = every("P1M", "P1D", "2026-01-31T00:00+01:00")

    assert_window(validity, WARSAW, "2026-02-28T00:00+01:00", "2026-03-01T00:00+01:00")
    assert_window(validity, WARSAW, "2026-03-31T00:00+02:00", "2026-04-01T00:00+02:00")


def test_window_longer_than_the_interval_never_closes() -> None:
    validity = every("P1D", "P3D", "2026-01-01T00:00+01:00")

    assert is_open(validity, at("2026-05-05T05:05+02:00"), WARSAW)


def test_timeframe_is_closed_before_its_start_and_without_one() -> None:
    validity = every("P1D", "P1D", "2026-01-01T00:00+01:00")

    assert not is_open(validity, at("2026-01-01T00:00+01:00") - MILLISECOND, WARSAW)
    assert is_open(validity, at("2026-01-01T00:00+01:00"), WARSAW)
    assert not is_open(Validity(timeframe=validity.timeframe), at("2026-01-01T00:00+01:00"), WARSAW)


def test_week_begins_with_sunday_as_zero_in_the_zone_of_the_project() -> None:
    sunday = Validity(days_of_week=(0,))

    assert_window(sunday, WARSAW, "2026-11-22T00:00+01:00", "2026-11-23T00:00+01:00")
    # 29 March has 23 hours, 25 October 25.
    assert_window(sunday, WARSAW, "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00")
    assert_window(sunday, WARSAW, "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00")


def test_no_day_at_all_is_never_open() -> None:
    assert not is_open(Validity(days_of_week=()), at("2026-11-22T12:00+01:00"), WARSAW)


def test_timeframe_and_weekday_must_both_hold() -> None:
    validity = Validity(
        starts_at=at("2026-01-01T00:00+01:00"),  # a Thursday
        timeframe=Timeframe(interval=Duration.parse("P2D"), duration=Duration.parse("P1D")),
        days_of_week=(6,),
    )

    assert not is_open(validity, at("2026-01-03T00:00+01:00") - MILLISECOND, WARSAW)  # Friday
    assert is_open(validity, at("2026-01-03T12:00+01:00"), WARSAW)  # Saturday, day 3
    assert not is_open(validity, at("2026-01-05T12:00+01:00"), WARSAW)  # Monday, day 5
    assert not is_open(validity, at("2026-01-10T12:00+01:00"), WARSAW)  # Saturday, day 10


@pytest.mark.parametrize(
    ("day", "expected"), [(22, False), (23, False), (24, True), (25, False), (26, True), (27, False)]
)
def test_tuesday_and_thursday_morning(day: int, expected: bool) -> None:
    validity = daily("09:00", "11:00", days=(2, 4))

    assert is_open(validity, datetime(2026, 11, day, 10, tzinfo=WARSAW), WARSAW) is expected


def test_hours_end_sharp_and_without_end_at_midnight() -> None:
    assert_window(daily("09:00", "11:00"), WARSAW, "2026-11-24T09:00+01:00", "2026-11-24T11:00+01:00")
    assert_window(daily("21:00"), WARSAW, "2026-11-24T21:00+01:00", "2026-11-25T00:00+01:00")


@pytest.mark.parametrize(
    ("zone", "start", "end", "opens", "closes"),
    [
        # Forward: the clock jumps 02:00 -> 03:00 (Warsaw, New York) or 02:00 -> 02:30 (Lord Howe).
        (WARSAW, "01:30", "03:30", "2026-03-29T01:30+01:00", "2026-03-29T03:30+02:00"),
        (WARSAW, "02:30", "04:00", "2026-03-29T03:00+02:00", "2026-03-29T04:00+02:00"),
        (NEW_YORK, "01:30", "02:30", "2026-03-08T01:30-05:00", "2026-03-08T03:00-04:00"),
        (NEW_YORK, "02:30", "04:00", "2026-03-08T03:00-04:00", "2026-03-08T04:00-04:00"),
        (LORD_HOWE, "02:15", "03:00", "2026-10-04T02:30+11:00", "2026-10-04T03:00+11:00"),
        # Back: the hour (Lord Howe: half-hour) before the change comes twice, open in both passes.
        (WARSAW, "02:00", "03:00", "2026-10-25T02:00+02:00", "2026-10-25T03:00+01:00"),
        (NEW_YORK, "01:00", "02:00", "2026-11-01T01:00-04:00", "2026-11-01T02:00-05:00"),
        (LORD_HOWE, "01:30", "02:00", "2026-04-05T01:30+11:00", "2026-04-05T02:00+10:30"),
        (WARSAW, "02:15", "02:45", "2026-10-25T02:15+02:00", "2026-10-25T02:45+02:00"),
        (WARSAW, "02:15", "02:45", "2026-10-25T02:15+01:00", "2026-10-25T02:45+01:00"),
    ],
)
def test_hours_on_the_day_when_the_clocks_change(
    zone: ZoneInfo, start: str, end: str, opens: str, closes: str
) -> None:
    assert_window(daily(start, end), zone, opens, closes)


@pytest.mark.parametrize(("zone", "day"), [(WARSAW, "2026-03-29"), (NEW_YORK, "2026-03-08")])
def test_hours_that_the_clock_skips_never_open_that_day(zone: ZoneInfo, day: str) -> None:
    validity = daily("02:15", "02:45")
    midnight = datetime.combine(datetime.fromisoformat(day).date(), time(0), zone).astimezone(UTC)

    assert not any(is_open(validity, midnight + timedelta(minutes=minute), zone) for minute in range(23 * 60))


@pytest.mark.parametrize(
    ("validity", "zone", "after", "expected"),
    [
        (
            Validity(starts_at=at("2026-12-01T08:00+00:00")),
            WARSAW,
            "2026-11-24T10:00+00:00",
            "2026-12-01T08:00+00:00",
        ),
        (daily("09:00", "11:00", (2, 4)), WARSAW, "2026-11-24T11:00+01:00", "2026-11-26T09:00+01:00"),
        (daily("09:00", "11:00", (2, 4)), WARSAW, "2026-11-24T10:00+01:00", "2026-11-24T10:00+01:00"),
        (Validity(days_of_week=(0,)), WARSAW, "2026-11-24T11:00+01:00", "2026-11-29T00:00+01:00"),
        (
            every("P2D", "P1D", "2026-01-01T00:00+01:00"),
            WARSAW,
            "2026-01-02T07:00+01:00",
            "2026-01-03T00:00+01:00",
        ),
        (
            every("P2D", "P1D", "2026-01-05T00:00+01:00"),
            WARSAW,
            "2026-01-02T07:00+01:00",
            "2026-01-05T00:00+01:00",
        ),
        (daily("02:30", "04:00"), WARSAW, "2026-03-29T00:30+01:00", "2026-03-29T03:00+02:00"),
        (daily("02:15", "02:45"), WARSAW, "2026-03-29T00:30+01:00", "2026-03-30T02:15+02:00"),
        (daily("02:15", "02:45"), WARSAW, "2026-10-25T02:45+02:00", "2026-10-25T02:15+01:00"),
        (daily("02:15", "03:00"), LORD_HOWE, "2026-10-04T00:00+10:30", "2026-10-04T02:30+11:00"),
    ],
)
def test_next_opening(validity: Validity, zone: ZoneInfo, after: str, expected: str) -> None:
    assert next_opening(validity, at(after), zone) == at(expected)


def test_no_next_opening_when_the_end_comes_first() -> None:
    validity = Validity(days_of_week=(0,), ends_at=at("2026-11-29T00:00+01:00"))

    assert next_opening(validity, at("2026-11-24T11:00+01:00"), WARSAW) is None


def test_no_next_opening_when_it_never_opens() -> None:
    assert next_opening(Validity(days_of_week=()), at("2026-11-24T11:00+01:00"), WARSAW) is None


@given(
    zone=st.sampled_from(ZONES),
    minute=st.integers(0, 366 * 24 * 60),
    start=st.integers(0, 22 * 60),
    length=st.integers(1, 60),
    days=st.sets(st.integers(0, 6), min_size=1),
)
def test_next_opening_is_open_and_nothing_before_it_is(
    zone: ZoneInfo, minute: int, start: int, length: int, days: set[int]
) -> None:
    end = start + length
    validity = daily(
        f"{start // 60:02}:{start % 60:02}", f"{end // 60:02}:{end % 60:02}", tuple(sorted(days))
    )
    after = at("2026-01-01T00:00+00:00") + timedelta(minutes=minute)

    opening = next_opening(validity, after, zone)

    assert opening is not None
    assert is_open(validity, opening, zone)
    waiting = int((opening - after) / timedelta(minutes=1))
    assert not any(is_open(validity, after + timedelta(minutes=step), zone) for step in range(waiting))
