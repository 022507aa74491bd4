from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from commerce.selectors.order_shapes import OrderSpec
from core import project
from core.actors import Actor
from core.models import ProjectSettings
from promotions.budget_forecast import Outlook
from promotions.models import Budget, BudgetAlert, BudgetPlan, Campaign, Redemption
from promotions.redeemables import Requested
from promotions.selectors import budget_outlook, budgets
from promotions.selectors.budgets import Standing
from promotions.services import redemptions, rollbacks
from promotions.services.rollbacks import RollbackSpec
from promotions.services.validations import DecisionSpec
from tests.conftest import NOW
from tests.factories.budgets import BudgetFactory, CounterFactory, draw
from tests.factories.promotions import CampaignFactory, VoucherFactory, amount

SYSTEM = Actor.system("tests")
TODAY = NOW.date()  # Tuesday, 10 March 2026


@pytest.fixture
def settings(settings_row: ProjectSettings) -> ProjectSettings:
    return project.current()


@pytest.fixture
def campaign(db: None) -> Campaign:
    """20.00 off with the code TWENTY."""
    campaign = CampaignFactory(discount=amount(2_000))
    VoucherFactory(code="TWENTY", campaign=campaign)
    return campaign


def redeem(at: datetime, *, code: str = "TWENTY", channel: str = "API") -> Redemption:
    spec = DecisionSpec(
        redeemables=(Requested(object="voucher", id=code),), order=OrderSpec(amount=10_000, metadata={})
    )
    actor = Actor(kind=SYSTEM.kind, id="shop", label="shop", role=SYSTEM.role, channel=channel)
    return redemptions.redeem(spec=spec, actor=actor, now=at).redemptions[0]


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def test_the_forecast_follows_from_what_was_redeemed(campaign: Campaign, settings: ProjectSettings) -> None:
    budget = BudgetFactory(limit=20_000)
    draw(budget, campaign)
    for days in (4, 3, 2, 1):
        redeem(ago(days))

    (found,) = budget_outlook.outlooks([budget], settings, NOW).values()

    assert found.fullest.standing == Standing(used=8_000, limit=20_000)
    assert found.fullest.counters == 1
    assert found.forecast is not None
    # 120.00 are left, 20.00 a day: six days, today is the first.
    assert (found.forecast.outlook, found.forecast.runs_out_on) == (Outlook.RUNS_OUT, date(2026, 3, 15))


def test_what_was_taken_back_leaves_the_day_it_was_used_on(
    campaign: Campaign, settings: ProjectSettings
) -> None:
    budget = BudgetFactory()
    draw(budget, campaign)
    redeem(ago(2))
    second = redeem(ago(2))
    redeem(ago(1))
    rollbacks.roll_back(
        redemption_id=second.public_id, spec=RollbackSpec(reason=""), actor=SYSTEM, now=NOW, stacked=False
    )

    spent = budgets.spent_by_day([budget], settings, TODAY - timedelta(days=9))

    assert spent == {(budget.pk, ""): {date(2026, 3, 8): 2_000, date(2026, 3, 9): 2_000}}
    (drawn,) = budgets.drawn_by_campaign(budget, settings, NOW)
    assert (drawn.campaign_id, drawn.amount, drawn.redemptions) == (campaign.pk, 4_000, 2)


def test_days_are_those_of_the_project(campaign: Campaign, settings: ProjectSettings) -> None:
    ProjectSettings.objects.update(time_zone="Europe/Warsaw")
    budget = BudgetFactory()
    draw(budget, campaign)
    redeem(datetime(2026, 3, 8, 23, 30, tzinfo=UTC))  # half past midnight on the 9th

    spent = budgets.spent_by_day([budget], project.current(), TODAY - timedelta(days=9))

    assert spent == {(budget.pk, ""): {date(2026, 3, 9): 2_000}}


def test_each_channel_has_a_forecast_of_its_own(campaign: Campaign, settings: ProjectSettings) -> None:
    budget = BudgetFactory(limit=10_000, per=Budget.Per.CHANNEL)
    draw(budget, campaign)
    for days in (4, 3, 2, 1):
        redeem(ago(days), channel="web")
    redeem(ago(1), channel="mobile")

    standings = budgets.standings(budget, settings, NOW, most=9)
    forecasts = budget_outlook.forecasts(budget, standings, settings, NOW)

    assert [(found.subject, found.used) for found in standings] == [
        ("channel:web", 8_000),
        ("channel:mobile", 2_000),
    ]
    assert [found.outlook for found in forecasts] == [Outlook.RUNS_OUT, Outlook.UNKNOWN]
    (listed,) = budget_outlook.outlooks([budget], settings, NOW).values()
    assert (listed.fullest.standing.subject, listed.fullest.counters) == ("channel:web", 2)


