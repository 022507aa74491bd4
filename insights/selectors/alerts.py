"""Alerts for people and programs. Whoever is limited to areas sees those of campaigns there."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Case, Count, IntegerField, Max, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from core.errors import NotFound
from insights.models import Alert, AlertRule

OBJECT: Final = "alert"
MOST_OPEN: Final = 6
URGENT: Final = Case(
    When(severity=AlertRule.Severity.CRITICAL, then=Value(0)),
    When(severity=AlertRule.Severity.WARNING, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
_WANTS_SOMEBODY: Final = Case(
    When(state=Alert.State.OPEN, then=Value(0)),
    When(state=Alert.State.RESOLVED, then=Value(2)),
    default=Value(1),
    output_field=IntegerField(),
)
BY_URGENCY: Final = (_WANTS_SOMEBODY.asc(), URGENT.asc(), "-raised_at", "-pk")
"""What nobody looks at first, what is over last; within that the worst, then the newest."""


def listed() -> QuerySet[Alert]:
    """With what printing needs; in no order."""
    return Alert.objects.select_related("rule", "campaign")


def open_for(*, most: int = MOST_OPEN) -> list[Alert]:
    """The first of those that nobody looks at yet: the worst first, then the newest. One query."""
    return list(listed().filter(state=Alert.State.OPEN).order_by(*BY_URGENCY)[:most])


def number_open() -> int:
    """How many nobody looks at yet."""
    return Alert.objects.filter(state=Alert.State.OPEN).count()


def numbers_open() -> tuple[int, int]:
    """Of those all, and the critical ones; one query."""
    critical = Count("pk", filter=Q(severity=AlertRule.Severity.CRITICAL))
    found = Alert.objects.filter(state=Alert.State.OPEN).aggregate(every=Count("pk"), critical=critical)
    return found["every"], found["critical"]


def looked_at() -> datetime | None:
    """When any rule was looked at last, or made, if none was; None: there are none that are switched on."""
    rules = AlertRule.objects.filter(is_active=True, deleted_at=None)
    at: datetime | None = rules.aggregate(at=Max(Coalesce("evaluated_at", "created_at")))["at"]
    return at


def get(alert_id: str) -> Alert:
    """:raises NotFound: there is none, or it is of an area out of reach."""
    found = listed().filter(public_id=alert_id).first()
    if found is None:
        raise NotFound.of(OBJECT, alert_id)
    return found
