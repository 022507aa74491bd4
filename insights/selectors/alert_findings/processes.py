"""Processes of the house that say nothing: their heartbeats are too old, or events wait too long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core import health
from core.instants import format_instant
from core.models import EventInterest, Heartbeat
from insights.models import Alert, AlertRule
from insights.selectors.alert_findings.found import Finding, Found

Process = AlertRule.Process


def silent(rule: AlertRule, known: Mapping[str, Alert], now: datetime) -> Found:
    """Those that are silent for the minutes of the rule, while somebody was there to hear them.

    After the whole house was off (`watching_since`), everybody gets as long again to say something. The
    sender of webhooks counts where there are webhooks.
    """
    patience = timedelta(minutes=rule.minutes or 0)
    watching_since = rule.watching_since or now
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    findings = []
    for process in Process:
        if rule.processes and process not in rule.processes:
            continue
        if process is Process.WEBHOOKS and not EventInterest.objects.exists():
            continue
        lag = health.dispatcher_lag(now=now) if process is Process.DISPATCHER else timedelta()
        heard = beats.get(process.value)
        silence = now - max(heard or watching_since, watching_since)
        waited = min(lag, now - watching_since)
        if max(silence, waited) >= patience:
            findings.append(
                Finding(subject=f"process:{process.value}", figures=_figures(process, heard, lag))
            )
    return Found(findings=findings)


def _figures(process: Process, heard: datetime | None, lag: timedelta) -> dict[str, Any]:
    return {
        "process": process.value,
        "heard_at": format_instant(heard) if heard else None,
        "waiting_seconds": int(lag.total_seconds()),
    }
