"""What the calendar says of one promotion in words: in its tooltip, to a screen reader, in the table."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from calendar_app.selectors.timeline import is_recurring
from core import words
from engine import Validity, spans
from promotions import words as spoken


def period(starts_at: datetime | None, ends_at: datetime | None) -> str:
    """24 Nov 2026, 08:00 – 30 Nov 2026, 20:00; whole days without the hours."""
    if _is_midnight(starts_at) and _is_midnight(ends_at):
        return words.period(starts_at, ends_at)
    if starts_at is None:
        return gettext("until %(day)s") % {"day": words.when(ends_at)}
    if ends_at is None:
        return gettext("from %(day)s") % {"day": words.when(starts_at)}
    return f"{words.when(starts_at)} – {words.when(ends_at)}"


def _is_midnight(at: datetime | None) -> bool:
    if at is None:
        return True
    local = at.astimezone(words.whose().zone)
    return (local.hour, local.minute, local.second) == (0, 0, 0)


def next_window(validity: Validity, zone: ZoneInfo, now: datetime) -> str:
    """Open now until 28 Nov 2026, 20:00; nothing for what has no windows or is over."""
    if not is_recurring(validity) or (validity.ends_at is not None and validity.ends_at <= now):
        return ""
    found = spans.next_window(validity, zone, now)
    if found is None:
        return gettext("It does not open again.")
    starts_at, ends_at = found
    if starts_at > now:
        return gettext("Opens next %(when)s.") % {"when": words.when(starts_at)}
    if ends_at is None:
        return gettext("Open now.")
    return gettext("Open now, until %(when)s.") % {"when": words.when(ends_at)}


def rhythm(validity: Validity) -> str:
    """Monday, Friday; Saturday 09:00 to 11:00; open for 1 day every 7 days"""
    parts = [spoken.days(list(validity.days_of_week))] if validity.days_of_week else []
    for hours in validity.daily_hours or ():
        window = {
            "days": spoken.days(list(hours.days_of_week)),
            "opens": f"{hours.start_time:%H:%M}",
            "closes": f"{hours.expiration_time:%H:%M}" if hours.expiration_time else gettext("midnight"),
        }
        parts.append(gettext("%(days)s %(opens)s to %(closes)s") % window)
    if validity.timeframe is not None:
        lengths = {
            "duration": spoken.span(validity.timeframe.duration.to_json()),
            "interval": spoken.span(validity.timeframe.interval.to_json()),
        }
        parts.append(gettext("open for %(duration)s every %(interval)s") % lengths)
    return "; ".join(parts)


def joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
