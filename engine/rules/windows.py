"""Windows of `$timeframe`, `$timeframe_absolute`, `$timeframe_daily_hours`, `$dow`. Contract: 11.3, 12.

Operands: a timeframe is start, interval and duration ("2026-01-01", "P7D", "PT12H"); an absolute one
"from/to" (".." = open, a plain day at the end counts wholly); hours are "09:00-11:00" ("09:00-" = until
midnight); weekdays are 0 (Sunday) to 6. Several windows of one condition: any of them. Texts without an
offset are read on the wall clock of the project.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from engine.durations import Duration
from engine.rules.tree import Operator
from engine.rules.values import midnight, stated
from engine.timeframes import is_open
from engine.validity import DailyHours, Timeframe, Validity

WINDOWS: Final = frozenset(
    {
        Operator.TIMEFRAME,
        Operator.TIMEFRAME_ABSOLUTE,
        Operator.TIMEFRAME_DAILY_HOURS,
        Operator.DAY_OF_WEEK,
    }
)
_EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_MIDNIGHTS = {"", "24:00", "00:00"}
_OPEN_END = ".."


@lru_cache(maxsize=4096)
def windows(operator: Operator, operands: tuple[object, ...], zone: tzinfo) -> tuple[Validity, ...]:
    """The windows of one condition, any of which will do. :raises ValueError: they do not read as such."""
    if operator is Operator.DAY_OF_WEEK:
        return (Validity(days_of_week=tuple(_weekday(day) for day in operands)),)
    texts = [text for text in operands if isinstance(text, str)]
    if not texts or len(texts) != len(operands):
        raise ValueError("texts are expected")
    if operator is Operator.TIMEFRAME:
        return (_timeframe(texts, zone),)
    if operator is Operator.TIMEFRAME_DAILY_HOURS:
        pairs = [_split(text, "-") for text in _paired(texts, "-")]
        return (Validity(daily_hours=tuple(_hours(start, end) for start, end in pairs)),)
    spans = [_split(text, "/") for text in _paired(texts, "/")]
    return tuple(_absolute(start, end, zone) for start, end in spans)


def is_inside(window: Validity, at: datetime, zone: tzinfo) -> bool:
    """Does `at` lie in the window, its start and end included in the question?"""
    if window.timeframe is None and window.starts_at is not None and at < window.starts_at:
        return False
    if window.ends_at is not None and at >= window.ends_at:
        return False
    try:
        return is_open(window, at, zone)
    except (ValueError, OverflowError):
        return False  # the window would lie beyond the calendar


def _timeframe(texts: list[str], zone: tzinfo) -> Validity:
    if len(texts) != 3:
        raise ValueError("a start, an interval and a duration are expected")
    start = _instant(texts[0], zone)
    timeframe = Timeframe(interval=Duration.parse(texts[1]), duration=Duration.parse(texts[2]))
    return Validity(starts_at=start, timeframe=timeframe)


def _absolute(start: str, end: str, zone: tzinfo) -> Validity:
    starts_at = None if start == _OPEN_END else _instant(start, zone)
    ends_at = None if end == _OPEN_END else _end(end, zone)
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise ValueError("the window ends before it starts")
    return Validity(starts_at=starts_at, ends_at=ends_at)


def _hours(start: str, end: str) -> DailyHours:
    closes = None if end in _MIDNIGHTS else _wall(end)
    return DailyHours(days_of_week=_EVERY_DAY, start_time=_wall(start), expiration_time=closes)


def _paired(texts: list[str], separator: str) -> list[str]:
    """A bare pair (start, end) is one window."""
    if len(texts) == 2 and not any(separator in text for text in texts):
        return [separator.join(texts)]
    return texts


def _split(text: str, separator: str) -> tuple[str, str]:
    start, found, end = text.partition(separator)
    if not found:
        raise ValueError(f"'{text[:40]}' has no '{separator}' between start and end")
    return start.strip(), end.strip()


def _wall(text: str) -> time:
    if not _TIME.fullmatch(text):
        raise ValueError(f"'{text[:40]}' is not a time such as 09:00")
    return time.fromisoformat(text)


def _instant(text: str, zone: tzinfo) -> datetime:
    found = stated(text, zone)
    if found is None:
        raise ValueError(f"'{text[:40]}' is not a date or an instant")
    return found.at


def _end(text: str, zone: tzinfo) -> datetime | None:
    """The day after a plain day; the last day of the calendar means that there is no end."""
    found = stated(text, zone)
    if found is None:
        raise ValueError(f"'{text[:40]}' is not a date or an instant")
    try:
        return midnight(found.day + timedelta(days=1), zone) if found.is_day else found.at
    except OverflowError:
        return None


def _weekday(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in range(7):
        raise ValueError("days of the week are 0 (Sunday) to 6 (Saturday)")
    return value
