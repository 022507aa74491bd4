"""Campaigns that nobody redeemed since they were launched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from core import project
from core.instants import format_instant
from core.models import AuditEntry
from engine import timeframes
from insights.models import Alert, AlertRule
from insights.selectors import alert_scopes
from insights.selectors.alert_findings.found import MOST, Finding, Found
from promotions.engine_input import validity
from promotions.models import Campaign, Redemption

_LAUNCHED: Final = "campaign.launched"
_STEP: Final = timedelta(hours=1)
_MOST_STEPS: Final = 24 * 90


def without_redemption(rule: AlertRule, known: Mapping[str, Alert], now: datetime) -> Found:
    """Running campaigns without any success since they began: by their dates, or launched later. One query.

    Hours in which a campaign cannot be redeemed (other weekdays, other times of day) do not count.
    """
    hours = rule.hours or 0
    launch = AuditEntry._base_manager.filter(
        entity_type="campaign", entity_id=OuterRef("public_id"), action=_LAUNCHED
    ).order_by("-pk")
    redeemed = Redemption.objects.filter(campaign=OuterRef("pk"), result=Redemption.Result.SUCCESS)
    rows = (
        alert_scopes.running(rule, now)
        .annotate(launched=Subquery(launch.values("at")[:1]))
        .annotate(
            begun=Greatest(
                "created_at", Coalesce("starts_at", "created_at"), Coalesce("launched", "created_at")
            )
        )
        .filter(~Exists(redeemed), begun__lte=now - timedelta(hours=hours))
        .order_by("-begun", "pk")
    )
    candidates: list[Any] = list(rows[:MOST])
    zone = project.current().zone
    findings = [
        Finding(
            subject=alert_scopes.subject_of(row),
            campaign_id=row.pk,
            figures={
                "name": row.name,
                "campaign_id": row.public_id,
                "launched_at": format_instant(row.begun),
                "hours": hours,
            },
        )
        for row in candidates
        if _was_open(row, row.begun, now, hours, zone)
    ]
    return Found(findings=findings, is_complete=len(candidates) < MOST)


def _was_open(campaign: Campaign, begun: datetime, now: datetime, hours: int, zone: tzinfo) -> bool:
    """Whether it could be redeemed for so many hours since then: counted by the hour, of the last 90 days."""
    limits = validity(campaign)
    if limits.timeframe is None and limits.days_of_week is None and limits.daily_hours is None:
        return True
    steps = min((now - begun) // _STEP, _MOST_STEPS)
    found = 0
    for step in range(1, steps + 1):
        found += timeframes.is_open(limits, now - step * _STEP, zone)
        if found >= hours:
            return True
    return False
