"""The overview: whether all is well, what runs, what it brings today, what comes, and what runs out.

A fixed number of queries, however much there is. What is said about it: `insights.admin.overview`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from commerce.models import Customer, Product
from core import health, periodic_standings, places, project
from core.health import Check
from core.models import ApiKey
from core.periodic_standings import Standing as JobStanding
from core.selectors import channels
from core.selectors.channels import Channel
from core.services import audit_verification
from insights.models import Alert
from insights.selectors import alerts, today
from insights.selectors.today import Numbers, Today
from promotions import last_run, reports
from promotions.budget_forecast import Forecast
from promotions.budget_words import NEAR
from promotions.models import Budget, Campaign, Redemption
from promotions.reports import Milestone
from promotions.selectors import budget_outlook, budgets
from promotions.selectors.budgets import Standing

AHEAD: Final = timedelta(days=7)
REFUSED_FOR: Final = timedelta(days=7)
RUNS_OUT_SOON: Final = timedelta(days=7)
MOST_LIVE: Final = 8
MOST_BUDGETS: Final = 6
MOST_REFUSALS: Final = 6
MOST_LATEST: Final = 8
_MOST_LOOKED_AT: Final = 1_000


@dataclass(frozen=True, kw_only=True)
class Live:
    """A campaign that runs, and what it did today."""

    campaign: Campaign
    today: Numbers


@dataclass(frozen=True, kw_only=True)
class AtRisk:
    """A budget that is used up, nearly so, or will be within days if it goes on like this."""

    budget: Budget
    standing: Standing
    forecast: Forecast | None

    @property
    def is_used_up(self) -> bool:
        return not self.standing.left

    @property
    def runs_out_on(self) -> date:
        """The last day there is, if it does not."""
        day = self.forecast.runs_out_on if self.forecast else None
        return day or date.max


@dataclass(frozen=True, kw_only=True)
class FirstSteps:
    """What a new installation has done already."""

    is_connected: bool
    has_data: bool
    has_campaign: bool
    is_live: bool
    is_redeemed: bool


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """`first_steps` only where nobody has redeemed anything yet. `is_whole` False: of somebody's areas only,
    which leaves the house itself out: `checks`, `jobs` and `channels` are empty.
    """

    today: Today
    running: int
    live: list[Live]
    milestones: list[Milestone]
    budgets: list[AtRisk]
    budgets_at_risk: int
    alerts: list[Alert]
    alerts_open: int
    refusals: list[tuple[str, int]]
    latest: list[Redemption]
    checks: list[Check]
    jobs: list[JobStanding]
    channels: list[Channel]
    first_steps: FirstSteps | None
    is_whole: bool


def build(*, now: datetime) -> Dashboard:
    is_whole = places.limit() is None
    of_today = today.today(now=now)
    live, running = _live(of_today, now)
    latest = reports.latest(most=MOST_LATEST)
    at_risk = _budgets_at_risk(now)
    return Dashboard(
        today=of_today,
        running=running,
        live=live,
        milestones=reports.milestones(since=now, until=now + AHEAD),
        budgets=at_risk[:MOST_BUDGETS],
        budgets_at_risk=len(at_risk),
        alerts=alerts.open_for(),
        alerts_open=alerts.numbers_open()[0],
        refusals=today.refusals(since=now - REFUSED_FOR, now=now, most=MOST_REFUSALS),
        latest=latest,
        checks=[*health.checks(now=now), _reconciliation(), _audit()] if is_whole else [],
        jobs=periodic_standings.standings(now=now) if is_whole else [],
        channels=channels.channels(now=now) if is_whole else [],
        first_steps=None if latest else _first_steps(running),
        is_whole=is_whole,
    )


def _live(of_today: Today, now: datetime) -> tuple[list[Live], int]:
    """The running campaigns that are used most today, then those that started last; and how many run."""
    running = reports.running(now=now)
    number = running.count()
    busiest = sorted(of_today.by_campaign, key=lambda pk: -of_today.by_campaign[pk].redemptions)
    found = list(running.filter(pk__in=busiest[: 4 * MOST_LIVE]))
    found.sort(key=lambda campaign: busiest.index(campaign.pk))
    found = found[:MOST_LIVE]
    rest = running.exclude(pk__in=[campaign.pk for campaign in found]).order_by("-starts_at", "-pk")
    found += rest[: MOST_LIVE - len(found)]
    return [
        Live(campaign=campaign, today=of_today.by_campaign.get(campaign.pk, Numbers())) for campaign in found
    ], number


def _budgets_at_risk(now: datetime) -> list[AtRisk]:
    """Used up first, then those that run out first. Those for each customer say nothing about tomorrow."""
    rows = list(
        budgets.present()
        .filter(is_active=True, draws__campaign__isnull=False, draws__campaign__deleted_at=None)
        .exclude(per=Budget.Per.CUSTOMER)
        .distinct()
        .order_by("-pk")[:_MOST_LOOKED_AT]
    )
    settings = project.current()
    outlooks = budget_outlook.outlooks(rows, settings, now) if rows else {}
    found = [
        AtRisk(
            budget=budget,
            standing=outlooks[budget.pk].fullest.standing,
            forecast=outlooks[budget.pk].forecast,
        )
        for budget in rows
    ]
    soon = budget_outlook.today_of(settings, now) + RUNS_OUT_SOON
    risky = [one for one in found if one.standing.taken >= NEAR or one.runs_out_on <= soon]
    return sorted(risky, key=lambda one: (not one.is_used_up, one.runs_out_on, -one.standing.taken))


def _first_steps(running: int) -> FirstSteps:
    return FirstSteps(
        is_connected=ApiKey.objects.filter(last_used_at__isnull=False).exists(),
        has_data=Product.objects.exists() or Customer.objects.exists(),
        has_campaign=Campaign.objects.filter(deleted_at=None).exists(),
        is_live=running > 0,
        is_redeemed=False,
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
