"""Timeframes: windows that come every `interval`, counted from the start date."""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Final

from engine.durations import Duration, shift
from engine.spans.stretches import DAY, LAST, SECOND, Ticks, instant, ticks
from engine.validity import Timeframe

_MEAN_MONTH: Final = 2_629_746 * SECOND
_SHORT_DAY: Final = 20 * 3600 * SECOND


class Windows:
    """The windows of a timeframe. Compared by identity; `windows` gives one object for equal ones."""

    __slots__ = ("first", "is_endless", "mean", "starts_at", "timeframe", "zone")

    def __init__(self, timeframe: Timeframe, starts_at: datetime, zone: tzinfo) -> None:
        self.timeframe = timeframe
        self.starts_at = starts_at
        self.zone = zone
        self.first = ticks(starts_at)
        interval = timeframe.interval
        self.mean = interval.months * _MEAN_MONTH + interval.days * DAY + interval.seconds * SECOND
        is_steady = not (interval.months or interval.days)
        self.is_endless = is_steady and _at_least(timeframe.duration) >= self.mean

    def after(self, at: int) -> Ticks | None:
        """The first window that is not over at `at`. A window ends, at the latest, when the next begins."""
        if self.is_endless:
            return self.first, LAST
        number = self._running(at)
        while (window := _window(self, number))[1] <= at:
            if window[0] >= LAST:
                return None
            number += 1
        return window if window[0] < LAST else None

    def _running(self, at: int) -> int:
        """The last one that has begun by `at` (else the first): guessed by the mean, which may be one off."""
        number = max(0, (at - self.first) // self.mean)
        while number and _begins(self, number) > at:
            number -= 1
        while _begins(self, number + 1) <= at:
            number += 1
        return number


def _at_least(duration: Duration) -> int:
    """How long it lasts even where the clocks jump forward meanwhile, by hours or (Samoa, 2011) by a day."""
    days = duration.months * 28 + duration.days
    calendar = max((days - 1) * DAY, _SHORT_DAY) if days else 0
    return calendar + duration.seconds * SECOND


@lru_cache(maxsize=8192)
def windows(timeframe: Timeframe, starts_at: datetime, zone: tzinfo) -> Windows:
    return Windows(timeframe, starts_at, zone)


@lru_cache(maxsize=65_536)
def _window(those: Windows, number: int) -> Ticks:
    start = _begins(those, number)
    if start >= LAST:
        return LAST, LAST
    end = _moved(instant(start), those.timeframe.duration, 1, those.zone)
    return start, min(end, _begins(those, number + 1))


@lru_cache(maxsize=65_536)
def _begins(those: Windows, number: int) -> int:
    return _moved(those.starts_at, those.timeframe.interval, number, those.zone)


def _moved(start: datetime, duration: Duration, times: int, zone: tzinfo) -> int:
    """`shift`, which would leave the calendar behind the end of time."""
    try:
        return min(ticks(shift(start, duration, times, zone)), LAST)
    except (ValueError, OverflowError):
        return LAST
