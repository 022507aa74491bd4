"""When and where two items are open at once: each place goes by its own clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from calendar_app.overlapping.world import World
from engine import Validity
from engine.spans import Spans, Unsettled, common, first_common, never_meet, openings
from engine.validity import local

AHEAD: Final = timedelta(days=400)
_LISTED: Final = timedelta(days=92)
_SOON: Final = timedelta(days=60)
MOST_SPANS: Final = 31


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """`first_at` in the time of `zone`, at one of `spots`."""

    zone: str
    spots: int
    first_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class NoWindow:
    """`is_proved`: never, in any common place; else no instant was found in the coming 400 days."""

    is_proved: bool


def windows(one: Validity, other: Validity, spots: int, world: World) -> Iterator[Window | NoWindow]:
    """Of each zone of the common places the first instant from now on at which both are open there."""
    for zone, mask in world.zones.items():
        if mask & spots:
            yield _window(one, other, zone, mask & spots, world)


def window(one: Validity, other: Validity, spots: int, world: World) -> Window | NoWindow:
    """The first one; only where there is none in any common place, none."""
    found = list(_until_open(windows(one, other, spots, world)))
    last = found[-1] if found else NoWindow(is_proved=True)
    if isinstance(last, Window):
        return last
    return NoWindow(is_proved=all(isinstance(each, NoWindow) and each.is_proved for each in found))


def _until_open(found: Iterable[Window | NoWindow]) -> Iterator[Window | NoWindow]:
    """All up to the first window."""
    for each in found:
        yield each
        if isinstance(each, Window):
            return


def _window(one: Validity, other: Validity, zone: str, spots: int, world: World) -> Window | NoWindow:
    if not (_recurs(one) or _recurs(other)):
        return _plain_window(one, other, zone, spots, world)
    own, others, clock = there(one, zone, world.zone), there(other, zone, world.zone), zone_of(zone)
    try:
        first = first_common(((own, clock), (others, clock)), since=world.now, until=world.now + AHEAD)
    except Unsettled:
        return NoWindow(is_proved=False)
    if first is not None:
        return Window(zone=zone, spots=spots, first_at=first)
    return NoWindow(is_proved=never_meet(own, others, clock, since=world.now))


def _plain_window(one: Validity, other: Validity, zone: str, spots: int, world: World) -> Window | NoWindow:
    """Of two that have nothing but dates."""
    first, last = world.now, None
    for validity in (there(one, zone, world.zone), there(other, zone, world.zone)):
        if validity.starts_at is not None and validity.starts_at > first:
            first = validity.starts_at
        if validity.ends_at is not None and (last is None or validity.ends_at < last):
            last = validity.ends_at
    if last is not None and last <= first:
        return NoWindow(is_proved=True)
    return Window(zone=zone, spots=spots, first_at=first)


def spans(one: Validity, other: Validity | None, window: Window, world: World) -> Spans:
    """The next times at which both are open, 31 at most, of the coming three months."""
    both = [one] if other is None else [one, other]
    both = [there(validity, window.zone, world.zone) for validity in both]
    since = world.now if window.first_at < world.now + _SOON else window.first_at
    return openings_of(both, window.zone, since=since, until=since + _LISTED)[:MOST_SPANS]


def openings_of(validities: Sequence[Validity], zone: str, *, since: datetime, until: datetime) -> Spans:
    """When all of them are open; of those that do not recur until the last one ends, whenever that is."""
    if not any(_recurs(validity) for validity in validities):
        starts = max((one.starts_at for one in validities if one.starts_at is not None), default=since)
        ends = min((one.ends_at for one in validities if one.ends_at is not None), default=None)
        return () if ends is not None and ends <= max(starts, since) else ((max(starts, since), ends),)
    return common(*(_openings(one, zone, since, until) for one in validities))


@lru_cache(maxsize=4_096)
def _openings(validity: Validity, zone: str, since: datetime, until: datetime) -> Spans:
    return openings(validity, zone_of(zone), since=since, until=until, most=1000)


def there(validity: Validity, zone: str, written_in: str) -> Validity:
    """The same dates by the clock of another place."""
    return validity if zone == written_in else _there(validity, zone, written_in)


@lru_cache(maxsize=16_384)
def _there(validity: Validity, zone: str, written_in: str) -> Validity:
    return local(validity, written_in=zone_of(written_in), zone=zone_of(zone))


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _recurs(validity: Validity) -> bool:
    parts = (validity.timeframe, validity.days_of_week, validity.daily_hours)
    return any(part is not None for part in parts)


def days(spans: Spans, until: datetime) -> int:
    """How many days they last in all, as far as they lie before `until`; one, if they are shorter."""
    total = timedelta()
    for start, end in spans:
        last = until if end is None else min(end, until)
        total += max(last - start, timedelta())
    return max(1, -(-total // timedelta(days=1))) if spans else 0
