"""What people do with an alert: look at it, or put it off. That it is over is found by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from core import audit, events
from core.actors import Actor
from core.errors import DomainError, InvalidPayload, MissingPermission, NotFound
from core.locking import lock
from insights.models import Alert
from insights.selectors.alerts import OBJECT

PERMISSION: Final = "alerts.acknowledge"
LONGEST_NOTE: Final = 500
LONGEST_SNOOZE: Final = timedelta(days=30)
ACKNOWLEDGED: Final = "alert.acknowledged"
SNOOZED: Final = "alert.snoozed"


class AlertIsOver(DomainError):
    key = "alert_is_over"
    message = "The alert is over"


def acknowledge(*, alert_id: int, note: str, actor: Actor, now: datetime) -> Alert:
    """Say that somebody looks at it: nobody is reminded any more, unless it gets worse. Twice is once.

    :raises AlertIsOver: there is nothing left to look at.
    """

    def change(alert: Alert) -> bool:
        if alert.state == Alert.State.ACKNOWLEDGED and note in {"", alert.note}:
            return False
        if alert.state != Alert.State.ACKNOWLEDGED:
            alert.acknowledged_at, alert.acknowledged_by = now, actor.label[:200]
        alert.state, alert.snoozed_until = Alert.State.ACKNOWLEDGED, None
        alert.note = note or alert.note
        return True

    if len(note) > LONGEST_NOTE:
        raise InvalidPayload(f"A note has at most {LONGEST_NOTE} characters.")
    return _changed(alert_id, change, ACKNOWLEDGED, actor, now)


def snooze(*, alert_id: int, until: datetime, actor: Actor, now: datetime) -> Alert:
    """Put it off: if it goes on then, people hear of it again, at once if it gets worse.

    :raises AlertIsOver: there is nothing to put off.
    :raises InvalidPayload: the time has passed, or is more than 30 days away.
    """

    def change(alert: Alert) -> bool:
        alert.state, alert.snoozed_until = Alert.State.SNOOZED, until
        alert.snoozed_by = actor.label[:200]
        return True

    if until <= now:
        raise InvalidPayload("Choose a time that is still to come.")
    if until > now + LONGEST_SNOOZE:
        raise InvalidPayload(f"An alert can be put off for {LONGEST_SNOOZE.days} days at most.")
    return _changed(alert_id, change, SNOOZED, actor, now)


def prune(*, before: datetime, batch_size: int = 5000) -> int:
    """Forget the oldest of those that ended before that instant; returns how many."""
    rows = Alert._base_manager.filter(state=Alert.State.RESOLVED, resolved_at__lt=before).order_by("pk")
    deleted, _ = Alert._base_manager.filter(
        pk__in=list(rows.values_list("pk", flat=True)[:batch_size])
    ).delete()
    return deleted


@transaction.atomic
def _changed(alert_id: int, change: Callable[[Alert], bool], said: str, actor: Actor, now: datetime) -> Alert:
    if not actor.may(PERMISSION):
        raise MissingPermission(PERMISSION)
    rows = lock(Alert.objects.filter(pk=alert_id))
    if not rows:
        raise NotFound.of(OBJECT, str(alert_id))
    alert = Alert.objects.select_related("rule", "campaign").get(pk=alert_id)
    if alert.is_over:
        raise AlertIsOver("It went away by itself. There is nothing left to look at.")
    if not change(alert):
        return alert
    alert.save(
        update_fields=[
            "state", "acknowledged_at", "acknowledged_by", "note", "snoozed_until", "snoozed_by"
        ]
    )  # fmt: skip
    after = {"state": alert.state, "note": alert.note, "snoozed_until": alert.snoozed_until}
    audit.log(actor, said, alert, now=now, after=after)
    if alert.rule.by_webhook:
        events.emit(said, entity=alert, actor=actor, now=now, payload={"alert_id": alert.public_id})
    return alert
