"""What rules find, asked as the evaluation asks; and shops in which there is something to find."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from core.models import ApiKey, ChannelMinute
from insights.models import Alert, AlertRule
from insights.selectors.alert_findings import find
from insights.selectors.alert_findings.found import Finding
from promotions.models import Budget, BudgetAlert, BudgetCampaign, Campaign, Counter
from promotions.selectors.tallies import BUDGET
from tests.conftest import NOW
from tests.factories.alerts import redemptions
from tests.factories.budgets import BudgetFactory

MINUTE, HOUR, DAY, WEEK = (
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(weeks=1),
)
OLD = NOW - timedelta(days=100)


def found(asked: AlertRule, now: datetime = NOW, *, known: Any = ()) -> list[Finding]:
    alerts = {subject: Alert(rule=asked, subject=subject, figures=figures) for subject, figures in known}
    return list(find(asked, alerts, now).findings)


def subjects(asked: AlertRule, now: datetime = NOW, *, known: Any = ()) -> list[str]:
    return [one.subject for one in found(asked, now, known=known)]


def of(campaign: Campaign, more: str = "") -> str:
    return f"campaign:{campaign.public_id}{more}"


def spent(budget: Budget, used: int) -> None:
    Counter.objects.create(
        scope=Counter.Scope.BUDGET, scope_id=budget.pk, subject="", name=BUDGET, period="", value=used
    )


def reached(budget: Budget, threshold: int) -> None:
    BudgetAlert.objects.create(
        budget=budget, threshold=threshold, reached_at=NOW, used=threshold * 10, limit=1_000
    )


def budget_of(campaign: Campaign, **values: Any) -> Budget:
    budget = BudgetFactory(**{"limit": 1_000, **values})
    BudgetCampaign.objects.create(budget=budget, campaign=campaign)
    return budget


def usual(number: int, campaign: Campaign | None = None) -> None:
    """So many in the same two hours of each of the four weeks before, and one long ago."""
    redemptions(1, at=OLD, campaign=campaign)
    for ago in range(1, 5):
        redemptions(number, at=NOW - ago * WEEK - HOUR, campaign=campaign)


def calls(
    key: ApiKey,
    ago: timedelta,
    number: int,
    *,
    client: int = 0,
    server: int = 0,
    refused: int = 0,
    work: ChannelMinute.Work = ChannelMinute.Work.OTHER,
) -> None:
    ChannelMinute.objects.create(
        minute=NOW - ago, app_id=key.app_id, work=work, calls=number,
        client_errors=client, server_errors=server, refused=refused, took=[],
    )  # fmt: skip
