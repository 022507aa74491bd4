"""Weekdays and daily hours: openings that come every week at the same times on the wall."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import time, tzinfo
from functools import lru_cache
from typing import Final

from engine.spans.stretches import DAY, SECOND, WEEK, Ticks, ends, joined, overlapping
from engine.spans.zones import piece_at
from engine.validity import DailyHours, Validity

type Week = tuple[Ticks, ...]
"""Open stretches of a week from Sunday's midnight on, on the wall; in order, apart from each other."""

ALWAYS: Final[Week] = ((0, WEEK),)
_THURSDAY: Final = 4 * DAY
"""1970 began on a Thursday."""


class Weekly:
    """The openings of `week` in `zone`. Compared by identity: `weekly` gives one object per week and zone."""

    __slots__ = ("week", "zone")

    def __init__(self, week: Week, zone: tzinfo) -> None:
        self.week = week
        self.zone = zone

    def after(self, at: int) -> Ticks | None:
        """The first opening that is not over at `at`; one that a change of the clocks cuts comes in parts."""
        if not self.week:
            return None
        piece = piece_at(self.zone, at)
        while piece is not None:
            start, end, offset = piece
            opening = self._after(max(at, start) + offset)
            opens, closes = max(opening[0] - offset, start), min(opening[1] - offset, end)
            if opens < closes:
                return opens, closes
            piece = piece_at(self.zone, end)
        return None

    def _after(self, wall: int) -> Ticks:
        """The first one on the wall, if the clocks were never changed."""
        within = (wall + _THURSDAY) % WEEK
        sunday = wall - within
        place = bisect_right(self.week, within, key=ends)
        if place == len(self.week):
            place, sunday = 0, sunday + WEEK
        start, end = self.week[place]
        return sunday + start, sunday + end


@lru_cache(maxsize=4096)
def weekly(week: Week, zone: tzinfo) -> Weekly:
    return Weekly(week, zone)


@lru_cache(maxsize=65_536)
def both(left: Weekly, right: Weekly) -> Weekly:
    """Open when both are; their zone is the same."""
    return weekly(tuple(overlapping(left.week, right.week)), left.zone)


def week_of(validity: Validity) -> Week:
    """When its weekdays and daily hours let it be open."""
    days, hours = validity.days_of_week, validity.daily_hours
    open_days = ALWAYS if days is None else _days(days)
    return open_days if hours is None else tuple(overlapping(open_days, _hours(hours)))


def _days(days: Iterable[int]) -> Week:
    return tuple(joined((day * DAY, (day + 1) * DAY) for day in sorted(set(days))))


def _hours(hours: Iterable[DailyHours]) -> Week:
    found = sorted(
        (day * DAY + _since_midnight(one.start_time), day * DAY + _closes(one.expiration_time))
        for one in hours
        for day in one.days_of_week
    )
    return tuple(joined(found))


def _closes(wall: time | None) -> int:
    return DAY if wall is None else _since_midnight(wall)


def _since_midnight(wall: time) -> int:
    return (wall.hour * 3600 + wall.minute * 60 + wall.second) * SECOND + wall.microsecond
