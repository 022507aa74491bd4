"""Many refusals: their share of the attempts of the last minutes, and their number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count

from insights import alert_math
from insights.models import Alert, AlertRule
from insights.selectors import alert_scopes
from insights.selectors.alert_findings.found import MOST, Finding, Found
from promotions import reports
from promotions.models import Campaign

_SHOWN_REASONS: Final = 5

type Reasons = Counter[str]


def many(rule: AlertRule, known: Mapping[str, Alert], now: datetime) -> Found:
    """Attempts by reason of refusal ("" for none), of each campaign or of all together: two queries."""
    attempts = _attempts(rule, now)
    if not rule.is_each and not rule.campaign_id:
        together: Reasons = Counter()
        for reasons in attempts.values():
            together.update(reasons)
        finding = _finding(rule, known, together)
        return Found(findings=[finding] if finding else [])
    campaigns = Campaign.objects.in_bulk([pk for pk in attempts if pk is not None])
    found = [
        _finding(rule, known, reasons, campaigns[pk])
        for pk, reasons in sorted(attempts.items(), key=lambda one: one[0] or 0)
        if pk in campaigns
    ]
    findings = [finding for finding in found if finding is not None]
    return Found(findings=findings[:MOST], is_complete=len(findings) <= MOST)


def _attempts(rule: AlertRule, now: datetime) -> dict[int | None, Reasons]:
    since = now - timedelta(minutes=rule.minutes or 0)
    rows = reports.parts().filter(redeemed_at__gte=since, redeemed_at__lt=now)
    if rule.scope != AlertRule.Scope.PROJECT:
        rows = rows.filter(campaign__in=alert_scopes.all_of(rule))
    grouped = rows.order_by().values("campaign", "failure_code").annotate(number=Count("pk"))
    found: dict[int | None, Reasons] = {}
    for row in grouped:
        found.setdefault(row["campaign"], Counter())[row["failure_code"]] += row["number"]
    return found


def _finding(
    rule: AlertRule, known: Mapping[str, Alert], reasons: Reasons, campaign: Campaign | None = None
) -> Finding | None:
    subject = alert_scopes.subject_of(campaign) if campaign else alert_scopes.EVERYTHING
    wanted = set(rule.reasons)
    refused = {key: number for key, number in reasons.items() if key and (not wanted or key in wanted)}
    part, whole = sum(refused.values()), reasons.total()
    if not alert_math.is_many(
        part, whole, share=rule.share or 0, least=rule.number or 0, was=subject in known
    ):
        return None
    ordered = sorted(refused.items(), key=lambda one: (-one[1], one[0]))
    figures = {
        "name": campaign.name if campaign else alert_scopes.name_of(rule),
        "campaign_id": campaign.public_id if campaign else None,
        "refused": part,
        "attempts": whole,
        "minutes": rule.minutes,
        "reasons": [{"reason": key, "number": number} for key, number in ordered[:_SHOWN_REASONS]],
    }
    return Finding(subject=subject, campaign_id=campaign.pk if campaign else None, figures=figures)
