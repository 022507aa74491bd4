"""What a feed shows: the same as the calendar of its owner, within his places and by its filters."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.conf import settings as django_settings
from django.db.models import QuerySet
from django.urls import reverse

from calendar_app import feeds_events
from calendar_app.feeds_events import Around, Change, Event, Kind
from calendar_app.models import Feed
from calendar_app.selectors import blackouts, holidays, timeline
from calendar_app.selectors.blackouts import Shown
from calendar_app.selectors.timeline import Asked, Bar
from calendar_app.standing import Standing
from core import languages, places, project
from core.actors import Actor
from core.models import ProjectSettings
from core.selectors import areas
from core.words import speaking_for
from promotions.models import Campaign, PromotionTier

_DAY: Final = timedelta(days=1)
_MONTHS_BACK: Final = 3
_MONTHS_AHEAD: Final = 12
_SEES_DRAFTS: Final = "campaigns.export"
"""A feed is a list that leaves the house; tills, which may read campaigns, get no lists of drafts."""
_NO_CATEGORY: Final = "none"


@dataclass(frozen=True, kw_only=True)
class Told:
    """`since` and `until` stay for a month, so that what is told changes only when something does."""

    name: str
    time_zone: str
    project_id: str
    since: datetime
    until: datetime
    events: Sequence[Event]


def of(user_id: int) -> QuerySet[Feed]:
    """Newest first."""
    return everybodys().filter(owner_id=user_id)


def everybodys() -> QuerySet[Feed]:
    return Feed.objects.select_related("owner").order_by("-created_at", "-pk")


def shows_drafts(feed: Feed, reader: Actor) -> bool:
    return feed.with_drafts and reader.may(_SEES_DRAFTS)


def told(feed: Feed, *, reader: Actor, now: datetime) -> Told:
    """In English, as whoever reads it sees it now; a constant number of queries."""
    settings = project.current()
    with places.limited_to(reader.places, reader.id), speaking_for(settings), languages.plainly():
        since, this_month, until = _time(settings, now)
        bars = timeline.bars(_asked(feed, since, until), now=now)
        around = Around(
            since=since,
            until=until,
            windows_since=this_month,
            zone=settings.zone,
            changes=_changes(bars),
            where=_where(bars),
            urls=_urls(bars),
        )
        found = [*feeds_events.of_bars(bars, around, with_drafts=shows_drafts(feed, reader))]
        if feed.with_days:
            found.extend(_days(since, until, settings))
        found.sort(key=lambda event: (event.starts_at, event.uid))
    return Told(
        name=feed.name,
        time_zone=settings.time_zone,
        project_id=settings.public_id,
        since=since,
        until=until,
        events=found,
    )


def _time(settings: ProjectSettings, now: datetime) -> tuple[datetime, datetime, datetime]:
    """From the first day of a month to that of another one, and that of this month between them."""
    month = now.astimezone(settings.zone).date().replace(day=1)

    def moved(months: int) -> datetime:
        year, number = divmod(month.year * 12 + month.month - 1 + months, 12)
        return datetime.combine(date(year, number + 1, 1), time.min, settings.zone).astimezone(UTC)

    return moved(-_MONTHS_BACK), moved(0), moved(_MONTHS_AHEAD + 1)


def _asked(feed: Feed, since: datetime, until: datetime) -> Asked:
    """Its filters, which have the names of the calendar's address."""
    said: Mapping[str, str] = {name: text for name, text in feed.filters.items() if isinstance(text, str)}
    category = said.get("category", "")
    state = said.get("state", "")
    return Asked(
        since=since,
        until=until,
        kinds=[said["type"]] if said.get("type") else [],
        categories=["" if category == _NO_CATEGORY else category] if category else [],
        places=timeline.within(said["place"]) if said.get("place") else [],
        channel=said.get("channel", ""),
        segment=said.get("segment", ""),
        collection=said.get("collection", ""),
        owner=said.get("owner", ""),
        standings=[Standing(state)] if state in {*Standing} else [],
        text=said.get("q", ""),
        tiers_of=None,
    )


def _changes(bars: Iterable[Bar]) -> dict[str, Change]:
    """When campaigns and their tiers were made and changed, by key (two queries). What a campaign says holds
    for its tiers, too.
    """
    campaigns = {bar.campaign_id: bar for bar in bars}
    rows = Campaign.objects.filter(pk__in=campaigns).values_list("pk", "created_at", "updated_at")
    found = {f"campaign:{pk}": Change(created_at=made, updated_at=changed) for pk, made, changed in rows}
    tiers = PromotionTier.objects.filter(campaign__in=campaigns, deleted_at=None)
    for pk, campaign, made, changed in tiers.values_list("pk", "campaign", "created_at", "updated_at"):
        above = found.get(f"campaign:{campaign}")
        last = max(filter(None, (changed, above.updated_at if above else None)), default=None)
        found[f"tier:{pk}"] = Change(created_at=made, updated_at=last)
    return found


def _where(bars: Iterable[Bar]) -> dict[tuple[str, ...], str]:
    """Places in words; what applies everywhere says nothing (two queries)."""
    words = {bar.places for bar in bars if bar.places}
    known = areas.names_of({name for one in words for _, name in places.named(one)})
    return {one: areas.spoken(one, known) for one in words}


def _urls(bars: Iterable[Bar]) -> dict[str, str]:
    base = django_settings.FANFARE_URL.rstrip("/")
    found: dict[str, str] = {}
    for bar in bars:
        page = reverse("admin:promotions_campaign_change", args=[bar.campaign_id])
        found[bar.key] = f"{base}{page}"
        found.update({tier.key: f"{base}{page}" for tier in bar.tiers})
    return found


def _days(since: datetime, until: datetime, settings: ProjectSettings) -> Iterator[Event]:
    zone = settings.zone
    for kind, rows in (
        (Kind.BLACKOUT, blackouts.blackouts_between(since, until)),
        (Kind.SEASON, blackouts.seasons_between(since, until)),
    ):
        for shown in rows:
            yield _closed(kind, shown, settings)
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date() - _DAY
    for day in holidays.between(first, last):
        name = hashlib.sha256(day.name.encode()).hexdigest()[:8]
        starts_at = datetime.combine(day.date, time.min, zone)
        yield feeds_events.of_days(
            uid=f"holiday-{day.date:%Y%m%d}-{name}",
            kind=Kind.HOLIDAY,
            resource_id="",
            name=day.name,
            starts_at=starts_at,
            ends_at=datetime.combine(day.date + _DAY, time.min, zone),
            zone=zone,
            where=day.where,
        )


def _closed(kind: Kind, shown: Shown, settings: ProjectSettings) -> Event:
    day = shown.starts_at.astimezone(settings.zone).date()
    return feeds_events.of_days(
        uid=f"{shown.id}-{day:%Y%m%d}",
        kind=kind,
        resource_id=shown.id,
        name=shown.name,
        starts_at=shown.starts_at,
        ends_at=shown.ends_at,
        zone=settings.zone,
    )
