"""Shells around insights for Celery, safe to run twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from core import periodic
from insights.models import AlertRule
from insights.services import alert_evaluation, alerts, metric_rebuild, metrics

_ALERTS_KEPT_FOR: Final = timedelta(days=400)
_PROCESSES: Final = frozenset({AlertRule.Kind.SILENT})
_OTHERS: Final = frozenset(AlertRule.Kind) - _PROCESSES


@periodic.job
def count_metrics(now: datetime) -> int:
    """What happened since the last pass goes into the metrics."""
    counted = metrics.follow(now=now)
    return periodic.MoreLeft(counted) if counted >= metrics.MOST_OF_A_PASS else counted


@periodic.job
def prove_metrics(now: datetime) -> int | None:
    """Asked every hour, done once after each night; returns how much was wrong, and is right now."""
    return metric_rebuild.prove_when_due(now=now)


@periodic.job
def look_at_alert_rules(now: datetime) -> int:
    """Each rule as often as its kind asks for; returns how many alerts began, got worse or ended."""
    return alert_evaluation.evaluate(now=now, kinds=_OTHERS)


@periodic.job
def prune_alerts(now: datetime) -> int:
    return periodic.batches(lambda: alerts.prune(before=now - _ALERTS_KEPT_FOR))


@periodic.job
def watch_processes(now: datetime) -> int:
    """Done by the dispatcher, too: a scheduler or a worker that is silent cannot say so itself."""
    return alert_evaluation.evaluate(now=now, kinds=_PROCESSES)
