"""The calendar on the wire. Goes beyond the contract. Periods are half-open; null is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from calendar_app.api.serializers.conflicts import window_output
from calendar_app.models import Conflict
from calendar_app.selectors import blackouts, holidays
from calendar_app.selectors.blackouts import Shown
from calendar_app.selectors.timeline import Asked, Bar, TierBar
from calendar_app.selectors.waiting import Dates, Waiting
from core import places
from core.instants import format_instant, format_optional
from core.models import ProjectSettings
from engine import Validity, spans

MOST_WINDOWS: Final = 100


def item_output(
    bar: Bar, asked: Asked, settings: ProjectSettings, meets: Iterable[Conflict]
) -> dict[str, Any]:
    """`windows` are those in the time asked for, a hundred at most: `has_more_windows` says of more."""
    own = [one for one in meets if bar.campaign_id in {one.left_campaign_id, one.right_campaign_id}]
    return {
        "id": bar.public_id,
        "name": bar.name,
        "campaign_type": bar.kind,
        "state": bar.standing.name,
        "start_date": format_optional(bar.starts_at),
        "expiration_date": format_optional(bar.ends_at),
        **_windows(bar.validity, asked, settings),
        "category": {"id": bar.category_id, "name": bar.category} if bar.category_id else None,
        "places": [{"object": level, "id": name} for level, name in places.named(sorted(bar.places))],
        "channels": sorted(bar.scope.channels),
        "segments": sorted(bar.scope.segments),
        "product_collections": sorted(bar.scope.collections),
        "owner": {"id": bar.owner.id, "name": bar.owner.name} if bar.owner is not None else None,
        "promotion_tiers": [_tier(one, asked, settings) for one in bar.tiers],
        "proposals": _proposals(bar),
        "conflicts": [_conflict(one) for one in own],
        "object": "calendar_item",
    }


def around_output(asked: Asked, settings: ProjectSettings) -> dict[str, Any]:
    """What lies around the items of every page."""
    zone = settings.zone
    first = asked.since.astimezone(zone).date()
    last = (asked.until - timedelta(microseconds=1)).astimezone(zone).date()
    return {
        "from": format_instant(asked.since),
        "to": format_instant(asked.until),
        "time_zone": settings.time_zone,
        "blackouts": [
            {**_around(one), "reason": one.text or None, "is_hard": one.is_hard}
            for one in blackouts.blackouts_between(asked.since, asked.until, zone)
        ],
        "seasons": [_around(one) for one in blackouts.seasons_between(asked.since, asked.until, zone)],
        "holidays": [
            {"date": day.date.isoformat(), "name": day.name, "where": day.where}
            for day in holidays.between(first, last)
        ],
    }


def _around(one: Shown) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, **window_output(one.starts_at, one.ends_at)}


def _windows(validity: Validity, asked: Asked, settings: ProjectSettings) -> dict[str, Any]:
    found = spans.openings(
        validity, settings.zone, since=asked.since, until=asked.until, most=MOST_WINDOWS + 1
    )
    return {
        "windows": [window_output(*window) for window in found[:MOST_WINDOWS]],
        "has_more_windows": len(found) > MOST_WINDOWS,
    }


def _tier(tier: TierBar, asked: Asked, settings: ProjectSettings) -> dict[str, Any]:
    return {
        "id": tier.public_id,
        "name": tier.name,
        "state": tier.standing.name,
        "start_date": format_optional(tier.starts_at),
        "expiration_date": format_optional(tier.ends_at),
        **_windows(tier.validity, asked, settings),
        "object": "promotion_tier",
    }


def _proposals(bar: Bar) -> list[dict[str, Any]]:
    """Open approval requests; those that change dates tell them."""
    ghosts: dict[str, list[Dates]] = {}
    for waiting, dates in bar.ghosts:
        ghosts.setdefault(waiting.public_id, []).append(dates)
    return [_proposal(one, ghosts.get(one.public_id, ())) for one in bar.waiting]


def _proposal(waiting: Waiting, ghosts: Sequence[Dates]) -> dict[str, Any]:
    return {
        "approval_request_id": waiting.public_id,
        "title": waiting.title,
        "launches": waiting.launches,
        "deletes": waiting.deletes,
        "is_approved": waiting.is_decided,
        "effective_at": format_optional(waiting.effective_at),
        "dates": [
            {
                "promotion_tier": one.tier or None,
                "start_date": format_optional(one.starts_at),
                "expiration_date": format_optional(one.ends_at),
            }
            for one in ghosts
        ],
        "object": "calendar_proposal",
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "id": conflict.public_id,
        "kind": conflict.kind,
        "severity": conflict.severity,
        "state": conflict.state,
        "sentence": conflict.sentence.replace("\N{NO-BREAK SPACE}", " "),
        "windows": [window_output(*window) for window in conflict.windows],
        "object": "conflict",
    }
