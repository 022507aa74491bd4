"""Periods of a programme, in days of the project's time zone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from referrals.programmes import Period


def first_instant(period: Period, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the period of `now` began; None: it never did (EVER)."""
    day = now.astimezone(zone).date()
    if period is Period.EVER:
        return None
    if period is Period.WEEK:
        day -= timedelta(days=day.weekday())
    elif period is Period.MONTH:
        day = day.replace(day=1)
    return datetime.combine(day, time(), zone)
