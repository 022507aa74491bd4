"""What a feed tells of: events with ids that stay, whatever is changed about them. Pure: no database.

A campaign is an event from its start to its end; with recurring windows every window is one, by its day. A
tier is one only where it has time limits of its own. A proposed change is one beside that of today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from calendar_app.selectors.timeline import Bar, TierBar, is_recurring
from calendar_app.standing import PLANNED, Standing
from engine import Validity, spans

_DAY: Final = timedelta(days=1)
MOST_WINDOWS: Final = 120
"""Of one promotion: a window every day for four months; one every hour would fill any calendar."""
FEWEST_WINDOWS: Final = 2
WINDOWS_TOLD: Final = 2000
"""Of all promotions together: with very many of them each tells its next ones only."""
ALWAYS_TOLD: Final = frozenset({Standing.LIVE, Standing.SCHEDULED, Standing.ENDED, Standing.PAUSED})
_TOLD_BY_DATES: Final = {standing.text for standing in (Standing.LIVE, Standing.SCHEDULED, Standing.ENDED)}


class Kind(StrEnum):
    CAMPAIGN = "campaign"
    TIER = "promotion_tier"
    PROPOSAL = "proposal"
    BLACKOUT = "blackout"
    SEASON = "season"
    HOLIDAY = "holiday"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """`uid` stays; `changed_at` and `sequence` (seconds since it was made) grow with every change.

    `first_day` and `last_day` (included) where it is of whole days. `ends_at` None: open, and `told_until` is
    as far as it is drawn. `is_tentative`: nobody gets it yet. `resource_id` is the public id.
    """

    uid: str
    kind: Kind
    resource_id: str
    name: str
    state: str
    is_tentative: bool
    starts_at: datetime
    ends_at: datetime | None
    told_until: datetime
    first_day: date | None
    last_day: date | None
    category: str = ""
    where: str = ""
    changed_at: datetime | None = None
    sequence: int = 0
    url: str = ""

    @property
    def remark(self) -> str:
        """The state, where the dates alone would not tell it."""
        return "" if self.state in _TOLD_BY_DATES else self.state.lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """When a row was made, and changed last."""

    created_at: datetime
    updated_at: datetime | None

    @property
    def at(self) -> datetime:
        return max(self.created_at, self.updated_at or self.created_at)

    @property
    def sequence(self) -> int:
        return max(0, int((self.at - self.created_at) / timedelta(seconds=1)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """What events are made with: the time that is told of, from when on windows are, the zone, when rows
    changed, places in words, and addresses of pages.
    """

    since: datetime
    until: datetime
    windows_since: datetime
    zone: tzinfo
    changes: Mapping[str, Change]
    where: Mapping[tuple[str, ...], str]
    urls: Mapping[str, str]


def of_bars(bars: Iterable[Bar], around: Around, *, with_drafts: bool) -> Iterator[Event]:
    """Campaigns with their tiers, then what is proposed."""
    known = list(bars)
    told = list(_told(known, with_drafts))
    recurring = sum(is_recurring(validity) for _, validity in told)
    most = max(FEWEST_WINDOWS, min(MOST_WINDOWS, WINDOWS_TOLD // max(1, recurring)))
    for one, validity in told:
        yield from _windows(one, validity, around, most)
    for bar in known if with_drafts else ():
        yield from _proposals(bar, around)


def of_days(
    *,
    uid: str,
    kind: Kind,
    resource_id: str,
    name: str,
    starts_at: datetime,
    ends_at: datetime,
    zone: tzinfo,
    where: str = "",
) -> Event:
    """Something that is no promotion."""
    first, last = _whole_days(starts_at, ends_at, zone)
    return Event(
        uid=uid,
        kind=kind,
        resource_id=resource_id,
        name=name,
        state="",
        is_tentative=False,
        starts_at=starts_at,
        ends_at=ends_at,
        told_until=ends_at,
        first_day=first,
        last_day=last,
        where=where,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """An event without its time."""

    kind: Kind
    key: str
    public_id: str
    name: str
    standing: Standing
    bar: Bar


def _told(bars: Iterable[Bar], with_drafts: bool) -> Iterator[tuple[_Told, Validity]]:
    for bar in bars:
        if bar.standing not in ALWAYS_TOLD and not (with_drafts and bar.standing in PLANNED):
            continue
        yield _campaign(bar), bar.validity
        for tier in bar.tiers:
            if tier.validity != bar.validity and tier.standing is not Standing.DISABLED:
                yield _tier(bar, tier), tier.validity


def _campaign(bar: Bar) -> _Told:
    return _Told(
        kind=Kind.CAMPAIGN,
        key=bar.key,
        public_id=bar.public_id,
        name=bar.name,
        standing=bar.standing,
        bar=bar,
    )


def _tier(bar: Bar, tier: TierBar) -> _Told:
    return _Told(
        kind=Kind.TIER,
        key=tier.key,
        public_id=tier.public_id,
        name=f"{bar.name}: {tier.name}",
        standing=tier.standing,
        bar=bar,
    )


def _windows(told: _Told, validity: Validity, around: Around, most: int) -> Iterator[Event]:
    """The whole stretch, or `most` of its windows."""
    if not is_recurring(validity):
        yield _event(told, told.public_id, validity.starts_at, validity.ends_at, around)
        return
    openings = spans.openings(
        validity, around.zone, since=around.windows_since, until=around.until, most=most
    )
    seen: dict[date, int] = {}
    for starts_at, ends_at in openings:
        day = starts_at.astimezone(around.zone).date()
        seen[day] = seen.get(day, 0) + 1
        again = f"-{seen[day]}" if seen[day] > 1 else ""
        yield _event(told, f"{told.public_id}-{day:%Y%m%d}{again}", starts_at, ends_at, around)


def _proposals(bar: Bar, around: Around) -> Iterator[Event]:
    for number, (request, dates) in enumerate(bar.ghosts, start=1):
        starts_at = dates.starts_at or around.since
        told_until = dates.ends_at or around.until
        if told_until <= starts_at:
            continue
        first, last = _whole_days(starts_at, told_until, around.zone)
        tier = f": {dates.tier}" if dates.tier else ""
        yield Event(
            uid=f"{request.public_id}-{number}",
            kind=Kind.PROPOSAL,
            resource_id=request.public_id,
            name=f"{bar.name}{tier}",
            state="Approved" if request.is_decided else "Proposed",
            is_tentative=True,
            starts_at=starts_at,
            ends_at=dates.ends_at,
            told_until=told_until,
            first_day=first,
            last_day=last,
            category=bar.category,
            where=around.where.get(bar.places, ""),
            url=around.urls.get(bar.key, ""),
        )


def _event(
    told: _Told, uid: str, starts_at: datetime | None, ends_at: datetime | None, around: Around
) -> Event:
    change = around.changes.get(told.key)
    begins = starts_at or around.since
    until = ends_at or max(around.until, begins + _DAY)
    first, last = _whole_days(begins, until, around.zone)
    return Event(
        uid=uid,
        kind=told.kind,
        resource_id=told.public_id,
        name=told.name,
        state=told.standing.text,
        is_tentative=told.standing in PLANNED,
        starts_at=begins,
        ends_at=ends_at,
        told_until=until,
        first_day=first,
        last_day=last,
        category=told.bar.category,
        where=around.where.get(told.bar.places, ""),
        changed_at=change.at if change else None,
        sequence=change.sequence if change else 0,
        url=around.urls.get(told.key, ""),
    )


def _whole_days(
    starts_at: datetime, ends_at: datetime, zone: tzinfo
) -> tuple[date, date] | tuple[None, None]:
    """The first and last day, if it goes from midnight to midnight, or to 23:59, as people write it."""
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    if end.time() >= time(23, 59):
        end = datetime.combine(end.date() + _DAY, time.min, zone)
    if start.time() != time.min or end.time() != time.min or end.date() <= start.date():
        return None, None
    return start.date(), end.date() - _DAY
