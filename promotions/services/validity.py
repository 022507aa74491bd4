"""Do the time limits of one row fit together? Contract: semantics-core 12."""

from __future__ import annotations

from collections import defaultdict
from datetime import time

from core.errors import DomainError, InvalidPayload
from promotions import engine_input
from promotions.models.validity import TimeLimited

_END_OF_DAY = time.max


class InvalidExpirationDate(DomainError):
    key = "invalid_expiration_date"
    message = "Invalid expiration date"


def check(row: TimeLimited, *, parent: TimeLimited | None = None) -> None:
    """`parent` is the campaign whose start date counts where the row has none.

    :raises InvalidExpirationDate: the end lies before the start.
    :raises InvalidPayload: a repeating window without a start, daily hours beside other windows or over
        midnight, or hours that overlap.
    """
    if row.starts_at is not None and row.ends_at is not None and row.ends_at < row.starts_at:
        raise InvalidExpirationDate("expiration_date must not be before start_date")
    has_start = row.starts_at is not None or (parent is not None and parent.starts_at is not None)
    if row.timeframe_interval and not has_start:
        raise InvalidPayload("Property .validity_timeframe needs a start_date to count from")
    if row.validity_hours and (row.timeframe_interval or row.days_of_week):
        raise InvalidPayload(
            "Property .validity_hours cannot stand beside validity_timeframe or validity_day_of_week"
        )
    _check_hours(row)


def _check_hours(row: TimeLimited) -> None:
    try:
        entries = engine_input.validity(row).daily_hours or ()
    except ValueError as error:
        raise InvalidPayload(f"Property .validity_hours: {error}") from error
    by_day: dict[int, list[tuple[time, time]]] = defaultdict(list)
    for entry in entries:
        for day in entry.days_of_week:
            by_day[day].append((entry.start_time, entry.expiration_time or _END_OF_DAY))
    for windows in by_day.values():
        windows.sort()
        if any(later[0] < earlier[1] for earlier, later in zip(windows, windows[1:], strict=False)):
            raise InvalidPayload("Property .validity_hours must not have overlapping windows")
