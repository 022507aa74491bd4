"""Does a change bring something into dates that are closed to it? Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from calendar_app.closures import Closure, Forbids
from engine import spans
from engine.spans import Spans
from promotions.launch_guards import Offer

_MOMENT: Final = timedelta(microseconds=1)
_YEARS: Final = timedelta(days=3 * 366)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An offer that would be on while it is closed (`spans`), or begin then (one span of no length)."""

    closure: Closure
    offer: Offer
    spans: Spans


def entries(
    closures: Iterable[Closure],
    before: Iterable[Offer],
    after: Iterable[Offer],
    *,
    now: datetime,
    zone: tzinfo,
    resumes: bool = False,
) -> list[Entry]:
    """What is new of it, hard blackouts first: what was on at such a time anyway enters nothing.

    What `resumes` only enters what is closed now: it was planned before.
    """
    was = {offer.key: offer for offer in before}
    found = []
    for closure in closures:
        for offer in after:
            until = now + _MOMENT if resumes else closure.until(max(now, offer.validity.starts_at or now))
            if hit := _entered(closure, was.get(offer.key), offer, now, until, zone):
                found.append(Entry(closure=closure, offer=offer, spans=hit))
    return sorted(found, key=lambda one: (not one.closure.is_hard, one.spans[0][0], one.closure.id))


def _entered(
    closure: Closure, before: Offer | None, after: Offer, now: datetime, until: datetime, zone: tzinfo
) -> Spans:
    if not _covers(closure, after):
        return ()
    closed = closure.spans(now, until)
    if not closed:
        return ()
    if before is not None and not _covers(closure, before):
        before = None
    if closure.forbids is Forbids.BEGIN:
        return _begun(closed, before, after, now, zone)
    return without(_open(after, closed, zone), () if before is None else _open(before, closed, zone))


def _covers(closure: Closure, offer: Offer) -> bool:
    return closure.covers(offer.places, offer.category, offer.campaign_type)


def _open(offer: Offer, closed: Spans, zone: tzinfo) -> Spans:
    """When it is on within closed time; all of it, where windows follow each other too fast to tell."""
    found: list[tuple[datetime, datetime | None]] = []
    for start, end in closed:
        assert end is not None  # noqa: S101 - a blackout has an end
        try:
            found.extend(spans.openings(offer.validity, zone, since=start, until=end))
        except spans.Unsettled:
            found.append((start, end))
    return tuple(found)


def _begun(closed: Spans, before: Offer | None, after: Offer, now: datetime, zone: tzinfo) -> Spans:
    begins = _begin(after, now, zone)
    if begins is None or (before is not None and _begin(before, now, zone) in {begins, now}):
        return ()
    inside = any(start <= begins < end for start, end in closed if end is not None)
    return ((begins, begins),) if inside else ()


def _begin(offer: Offer, now: datetime, zone: tzinfo) -> datetime | None:
    """When it is on for the first time from now on; what is within its dates already has begun now."""
    starts_at = offer.validity.starts_at
    if starts_at is not None and starts_at > now:
        try:
            return spans.first_common([(offer.validity, zone)], since=starts_at, until=starts_at + _YEARS)
        except spans.Unsettled:
            return starts_at
    is_over = offer.validity.ends_at is not None and offer.validity.ends_at <= now
    return None if is_over else now


def without(some: Spans, others: Spans) -> Spans:
    """What lies in the first and not in the second; both in order, apart from each other and bounded."""
    found: list[tuple[datetime, datetime | None]] = []
    for start, end in some:
        at = start
        for other_start, other_end in others:
            if other_end is None or end is None or other_end <= at or other_start >= end:
                continue
            if other_start > at:
                found.append((at, other_start))
            at = max(at, other_end)
        if end is None or at < end:
            found.append((at, end))
    return tuple(found)