def test_a_monthly_budget_lasts_until_the_month_ends(campaign: Campaign, settings: ProjectSettings) -> None:
    budget = BudgetFactory(limit=60_000, period=Budget.Period.MONTH)
    draw(budget, campaign)
    for days in (20, 3, 2, 1):
        redeem(ago(days))

    (found,) = budget_outlook.outlooks([budget], settings, NOW).values()

    # What February took is gone from the counter, and still says how spending goes.
    assert found.fullest.standing == Standing(period="2026-03-01", used=6_000, limit=60_000)
    assert found.forecast is not None
    assert found.forecast.outlook == Outlook.LASTS
    assert found.forecast.per_day == 400


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("EVER", "", None),
        ("DAY", "2026-03-10", date(2026, 3, 10)),
        ("WEEK", "2026-03-09", date(2026, 3, 15)),
        ("MONTH", "2026-03-01", date(2026, 3, 31)),
    ],
)
def test_the_running_period(settings: ProjectSettings, period: str, first: str, last: date | None) -> None:
    assert budgets.period_of(period, settings, NOW) == first
    assert budgets.last_day(period, settings, NOW) == last


def test_the_course_of_a_plan(campaign: Campaign, settings: ProjectSettings) -> None:
    budget = BudgetFactory(limit=10_000, starts_on=date(2026, 3, 8), ends_on=date(2026, 3, 12))
    draw(budget, campaign)
    redeem(ago(5))
    redeem(ago(1))

    found = budget_outlook.course(budget, settings, NOW)

    assert [day.day for day in found.days[:5]] == [8, 9, 10, 11, 12]
    assert found.actual == [2_000, 4_000, 4_000]
    assert found.plan is not None
    assert found.plan[:6] == [2_000, 4_000, 6_000, 8_000, 10_000, 10_000]
    assert found.limit == 10_000


@pytest.mark.parametrize(
    ("terms", "months", "expected"),
    [
        ({}, {}, None),
        ({"period": "MONTH"}, {}, (32, 322)),
        ({"period": "MONTH"}, {date(2026, 3, 1): 3_100}, (100, 1_000)),
        ({"period": "MONTH", "per": "STORE"}, {}, None),
        ({"period": "MONTH", "per": "STORE"}, {date(2026, 3, 1): 3_100}, (100, 1_000)),
        ({}, {date(2026, 3, 1): 3_100, date(2026, 4, 1): 1}, (100, 1_000)),
    ],
)
def test_where_the_plan_comes_from(
    settings: ProjectSettings,
    terms: dict[str, Any],
    months: dict[date, int],
    expected: tuple[int, int] | None,
) -> None:
    budget = BudgetFactory(limit=1_000, **terms)
    for month, planned in months.items():
        BudgetPlan.objects.create(budget=budget, month=month, amount=planned)

    found = budget_outlook.course(budget, settings, NOW)

    if expected is None:
        assert found.plan is None
    else:
        assert found.plan is not None
        by_day = dict(zip(found.days, found.plan, strict=True))
        assert (by_day[date(2026, 3, 1)], by_day[date(2026, 3, 10)]) == expected


def test_a_long_budget_shows_the_days_around_today(settings: ProjectSettings) -> None:
    budget = BudgetFactory(starts_on=date(2020, 1, 1), ends_on=date(2035, 12, 31))
    CounterFactory(budget=budget, value=500)

    found = budget_outlook.course(budget, settings, NOW)

    assert len(found.days) <= 402
    assert TODAY in found.days
    assert set(found.actual) == {500}
    assert found.plan is not None
    assert found.plan[0] > 0


def alert(budget: Budget, threshold: int, subject: str = "", period: str = "") -> None:
    BudgetAlert.objects.create(
        budget=budget,
        threshold=threshold,
        subject=subject,
        period=period,
        reached_at=NOW,
        used=1,
        limit=1,
    )


def test_open_alerts_are_the_highest_of_what_runs(settings: ProjectSettings) -> None:
    forever, monthly = BudgetFactory(), BudgetFactory(period=Budget.Period.MONTH, per=Budget.Per.STORE)
    for threshold in (50, 80, 95):
        alert(forever, threshold)
    alert(monthly, 100, "store:a", "2026-02-01")
    alert(monthly, 50, "store:a", "2026-03-01")
    alert(monthly, 100, "store:b", "2026-03-01")
    alert(BudgetFactory(is_active=False), 100)
    alert(BudgetFactory(deleted_at=NOW), 100)
    alert(BudgetFactory(per=Budget.Per.CUSTOMER), 100, "customer:1")

    found = budgets.open_alerts(settings, NOW, most=9)

    assert [(one.budget_id, one.subject, one.threshold) for one in found] == [
        (monthly.pk, "store:b", 100),
        (forever.pk, "", 95),
        (monthly.pk, "store:a", 50),
    ]
    assert len(budgets.open_alerts(settings, NOW, most=2)) == 2
