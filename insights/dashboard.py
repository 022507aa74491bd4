"""The overview: what runs, what it brought, what is refused, what comes, and whether the house is well.

A fixed number of queries, however much there is: numbers come from `promotions.reports`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from core import health, project
from core.health import Check
from core.services import audit_verification
from promotions import last_run, reports
from promotions.models import BudgetAlert, Redemption
from promotions.reports import Day, Milestone, Totals
from promotions.selectors import budgets

CHART_DAYS: Final = 30
AHEAD: Final = timedelta(days=14)
MOST_ALERTS: Final = 6
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """`week` is the last seven days up to now, `week_before` the seven days before them."""

    running: int
    today: Totals
    week: Totals
    week_before: Totals
    days: list[Day]
    refusals: list[tuple[str, int]]
    milestones: list[Milestone]
    latest: list[Redemption]
    budget_alerts: list[BudgetAlert]
    checks: list[Check]

    @property
    def is_new(self) -> bool:
        """Nothing was ever redeemed, nothing runs: a fresh installation."""
        return not self.running and not self.latest


def build(*, now: datetime) -> Dashboard:
    """Days are those of the current time zone."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return Dashboard(
        running=reports.running(now=now).count(),
        today=reports.totals(since=midnight, until=now),
        week=reports.totals(since=now - _WEEK, until=now),
        week_before=reports.totals(since=now - 2 * _WEEK, until=now - _WEEK),
        days=reports.by_day(last_day=midnight.date(), days=CHART_DAYS),
        refusals=reports.refusals(since=now - _WEEK),
        milestones=reports.milestones(since=now, until=now + AHEAD),
        latest=reports.latest(),
        budget_alerts=budgets.open_alerts(project.current(), now, most=MOST_ALERTS),
        checks=[*health.checks(now=now), _reconciliation(), _audit()],
    )


def _reconciliation() -> Check:
    """A shop whose counters are wrong still serves, so this is no part of `/readyz`."""
    last = last_run.read()
    return Check(name="reconciliation", ok=last is None or last.is_clean, detail={})


def _audit() -> Check:
    """What `verify_audit` found last. A shop whose log was touched still serves."""
    last = audit_verification.last()
    detail = {"checked_at": last.started_at if last else None}
    return Check(name="audit", ok=last is None or last.is_whole, detail=detail)
