"""Blackouts, seasons and notes: as rules that refuse, and as the calendar shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse

from calendar_app import closures as pure
from calendar_app.closures import Closure, Forbids
from calendar_app.models import Blackout, CalendarNote, Season
from core import project
from core.places import named
from core.selectors import areas
from promotions.models import Campaign, Category

_MOMENT: Final = timedelta(microseconds=1)


class Kind(StrEnum):
    BLACKOUT = "blackout"
    SEASON = "season"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One stretch on the calendar: in UTC, half-open, and by days of the project, the last one included."""

    kind: Kind
    id: str
    pk: int
    name: str
    starts_at: datetime
    ends_at: datetime
    starts_on: date
    ends_on: date
    url: str
    text: str = ""
    colour: str = ""
    author: str = ""
    is_hard: bool = False


def present() -> QuerySet[Blackout]:
    return Blackout.objects.filter(deleted_at=None)


def closures(zone: ZoneInfo | None = None) -> list[Closure]:
    """All of them, as the calendar judges with; one query, two without `zone`. There are few."""
    there = zone or project.current().zone
    return [closure_of(row, there) for row in present().order_by("pk")]


def closure_of(row: Blackout, zone: tzinfo) -> Closure:
    return Closure(
        id=row.public_id,
        pk=row.pk or 0,
        name=row.name,
        reason=row.reason,
        is_hard=row.is_hard,
        forbids=Forbids(row.forbids),
        zone=zone,
        places=frozenset(row.places),
        categories=frozenset(row.categories),
        campaign_types=frozenset(row.campaign_types),
        first_day=row.starts_on,
        last_day=row.ends_on,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        is_yearly=row.repeats_yearly,
    )


def blackouts_between(since: datetime, until: datetime, zone: ZoneInfo | None = None) -> list[Shown]:
    """Those that touch the time between two instants, whole; those of every year as often as they come."""
    there = zone or project.current().zone
    found = [
        Shown(
            kind=Kind.BLACKOUT,
            id=one.id,
            pk=one.pk,
            name=one.name,
            text=one.reason,
            is_hard=one.is_hard,
            url=reverse("admin:calendar_app_blackout_change", args=[one.pk]),
            starts_at=start,
            ends_at=end,
            starts_on=start.astimezone(there).date(),
            ends_on=(end - _MOMENT).astimezone(there).date(),
        )
        for one in closures(there)
        for start, end in one.whole_spans(since, until)
    ]
    return _sorted(found)


def seasons_between(since: datetime, until: datetime, zone: ZoneInfo | None = None) -> list[Shown]:
    """As `blackouts_between`."""
    there = zone or project.current().zone
    found = []
    for row in Season.objects.order_by("pk"):
        days: Iterable[tuple[date, date]] = [(row.starts_on, row.ends_on)]
        if row.repeats_yearly:
            days = pure.yearly(row.starts_on, row.ends_on, since, until, there)
        for first, last in days:
            starts_at, ends_at = _instants(first, last, there)
            if starts_at < until and ends_at > since:
                found.append(
                    Shown(
                        kind=Kind.SEASON,
                        id=row.public_id,
                        pk=row.pk,
                        name=row.name,
                        colour=row.colour,
                        url=reverse("admin:calendar_app_season_change", args=[row.pk]),
                        starts_at=starts_at,
                        ends_at=ends_at,
                        starts_on=first,
                        ends_on=last,
                    )
                )
    return _sorted(found)


def notes_between(since: datetime, until: datetime, zone: ZoneInfo | None = None) -> list[Shown]:
    """As `blackouts_between`."""
    there = zone or project.current().zone
    rows = CalendarNote.objects.filter(
        starts_on__lte=until.astimezone(there).date(), ends_on__gte=since.astimezone(there).date()
    )
    found = []
    for row in rows.order_by("pk"):
        starts_at, ends_at = _instants(row.starts_on, row.ends_on, there)
        if starts_at < until and ends_at > since:
            found.append(
                Shown(
                    kind=Kind.NOTE,
                    id=row.public_id,
                    pk=row.pk,
                    name=str(row),
                    text=row.text,
                    author=row.author,
                    url=reverse("admin:calendar_app_calendarnote_change", args=[row.pk]),
                    starts_at=starts_at,
                    ends_at=ends_at,
                    starts_on=row.starts_on,
                    ends_on=row.ends_on,
                )
            )
    return _sorted(found)


@dataclass(frozen=True, kw_only=True)
class Names:
    """What places and categories are called, for all blackouts of a page at once."""

    places: dict[str, str]
    categories: dict[str, str]


def names_for(rows: Iterable[Blackout]) -> Names:
    """Three queries at most."""
    found = list(rows)
    ids = {name for row in found for _, name in named(row.places)}
    categories = {key for row in found for key in row.categories}
    called = Category.objects.filter(public_id__in=categories) if categories else Category.objects.none()
    return Names(places=areas.names_of(ids), categories=dict(called.values_list("public_id", "name")))


def scope_words(row: Blackout, names: Names) -> list[str]:
    """What a blackout counts for, one part each; empty: for everything."""
    found = []
    if row.places:
        found.append(areas.spoken(row.places, names.places))
    if row.categories:
        found.append(
            ", ".join(names.categories.get(key, "a category that is gone") for key in row.categories)
        )
    if row.campaign_types:
        kinds = Campaign.CampaignType
        found.append(", ".join(str(kinds(kind).label) for kind in row.campaign_types))
    return found


def _instants(first: date, last: date, zone: tzinfo) -> tuple[datetime, datetime]:
    return pure.midnight(first, zone), pure.midnight(last + timedelta(days=1), zone)


def _sorted(found: list[Shown]) -> list[Shown]:
    return sorted(found, key=lambda one: (one.starts_at, one.ends_at, one.id))
