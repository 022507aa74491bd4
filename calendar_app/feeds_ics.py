"""A feed as iCalendar (RFC 5545), for calendars that people have already."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from icalendar import Calendar
from icalendar import Event as Entry

from calendar_app.feeds_events import Event

_PRODUCT: Final = "-//Fanfare//Promotion calendar//EN"
_REFRESHED: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


def written(events: Iterable[Event], *, name: str, domain: str, time_zone: str, made_at: datetime) -> bytes:
    """`domain` makes the ids of this project its own; `made_at`: of what nobody knows when it changed."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", time_zone)
    calendar.add("refresh-interval", _REFRESHED, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for event in events:
        calendar.add_component(_entry(event, domain, made_at))
    found: bytes = calendar.to_ical()
    return found


def _entry(event: Event, domain: str, made_at: datetime) -> Entry:
    changed_at = (event.changed_at or made_at).astimezone(UTC).replace(microsecond=0)
    entry = Entry()
    entry.add("uid", f"{event.uid}@{domain}")
    entry.add("dtstamp", changed_at)
    entry.add("last-modified", changed_at)
    entry.add("sequence", event.sequence)
    if event.first_day is not None and event.last_day is not None:
        entry.add("dtstart", event.first_day)
        entry.add("dtend", event.last_day + _DAY)
    else:
        entry.add("dtstart", event.starts_at.astimezone(UTC))
        entry.add("dtend", event.told_until.astimezone(UTC))
    entry.add("summary", f"{event.name} ({event.remark})" if event.remark else event.name)
    entry.add("status", "TENTATIVE" if event.is_tentative else "CONFIRMED")
    entry.add("transp", "TRANSPARENT")  # nobody is busy meanwhile
    entry.add("class", "CONFIDENTIAL")
    entry.add("categories", [event.category or event.kind.label])
    if event.where:
        entry.add("location", event.where)
    entry.add("description", _description(event))
    if event.url:
        entry.add("url", event.url)
    return entry


def _description(event: Event) -> str:
    lines = [event.kind.label]
    if event.remark:
        lines.append(f"State: {event.remark}")
    if event.ends_at is None:
        lines.append("Without an end")
    return "\n".join(lines)
