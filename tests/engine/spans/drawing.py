"""Random validities around changes of the clocks, and the slow truth that the fast answers must equal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from engine.durations import Duration
from engine.spans import Spans
from engine.timeframes import is_open
from engine.validity import DailyHours, Timeframe, Validity

TICK = timedelta(microseconds=1)
WARSAW = ZoneInfo("Europe/Warsaw")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
ZONES = (
    WARSAW,
    NEW_YORK,
    LORD_HOWE,
    ZoneInfo("UTC"),
    ZoneInfo("Asia/Kolkata"),
    ZoneInfo("Africa/Casablanca"),  # four changes a year, by the moon
    ZoneInfo("America/Havana"),  # midnight is skipped, and comes twice
)
# Shortly before the clocks change somewhere, before a leap day, before a month of 28 days.
BEGINNINGS = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in ("2026-03-27", "2026-10-23", "2026-03-06", "2026-10-30", "2026-04-03", "2026-10-02")
    + ("2028-02-27", "2026-01-30", "2026-02-15", "2026-12-30")
)
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
INTERVALS = ("P1D", "P2D", "P7D", "P1W", "PT36H", "PT24H", "P1M", "P3M", "P1MT12H", "P1Y", "PT90M")
DURATIONS = ("PT1H", "PT12H", "P1D", "PT24H", "PT36H", "P3D", "P1M", "P1DT2H", "PT20M")
TIMES = tuple(
    time.fromisoformat(text) for text in ("00:00", "00:30", "01:30", "02:00", "02:30", "09:00", "22:15")
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def every(interval: str, duration: str, start: str) -> Validity:
    timeframe = Timeframe(interval=Duration.parse(interval), duration=Duration.parse(duration))
    return Validity(starts_at=at(start), timeframe=timeframe)


def daily(start: str, end: str | None = None, days: tuple[int, ...] = EVERY_DAY) -> Validity:
    closes = None if end is None else time.fromisoformat(end)
    hours = DailyHours(days_of_week=days, start_time=time.fromisoformat(start), expiration_time=closes)
    return Validity(daily_hours=(hours,))


zones = st.sampled_from(ZONES)
days_of_week = st.lists(st.integers(0, 6), max_size=5).map(tuple)


@st.composite
def hours(draw: st.DrawFn) -> DailyHours:
    start = draw(st.sampled_from(TIMES))
    later = [wall for wall in TIMES if wall > start]
    return DailyHours(
        days_of_week=draw(days_of_week),
        start_time=start,
        expiration_time=draw(st.sampled_from([None, *later])),
    )


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """Within two weeks of something interesting, on a half hour or a microsecond beside it."""
    halves = draw(st.integers(0, 14 * 48))
    beside = draw(st.sampled_from([timedelta(0), timedelta(0), TICK, -TICK]))
    return draw(st.sampled_from(BEGINNINGS)) + halves * timedelta(minutes=30) + beside


@st.composite
def validities(draw: st.DrawFn) -> Validity:
    start = draw(st.none() | instants())
    end = draw(st.none() | st.none() | st.integers(0, 60).map(lambda days: timedelta(days=days, hours=7)))
    timeframe = None
    if draw(st.booleans()):
        timeframe = Timeframe(
            interval=Duration.parse(draw(st.sampled_from(INTERVALS))),
            duration=Duration.parse(draw(st.sampled_from(DURATIONS))),
        )
    return Validity(
        starts_at=start,
        ends_at=None if end is None else (start or draw(instants())) + end,
        timeframe=timeframe,
        days_of_week=draw(st.none() | days_of_week),
        daily_hours=draw(st.none() | st.lists(hours(), max_size=3).map(tuple)),
    )


def is_usable(validity: Validity, moment: datetime, zone: tzinfo) -> bool:
    """What the engine says of start, end and recurring limits."""
    if validity.starts_at is not None and moment < validity.starts_at:
        return False
    if validity.ends_at is not None and moment >= validity.ends_at:
        return False
    return is_open(validity, moment, zone)


def lies_in(spans: Spans, moment: datetime) -> bool:
    return any(start <= moment and (end is None or moment < end) for start, end in spans)


def moments_between(since: datetime, until: datetime, spans: Iterable[Spans]) -> list[datetime]:
    """Every quarter of an hour, and what lies on and right before every edge."""
    steps = (until - since) // timedelta(minutes=15)
    grid = {since + step * timedelta(minutes=15) for step in range(steps)}
    edges = {edge for side in spans for span in side for edge in span if edge is not None}
    around = {edge + beside for edge in edges for beside in (-TICK, timedelta(0), TICK)}
    return sorted(moment for moment in grid | around if since <= moment < until)
