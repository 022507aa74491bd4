"""What the list of conflicts can be asked for. Goes beyond the contract."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import Q, QuerySet
from django.utils import timezone

from calendar_app.models import Conflict
from core.api import filter_values as read
from core.api.filters import Number, Text, WireFilterSet
from core.errors import InvalidQueryParams

type Rows = QuerySet[Any]

_CHOICES = {
    "kind": Conflict.Kind.values,
    "state": Conflict.State.values,
    "severity": Conflict.Severity.values,
    "certainty": Conflict.Certainty.values,
}


class ConflictFilters(WireFilterSet):
    """`campaign` is an id; `from` and `to` bound the time in which promotions meet.

    Several at once: `filters[state][conditions][$in][0]=OPEN`.
    """

    DATE_FIELDS = {"found_at": "found_at", "gone_at": "gone_at"}
    ORDER_FIELDS = {
        "cost": "dearness",
        "starts_at": "starts_at",
        "found_at": "found_at",
        "severity": "heaviness",
    }
    DEFAULT_ORDER = "-cost"
    FILTER_FIELDS = {
        "kind": Text("kind"),
        "state": Text("state"),
        "severity": Text("severity"),
        "cost": Number("cost"),
    }

    kind = django_filters.CharFilter("kind", label="kind", method="in_choices")
    state = django_filters.CharFilter("state", label="state", method="in_choices")
    severity = django_filters.CharFilter("severity", label="severity", method="in_choices")
    certainty = django_filters.CharFilter("certainty", label="certainty", method="in_choices")
    campaign = django_filters.CharFilter(label="campaign", method="of_campaign")
    to = django_filters.CharFilter(label="to", method="that_begin_before")

    class Meta:
        model = Conflict
        fields: tuple[str, ...] = ()

    def in_choices(self, rows: Rows, name: str, value: str) -> Rows:
        if value not in _CHOICES[name]:
            raise InvalidQueryParams(f"{name}: one of {', '.join(_CHOICES[name])} is expected.")
        return rows.filter(**{name: value})

    def of_campaign(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(Q(left_campaign__public_id=value) | Q(right_campaign__public_id=value))

    def that_begin_before(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(starts_at__lt=read.instant(value, name, zone=timezone.get_current_timezone()))

    def that_end_after(self, rows: Rows, name: str, value: str) -> Rows:
        until = read.instant(value, name, zone=timezone.get_current_timezone())
        return rows.filter(Q(ends_at=None) | Q(ends_at__gt=until))


# "from" is a word of Python's own.
ConflictFilters.base_filters["from"] = django_filters.CharFilter(label="from", method="that_end_after")
