"""Dates that are closed to promotions: which of them meet something, and when. Pure.

A blackout by days is from midnight to midnight in the project's time zone, however long these days are. One
that comes every year does so on the same days of the month; where 29 February is missing, the 28th counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from engine.spans import Spans

_SOME: Final = "some"
_STORE: Final = "store"
_LAST_OF_FEBRUARY: Final = 28
_THREE_YEARS: Final = timedelta(days=3 * 366)


class Forbids(StrEnum):
    RUN = "RUN"
    BEGIN = "BEGIN"


@dataclass(frozen=True, kw_only=True)
class Closure:
    """One blackout. Empty `places`, `categories` (public ids) or `campaign_types`: everything.

    Either `first_day` and `last_day` (closed as well) or `starts_at` and `ends_at` are there.
    """

    id: str
    pk: int
    name: str
    reason: str
    is_hard: bool
    zone: tzinfo
    forbids: Forbids = Forbids.RUN
    places: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    campaign_types: frozenset[str] = frozenset()
    first_day: date | None = None
    last_day: date | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_yearly: bool = False

    def covers(self, places: Iterable[str], category: str | None, campaign_type: str) -> bool:
        """Whether it counts for something that applies there, in this category (public id), of this kind."""
        return (
            (not self.categories or category in self.categories)
            and (not self.campaign_types or campaign_type in self.campaign_types)
            and meets(self.places, places)
        )

    def spans(self, since: datetime, until: datetime) -> Spans:
        """When it is closed between two instants: in UTC, half-open, cut to them."""
        found = []
        for start, end in self._whole(since, until):
            start, end = max(start, since), min(end, until)
            if start < end:
                found.append((start, end))
        return tuple(found)

    def whole_spans(self, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
        """The same, not cut: what touches the time between two instants."""
        return [(start, end) for start, end in self._whole(since, until) if start < until and end > since]

    def until(self, since: datetime) -> datetime:
        """How far whoever looks for it from an instant on has to look: to its end, or three times a year."""
        if self.ends_at is not None:
            return self.ends_at
        assert self.first_day is not None  # noqa: S101 - a closure without instants has days
        assert self.last_day is not None  # noqa: S101
        if self.is_yearly:
            return max(since, midnight(self.first_day, self.zone)) + _THREE_YEARS
        return midnight(self.last_day + timedelta(days=1), self.zone)

    def _whole(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        if self.starts_at is not None and self.ends_at is not None:
            yield self.starts_at.astimezone(UTC), self.ends_at.astimezone(UTC)
            return
        for first, last in self._days(since, until):
            yield midnight(first, self.zone), midnight(last + timedelta(days=1), self.zone)

    def _days(self, since: datetime, until: datetime) -> Iterator[tuple[date, date]]:
        assert self.first_day is not None  # noqa: S101 - a closure without instants has days
        assert self.last_day is not None  # noqa: S101
        if not self.is_yearly:
            yield self.first_day, self.last_day
            return
        yield from yearly(self.first_day, self.last_day, since, until, self.zone)


def yearly(
    first_day: date, last_day: date, since: datetime, until: datetime, zone: tzinfo
) -> Iterator[tuple[date, date]]:
    """The days of what comes every year, of all years that may touch the time between two instants.

    It does not come before the year in which it began.
    """
    length = last_day.year - first_day.year
    for year in range(since.astimezone(zone).year - length, until.astimezone(zone).year + 1):
        if year >= first_day.year:
            yield in_year(first_day, year), in_year(last_day, year + length)


def in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=_LAST_OF_FEBRUARY)


def midnight(day: date, zone: tzinfo) -> datetime:
    """The first instant of a day, in UTC; where the clock skips midnight, the instant of the jump."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def closed_for(
    closures: Iterable[Closure],
    *,
    places: Iterable[str],
    category: str | None,
    campaign_type: str,
    since: datetime,
    until: datetime,
) -> list[tuple[Closure, Spans]]:
    """The closures that count for something, with when they are closed in between; hard ones first."""
    there = frozenset(places)
    found = [
        (one, spans)
        for one in closures
        if one.covers(there, category, campaign_type) and (spans := one.spans(since, until))
    ]
    return sorted(found, key=lambda pair: (not pair[0].is_hard, pair[1][0][0], pair[0].id))


def meets(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether one purchase can be in places of both (words of `core.places`); no places: everywhere."""
    one, other = _areas(some), _areas(others)
    if not one or not other:
        return True
    return any(
        not one[area] or not other[area] or not one[area].isdisjoint(other[area])
        for area in one.keys() & other.keys()
    )


def _areas(words: Iterable[str]) -> dict[str, frozenset[str]]:
    """The areas of places, each with its single stores; none of these: wherever one is in the area."""
    stores: dict[str, set[str]] = {}
    whole: set[str] = set()
    for word in words:
        level, _, name = word.partition(":")
        if level == _SOME:
            continue
        store, _, area = name.rpartition("@")
        stores.setdefault(area, set())
        if level == _STORE:
            stores[area].add(store)
        else:
            whole.add(area)
    return {area: frozenset() if area in whole else frozenset(found) for area, found in stores.items()}
