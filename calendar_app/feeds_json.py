"""A feed as JSON, for programs and screens."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from calendar_app.feeds_events import Event
from core.instants import format_instant


def written(
    events: Iterable[Event], *, feed_id: str, name: str, time_zone: str, since: datetime, until: datetime
) -> bytes:
    """Equal events give equal bytes."""
    found: dict[str, Any] = {
        "object": "calendar_feed",
        "id": feed_id,
        "name": name,
        "time_zone": time_zone,
        "from": format_instant(since),
        "until": format_instant(until),
        "events": [_event(event) for event in events],
    }
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.uid,
        "object": event.kind.value,
        "resource_id": event.resource_id,
        "name": event.name,
        "state": event.state.lower() or None,
        "is_tentative": event.is_tentative,
        "starts_at": format_instant(event.starts_at),
        "ends_at": None if event.ends_at is None else format_instant(event.ends_at),
        "first_day": None if event.first_day is None else event.first_day.isoformat(),
        "last_day": None if event.last_day is None else event.last_day.isoformat(),
        "category": event.category or None,
        "where": event.where or None,
        "updated_at": None if event.changed_at is None else format_instant(event.changed_at),
        "url": event.url or None,
    }
