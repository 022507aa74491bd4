"""Other dates by dragging: so many days or hours later, at the same time of day. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

_BY: Final = re.compile(r"(-?\d{1,4})([dh])")


class Edge(StrEnum):
    """What of a bar is moved."""

    BOTH = "both"
    START = "start"
    END = "end"


@dataclass(frozen=True, kw_only=True)
class Shift:
    """`days` keep the time of day in the project's zone; `hours` are hours that pass."""

    days: int = 0
    hours: int = 0

    @classmethod
    def parse(cls, text: str) -> Shift:
        """3d, -2h. :raises ValueError: neither."""
        found = _BY.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no shift such as 3d or -2h")
        number = int(found[1])
        return cls(days=number) if found[2] == "d" else cls(hours=number)

    def of(self, instant: datetime, zone: tzinfo) -> datetime:
        """In UTC. A time of day that the zone skips comes as much later; of two the first pass counts."""
        if self.hours:
            return instant.astimezone(UTC) + timedelta(hours=self.hours)
        local = instant.astimezone(zone)
        return (
            (local.replace(tzinfo=None, fold=0) + timedelta(days=self.days))
            .replace(tzinfo=zone)
            .astimezone(UTC)
        )


type Dates = tuple[datetime | None, datetime | None]


def moved(dates: Dates, edge: Edge, by: Shift, zone: tzinfo) -> Dates:
    """Both dates as they will be. An open end stays open: there is nothing of it to move.

    :raises ValueError: the edge is open, or the bar would end before it begins.
    """
    starts_at, ends_at = dates
    if edge is Edge.BOTH and starts_at is None and ends_at is None:
        raise ValueError("It has neither a start nor an end, so there is nothing to move.")
    if edge is Edge.START and starts_at is None:
        raise ValueError("It has no start that could be moved.")
    if edge is Edge.END and ends_at is None:
        raise ValueError("It has no end that could be moved.")
    if starts_at is not None and edge is not Edge.END:
        starts_at = by.of(starts_at, zone)
    if ends_at is not None and edge is not Edge.START:
        ends_at = by.of(ends_at, zone)
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise ValueError("It would end before it begins.")
    return starts_at, ends_at
