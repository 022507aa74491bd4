"""A validity made ready to be asked for its openings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property, lru_cache

from engine.spans.stretches import FIRST, LAST, ticks
from engine.spans.weekly import ALWAYS, Weekly, both, week_of, weekly
from engine.spans.windows import Windows, windows
from engine.validity import Validity


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """Open within [start, end) when the week and every one of the windows are. Of several, all must be."""

    start: int
    end: int
    weeks: tuple[Weekly, ...]
    windows: tuple[Windows, ...]

    @cached_property
    def is_closed(self) -> bool:
        """Is it plain that this never opens?"""
        return self.start >= self.end or any(not one.week for one in self.weeks)

    @cached_property
    def sources(self) -> tuple[Weekly | Windows, ...]:
        """What says when it opens next."""
        return (*self.weeks, *self.windows)


@lru_cache(maxsize=16_384)
def plan_of(validity: Validity, zone: tzinfo) -> Plan:
    """A timeframe without a start date has nothing to count from: never open."""
    start = FIRST if validity.starts_at is None else max(ticks(validity.starts_at), FIRST)
    end = LAST if validity.ends_at is None else min(ticks(validity.ends_at), LAST)
    week = week_of(validity)
    frames: tuple[Windows, ...] = ()
    if validity.timeframe is not None:
        if validity.starts_at is None:
            week = ()
        else:
            frames = (windows(validity.timeframe, validity.starts_at, zone),)
    return Plan(start=start, end=end, weeks=() if week == ALWAYS else (weekly(week, zone),), windows=frames)


def together(plans: Iterable[Plan]) -> Plan:
    """Open when all of them are. Weeks of one zone become one, exactly: they go by the same clock."""
    start, end = FIRST, LAST
    weeks: dict[tzinfo, Weekly] = {}
    frames: dict[Windows, None] = {}
    for plan in plans:
        start, end = max(start, plan.start), min(end, plan.end)
        for week in plan.weeks:
            weeks[week.zone] = both(weeks[week.zone], week) if week.zone in weeks else week
        frames.update(dict.fromkeys(plan.windows))
    return Plan(start=start, end=end, weeks=tuple(weeks.values()), windows=tuple(frames))
