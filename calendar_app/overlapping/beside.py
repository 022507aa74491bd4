"""Conflicts that need no purchase: closed days, budgets that are shared, messages to the same people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from calendar_app.overlapping import costs, when
from calendar_app.overlapping.entries import Entry
from calendar_app.overlapping.found import Found, Kind, Severity
from calendar_app.overlapping.items import Item, Message, Pool
from calendar_app.overlapping.kinds import HORIZON, key_of
from calendar_app.overlapping.when import NoWindow
from calendar_app.overlapping.world import Closed, World
from engine.algebra import Answer
from engine.spans import Spans, common

CLOSE: Final = timedelta(hours=72)
"""Messages to one segment that are no further apart compete."""
_YEAR: Final = timedelta(days=400)
_BEGINNING: Final = "BEGIN"


def blackouts(entries: Sequence[Entry], world: World) -> Iterator[Found]:
    """Of one unit: each closed time in which one of its items is open, or begins."""
    for closure in world.closures:
        for entry in entries:
            found = _closed(entry, closure, world)
            if found is not None:
                yield found
                break


def _closed(entry: Entry, closure: Closed, world: World) -> Found | None:
    item = entry.item
    if not closure.covers(item.places, item.category_id or None, item.campaign_type):
        return None
    window = when.window(entry.validity, entry.validity, entry.spots, world)
    if isinstance(window, NoWindow):
        return None
    closed = closure.spans(world.now, world.now + _YEAR)
    open_spans = when.openings_of(
        [when.there(entry.validity, window.zone, world.zone)],
        window.zone,
        since=window.first_at,
        until=window.first_at + _YEAR,
    )
    if closure.forbids == _BEGINNING:
        open_spans = _beginning(item, open_spans, world.now)
    spans = common(closed, open_spans)[: when.MOST_SPANS]
    if not spans:
        return None
    return Found(
        key=key_of(Kind.BLACKOUT, item.unit, closure.id),
        kind=Kind.BLACKOUT,
        severity=Severity.HIGH if closure.is_hard else Severity.MEDIUM,
        left=item,
        closure=closure,
        certainty=Answer.OVERLAPS,
        first_at=spans[0][0],
        spans=spans,
        zone=window.zone,
        at_stake=costs.total([item], spans, world.now + _YEAR),
    )


def _beginning(item: Item, spans: Spans, now: datetime) -> Spans:
    """The instant at which it begins, if that is still to come."""
    if not spans or item.starts_at is None or item.starts_at < now:
        return ()
    return ((spans[0][0], spans[0][0] + timedelta(minutes=1)),)


def shared_budgets(lefts: Sequence[Entry], rights: Sequence[Entry], world: World) -> Found | None:
    """Both draw on a budget while both are open. It matters where both together may want more than is left.

    Budgets are those of the campaign, so the tiers that give most stand for it.
    """
    if not lefts or not rights:
        return None
    left, right = lefts[0], rights[0]
    pools = _common_pools(left.item, right.item)
    if not pools:
        return None
    window = when.window(left.validity, right.validity, world.everywhere, world)
    if isinstance(window, NoWindow):
        return None
    spans = when.spans(left.validity, right.validity, window, world)
    wanted = costs.total([left.item, right.item], spans, world.now + HORIZON)
    lacking = [
        wanted - pool.left
        for pool in pools
        if pool.is_money and pool.left is not None and wanted is not None and wanted > pool.left
    ]
    return replace(
        _pair(Kind.SHARED_BUDGET, left.item, right.item, Severity.HIGH if lacking else Severity.LOW),
        first_at=window.first_at,
        spans=spans,
        zone=window.zone,
        pools=tuple(pool.name for pool in pools),
        at_stake=max(lacking, default=None),
    )


def _common_pools(left: Item, right: Item) -> list[Pool]:
    ids = {pool.id for pool in right.budgets}
    return [pool for pool in left.budgets if pool.id in ids]


def competing_messages(lefts: Sequence[Item], rights: Sequence[Item], world: World) -> Found | None:
    """Two tellings of one segment within three days, or at the same event; the closest pair counts."""
    close = [
        (apart, one, other, left, right)
        for left in lefts
        for right in rights
        for one in left.messages
        for other in right.messages
        if (apart := _distance(one, other, world.now)) is not None
    ]
    if not close:
        return None
    _, one, other, left, right = min(close, key=lambda found: (found[0], found[1].id, found[2].id))
    moments = [moment for moment in (one.at, other.at) if moment is not None]
    is_same_day = bool(moments) and max(moments) - min(moments) < timedelta(days=1)
    first = max(world.now, min(moments, default=world.now))
    segment = world.names.get(one.segment, one.segment)
    return replace(
        _pair(Kind.COMPETING_MESSAGES, left, right, Severity.MEDIUM if is_same_day else Severity.LOW),
        first_at=first,
        spans=_between(moments, world.now),
        zone=world.zone,
        why=_told(one, other, segment),
        audience=segment,
    )


def _distance(one: Message, other: Message, now: datetime) -> timedelta | None:
    """How far apart they are; None: they do not compete, or both were sent already."""
    if one.segment != other.segment:
        return None
    if one.at is not None and other.at is not None:
        apart = abs(one.at - other.at)
        return apart if apart <= CLOSE and max(one.at, other.at) > now else None
    is_same_event = one.at is None and other.at is None and one.trigger == other.trigger
    return timedelta() if is_same_event else None


def _between(moments: Iterable[datetime], now: datetime) -> Spans:
    found = sorted(moments)
    if not found:
        return ((now, None),)
    return ((max(found[0], now), max(found[-1], now) + timedelta(minutes=1)),)


def _told(one: Message, other: Message, segment: str) -> str:
    return f"“{one.name}” and “{other.name}” both go to {segment}"


def _pair(kind: Kind, left: Item, right: Item, severity: Severity) -> Found:
    return Found(
        key=key_of(kind, left.unit, right.unit),
        kind=kind,
        severity=severity,
        left=left,
        right=right,
        certainty=Answer.OVERLAPS,
    )
