"""Time limits: wire fields <-> columns of `TimeLimited`. Contract: semantics-core 12.

What one value may look like is checked here; whether the limits fit together: `services/validity.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any, Final

from core.api.fields import (
    InstantField,
    IntegerField,
    ListField,
    StrictField,
    TextField,
    WireSerializer,
)
from core.instants import format_optional
from engine import Duration
from promotions.models import Campaign
from promotions.models.validity import TimeLimited

_MOST_HOURS: Final = 50


class DurationField(TextField):
    """An ISO 8601 duration of whole units, longer than zero."""

    default_error_messages = {"duration": "must be an ISO 8601 duration such as P1D or PT2H30M"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=32, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            Duration.parse(text)
        except ValueError:
            self.fail("duration")
        return text


class WallTimeField(StrictField):
    """`HH:MM` or `HH:MM:SS`, kept as `HH:MM` where there are no seconds."""

    default_error_messages = {"type": "must be a time of day (HH:MM)"}

    def to_internal_value(self, data: Any) -> str:
        try:
            wall = time.fromisoformat(data) if isinstance(data, str) and len(data) in (5, 8) else None
        except ValueError:
            wall = None
        if wall is None:
            self.fail("type")
        return wall.isoformat("auto" if wall.second else "minutes")


class TimeframeInput(WireSerializer):
    duration = DurationField()
    interval = DurationField()


def _weekdays(**kwargs: Any) -> ListField:
    return ListField(child=IntegerField(lowest=0, highest=6), min_length=1, max_length=7, **kwargs)


class DailyHoursInput(WireSerializer):
    days_of_week = _weekdays()
    start_time = WallTimeField()
    expiration_time = WallTimeField(required=False, allow_null=True)


class HoursInput(WireSerializer):
    daily = ListField(child=DailyHoursInput(), min_length=1, max_length=_MOST_HOURS)


class ValidityInput(WireSerializer):
    """The time limits of a voucher, tier or campaign; null takes a limit away."""

    start_date = InstantField(required=False, allow_null=True)
    expiration_date = InstantField(required=False, allow_null=True)
    validity_timeframe = TimeframeInput(required=False, allow_null=True)
    validity_day_of_week = ListField(
        child=IntegerField(lowest=0, highest=6), required=False, allow_null=True, max_length=7
    )
    validity_hours = HoursInput(required=False, allow_null=True)


def validity_columns(given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that validated wire fields change; nothing about fields that were not sent."""
    columns: dict[str, Any] = {}
    if "start_date" in given:
        columns["starts_at"] = given["start_date"]
    if "expiration_date" in given:
        columns["ends_at"] = given["expiration_date"]
    if "validity_timeframe" in given:
        timeframe = given["validity_timeframe"] or {}
        columns["timeframe_interval"] = timeframe.get("interval", "")
        columns["timeframe_duration"] = timeframe.get("duration", "")
    if "validity_day_of_week" in given:
        columns["days_of_week"] = sorted(set(given["validity_day_of_week"] or ())) or None
    if "validity_hours" in given:
        columns["validity_hours"] = _stored_hours(given["validity_hours"])
    return columns


def validity_output(row: TimeLimited, campaign: Campaign | None = None) -> dict[str, Any]:
    """All five fields, null where there is no limit; a limit that the row lacks is its campaign's."""
    rows = [row] if campaign is None else [row, campaign]
    timed = next((r for r in rows if r.timeframe_interval), None)
    return {
        "start_date": format_optional(_first(rows, "starts_at")),
        "expiration_date": format_optional(_first(rows, "ends_at")),
        "validity_timeframe": timed
        and {"interval": timed.timeframe_interval, "duration": timed.timeframe_duration},
        "validity_day_of_week": _first(rows, "days_of_week"),
        "validity_hours": _first(rows, "validity_hours"),
    }


def _first(rows: list[TimeLimited], name: str) -> Any:
    return next((value for row in rows if (value := getattr(row, name)) is not None), None)


def _stored_hours(hours: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if hours is None:
        return None
    return {
        "daily": [
            {
                "days_of_week": sorted(set(entry["days_of_week"])),
                **{name: entry[name] for name in ("start_time", "expiration_time") if entry.get(name)},
            }
            for entry in hours["daily"]
        ]
    }


def without_nulls(wire: dict[str, Any]) -> dict[str, Any]:
    """Campaigns, tiers and categories leave null fields out (contract: semantics-core 1.1)."""
    return {name: value for name, value in wire.items() if value is not None}
