"""Rules are looked at, and alerts begin, get worse and end. Safe when two do it at once."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from core.locking import lock
from insights import alert_kinds
from insights.models import Alert, AlertRule
from insights.selectors import alert_findings
from insights.selectors.alert_findings.found import Finding, Found
from insights.services import alert_telling
from insights.services.alert_telling import What

logger = logging.getLogger(__name__)

AGAIN_WITHIN: Final = timedelta(hours=1)
"""What comes back so soon is the same alert as before."""
TOLD_EVERY: Final = timedelta(hours=1)
"""Of what comes and goes people hear no more often than this."""
_GAP: Final = timedelta(minutes=2)
_LONGEST_ERROR: Final = 300
_CHANGED: Final = (
    "state", "severity", "level", "figures", "campaign", "seen_at", "clear_since", "times", "told_at",
    "is_told", "snoozed_until", "resolved_at", "ending",
)  # fmt: skip


def evaluate(*, now: datetime, kinds: Collection[AlertRule.Kind] | None = None) -> int:
    """Look at every rule whose turn it is, or at those of some kinds; returns how many alerts changed.

    Each rule has a transaction of its own. One that cannot be judged says so on its page, and does not keep
    the others from being looked at. Who finds a rule in somebody else's hands leaves it to him.
    """
    rules = AlertRule.objects.filter(is_active=True, deleted_at=None)
    if kinds is not None:
        rules = rules.filter(kind__in=kinds)
    changed = 0
    for rule_id, kind, evaluated_at in rules.order_by("pk").values_list("pk", "kind", "evaluated_at"):
        if not _is_due(AlertRule.Kind(kind), evaluated_at, now):
            continue
        try:
            changed += _evaluate(rule_id, now)
        except Exception as error:
            logger.exception("alert rule %s cannot be judged", rule_id)
            said = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
            AlertRule.objects.filter(pk=rule_id).update(last_error=said, evaluated_at=now)
    return changed


def _is_due(kind: AlertRule.Kind, evaluated_at: datetime | None, now: datetime) -> bool:
    """A look a second before its time is no look too early: beat is not exact."""
    if evaluated_at is None:
        return True
    return now - evaluated_at >= alert_kinds.TERMS[kind].every - timedelta(seconds=1)


@transaction.atomic
def _evaluate(rule_id: int, now: datetime) -> int:
    bare = AlertRule.objects.filter(pk=rule_id, is_active=True, deleted_at=None)
    held = list(bare.select_for_update(skip_locked=True, no_key=True))
    if not held or not _is_due(AlertRule.Kind(held[0].kind), held[0].evaluated_at, now):
        return 0
    rule = AlertRule.objects.select_related("campaign", "category", "area").get(pk=rule_id)
    if rule.evaluated_at is None or now - rule.evaluated_at > _GAP:
        rule.watching_since = now
    open_rows = Alert.objects.filter(rule=rule).exclude(state=Alert.State.RESOLVED)
    known = {alert.subject: alert for alert in lock(open_rows)}
    found = alert_findings.find(rule, known, now)
    told = _settle(rule, known, found, now)
    rule.evaluated_at, rule.last_error = now, ""
    rule.save(update_fields=["evaluated_at", "watching_since", "last_error"])
    alert_telling.tell(rule=rule, happened=told, now=now)
    return len(told)


def _settle(
    rule: AlertRule, known: Mapping[str, Alert], found: Found, now: datetime
) -> list[tuple[Alert, What]]:
    """Bring the rule's alerts to what was found; returns what happened to which. Two writes for all."""
    findings = {finding.subject: finding for finding in found.findings}
    back = _ended_lately(rule, [subject for subject in findings if subject not in known], now)
    told: list[tuple[Alert, What]] = []
    new, changed = [], []
    for subject, finding in findings.items():
        alert = known.get(subject) or back.get(subject)
        if alert is None:
            alert = _begin(rule, finding, now)
            new.append(alert)
            told.append((alert, What.RAISED))
            continue
        changed.append(alert)
        what = _go_on(rule, alert, finding, now)
        if what is not None:
            told.append((alert, what))
    for subject, alert in known.items():
        if subject in findings or not found.is_complete:
            continue
        changed.append(alert)
        if _fade(rule, alert, now):
            told.append((alert, What.RESOLVED))
    for alert, what in told:
        _note_telling(alert, what, now)
    Alert.objects.bulk_create(new)
    Alert.objects.bulk_update(changed, _CHANGED)
    return told


def _ended_lately(rule: AlertRule, subjects: Collection[str], now: datetime) -> dict[str, Alert]:
    rows = Alert.objects.filter(
        rule=rule, subject__in=subjects, ending=Alert.Ending.GONE, resolved_at__gt=now - AGAIN_WITHIN
    )
    return {alert.subject: alert for alert in lock(rows)} if subjects else {}


def _begin(rule: AlertRule, finding: Finding, now: datetime) -> Alert:
    return Alert(
        rule=rule,
        subject=finding.subject,
        campaign_id=finding.campaign_id,
        severity=rule.severity,
        level=finding.level,
        figures=dict(finding.figures),
        raised_at=now,
        seen_at=now,
    )


def _go_on(rule: AlertRule, alert: Alert, finding: Finding, now: datetime) -> What | None:
    """It is still found, or again; what people have to hear of it, if anything."""
    is_back, is_worse = alert.is_over, finding.level > alert.level
    is_awake = (
        alert.state == Alert.State.SNOOZED and alert.snoozed_until is not None and alert.snoozed_until <= now
    )
    alert.figures, alert.campaign_id, alert.severity = (
        dict(finding.figures),
        finding.campaign_id,
        rule.severity,
    )
    alert.seen_at, alert.clear_since = now, None
    alert.level = max(alert.level, finding.level)
    if is_back:
        alert.resolved_at, alert.ending, alert.times = None, "", alert.times + 1
    if is_back or is_worse or is_awake:
        alert.state, alert.snoozed_until = Alert.State.OPEN, None
    if is_worse:
        return What.WORSE
    if is_back:
        return What.RAISED if _heard_long_ago(alert, now, TOLD_EVERY) else None
    if is_awake:
        return What.REMINDED
    again = timedelta(hours=rule.remind_hours) if rule.remind_hours else None
    if alert.state == Alert.State.OPEN and not alert.is_told:
        again = TOLD_EVERY
    is_open = alert.state == Alert.State.OPEN
    return What.REMINDED if is_open and again and _heard_long_ago(alert, now, again) else None


def _heard_long_ago(alert: Alert, now: datetime, since: timedelta) -> bool:
    return alert.told_at is None or now - alert.told_at >= since


def _fade(rule: AlertRule, alert: Alert, now: datetime) -> bool:
    """It is not found; whether it is over by that."""
    alert.clear_since = alert.clear_since or now
    if now - alert.clear_since < alert_kinds.terms_of(rule).holds:
        return False
    alert.state, alert.resolved_at, alert.ending = Alert.State.RESOLVED, now, Alert.Ending.GONE
    alert.snoozed_until = None
    return True


def _note_telling(alert: Alert, what: What, now: datetime) -> None:
    if what is What.RESOLVED:
        return
    alert.told_at, alert.is_told = now, True
