"""Budgets that run low, and budgets that will not be used up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core import project
from core.instants import format_instant
from insights import alert_math
from insights.models import Alert, AlertRule
from insights.selectors import alert_scopes
from insights.selectors.alert_findings.found import MOST, Finding, Found
from promotions.models import Budget, BudgetAlert, BudgetCampaign
from promotions.selectors import budgets


def running_low(rule: AlertRule, known: Mapping[str, Alert], now: datetime) -> Found:
    """The thresholds that budgets themselves noted (`BudgetAlert`): the highest of each running counter."""
    rows = budgets.open_alerts(project.current(), now, most=MOST)
    reached = [row for row in rows if row.threshold >= (rule.share or 0)]
    draws = _draws({row.budget_id for row in reached}, rule)
    findings = [
        Finding(
            subject=f"budget:{row.budget.public_id}:{row.period}:{row.subject}",
            campaign_id=only[0] if len(only := draws[row.budget_id]) == 1 else None,
            level=row.threshold,
            figures=_reached(row),
        )
        for row in reached
        if row.budget_id in draws
    ]
    return Found(findings=findings, is_complete=len(rows) < MOST)


def _draws(budget_ids: set[int], rule: AlertRule) -> dict[int, list[int]]:
    """The campaigns of each budget on which a campaign within the scope draws."""
    rows = BudgetCampaign.objects.filter(budget__in=budget_ids, campaign__deleted_at=None)
    found: dict[int, list[int]] = {pk: [] for pk in budget_ids}
    for budget_id, campaign_id in rows.order_by("pk").values_list("budget", "campaign"):
        found[budget_id].append(campaign_id)
    if rule.scope == AlertRule.Scope.PROJECT:
        return found
    every = {campaign for campaigns in found.values() for campaign in campaigns}
    covered = alert_scopes.all_of(rule).filter(pk__in=every)
    within = set(covered.values_list("pk", flat=True))
    return {pk: campaigns for pk, campaigns in found.items() if within & set(campaigns)}


def _reached(row: BudgetAlert) -> dict[str, Any]:
    return {
        **_of_budget(row.budget),
        "used": row.used,
        "threshold": row.threshold,
        "limit": row.limit,
        "whose": row.subject,
        "period": row.period,
        "reached_at": format_instant(row.reached_at),
    }


def left_at_the_end(rule: AlertRule, known: Mapping[str, Alert], now: datetime) -> Found:
    """Running campaigns that end within the rule's days while enough of a budget is left.

    Only of budgets for everybody together that are not renewed: of others, what is left is not lost.
    """
    ending = alert_scopes.running(rule, now).filter(ends_at__lte=now + timedelta(days=rule.days or 0))
    rows = (
        BudgetCampaign.objects.filter(
            campaign__in=ending,
            budget__in=budgets.present().filter(
                is_active=True, period=Budget.Period.EVER, per=Budget.Per.TOTAL, limit__gt=0
            ),
        )
        .select_related("budget", "campaign")
        .order_by("campaign__ends_at", "pk")
    )
    draws = list(rows[:MOST])
    full = budgets.fullest([draw.budget for draw in draws], project.current(), now)
    findings = []
    for draw in draws:
        campaign, standing = draw.campaign, full[draw.budget_id].standing
        subject = f"{alert_scopes.subject_of(campaign)}:{draw.budget.public_id}"
        was = subject in known
        if alert_math.is_many(standing.left, standing.limit, share=rule.share or 0, least=1, was=was):
            figures = {
                **_of_budget(draw.budget),
                "campaign": campaign.name,
                "campaign_id": campaign.public_id,
                "ends_at": format_instant(campaign.ends_at) if campaign.ends_at else None,
                "left": standing.left,
                "limit": standing.limit,
            }
            findings.append(Finding(subject=subject, campaign_id=campaign.pk, figures=figures))
    return Found(findings=findings, is_complete=len(draws) < MOST)


def _of_budget(budget: Budget) -> dict[str, Any]:
    return {
        "budget": budget.name,
        "budget_id": budget.public_id,
        "measure": budget.measure,
        "renewed": budget.period,
    }
