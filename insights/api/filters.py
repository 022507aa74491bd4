"""What the list of alerts can be asked for. Goes beyond the contract."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import QuerySet

from core.api.filters import Text, WireFilterSet
from core.errors import InvalidQueryParams
from insights.models import Alert, AlertRule

type Rows = QuerySet[Any]


class AlertFilters(WireFilterSet):
    """`campaign` and `rule` are ids. Several at once: `filters[state][conditions][$in][0]=OPEN`."""

    DATE_FIELDS = {"raised_at": "raised_at", "resolved_at": "resolved_at"}
    ORDER_FIELDS = DATE_FIELDS
    DEFAULT_ORDER = "-raised_at"
    FILTER_FIELDS = {
        "state": Text("state"),
        "severity": Text("severity"),
        "kind": Text("rule__kind"),
        "subject": Text("subject"),
    }

    state = django_filters.CharFilter("state", label="state", method="in_choices")
    severity = django_filters.CharFilter("severity", label="severity", method="in_choices")
    kind = django_filters.CharFilter("rule__kind", label="kind", method="in_choices")
    campaign = django_filters.CharFilter("campaign__public_id", label="campaign")
    rule = django_filters.CharFilter("rule__public_id", label="rule")

    class Meta:
        model = Alert
        fields: tuple[str, ...] = ()

    def in_choices(self, rows: Rows, name: str, value: str) -> Rows:
        choices = {
            "state": Alert.State.values,
            "severity": AlertRule.Severity.values,
            "rule__kind": AlertRule.Kind.values,
        }[name]
        if value not in choices:
            label = name.removeprefix("rule__")
            raise InvalidQueryParams(f"{label}: one of {', '.join(choices)} is expected.")
        return rows.filter(**{name: value})
