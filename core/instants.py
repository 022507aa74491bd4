"""Instants as the wire writes them (contract: semantics-core 1.1)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime


def parse_instant(data: Any) -> datetime:
    """:raises ValueError: not ISO 8601, or outside of the years 1900 to 9998."""
    if not isinstance(data, str) or len(data) > 40:
        raise ValueError("not an instant")
    instant = parse_datetime(data)
    if instant is None:
        day = parse_date(data)
        if day is None:
            raise ValueError("not an instant")
        instant = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if not 1900 <= instant.year <= 9998:
        raise ValueError("out of range")
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def format_instant(value: datetime) -> str:
    """Contract: UTC with milliseconds and `Z`."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def format_optional(value: datetime | None) -> str | None:
    return format_instant(value) if value else None
