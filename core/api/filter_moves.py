"""What time alone moves: the values whose answer to a filter may have changed between two instants.

"Ordered in the last 30 days" loses, in an hour, those whose last order is 30 days and up to an hour old. Such
values lie between the old and the new bound of a condition, so that an index finds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from django.db.models import Q

from core.api.filter_days import OnDays
from core.api.filter_grammar import FilterFields, WireFilters
from core.api.filter_operators import Condition, Within
from core.api.filter_subjects import AnyInterval
from core.api.filter_values import Interval

# Anniversaries come round again after a year: looking at more days tells nothing new.
_MOST_DAYS: Final = 367


def moved(filters: Any, fields: FilterFields, *, since: datetime, until: datetime, zone: tzinfo) -> Q | None:
    """The rows whose answer may be another one at `until` than at any moment since `since`; None: no row.

    :raises InvalidQueryParams: see `WireFilters.parse`.
    """
    read = [WireFilters.parse(filters, fields, now=now, zone=zone) for now in _moments(since, until, zone)]
    found: Q | None = None
    for lines in zip(*([line for lines in one.fields for line in lines] for one in read), strict=True):
        gap = _gap([line.condition for line in lines])
        if gap is None:
            continue
        rows = gap(lines[-1].field.moving_column(lines[-1].key, read[-1].clock))
        found = rows if found is None else found | rows
    return found


def _moments(since: datetime, until: datetime, zone: tzinfo) -> list[datetime]:
    """Both, and an instant of every day between."""
    days = min((until.astimezone(zone).date() - since.astimezone(zone).date()).days, _MOST_DAYS)
    between = (since + timedelta(days=number) for number in range(1, days))
    return [since, *(moment for moment in between if moment < until), until]


def _gap(conditions: Sequence[Condition]) -> Condition | None:
    """A condition for what changed sides, at the latest, between the first and the last of them."""
    last = conditions[-1]
    if isinstance(last, OnDays):
        sets = [one.days for one in conditions if isinstance(one, OnDays)]
        days = frozenset().union(*sets) - frozenset(sets[0]).intersection(*sets)
        return OnDays(days=days, zone=last.zone) if days else None
    if isinstance(last, Within):
        intervals = zip(*(one.intervals for one in conditions if isinstance(one, Within)), strict=True)
        gaps = [gap for same in intervals for gap in _between(same)]
        return Within(intervals=tuple(gaps)) if gaps else None
    return None


def _between(intervals: Sequence[AnyInterval]) -> list[AnyInterval]:
    """From where to where each bound went."""
    gaps: list[AnyInterval] = []
    for side in ("low", "high"):
        bounds: list[Any] = [bound for one in intervals if (bound := getattr(one, side)) is not None]
        if bounds and min(bounds) != max(bounds):
            gaps.append(Interval(low=min(bounds), high=max(bounds), low_included=True, high_included=True))
    return gaps
