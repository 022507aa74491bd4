"""What readers get: days and weeks of the project's clock, shares, and only what is in reach."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import places
from core.models import ProjectSettings
from insights.figures import Totals
from insights.models import MetricHour, RefusalHour
from insights.selectors import metrics
from promotions.models import Campaign, ValidationTally
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture
def campaign(db: None) -> Campaign:
    ProjectSettings.objects.update(time_zone="Europe/Warsaw")
    made: Campaign = CampaignFactory(name="Spring")
    return made


def hour(campaign: Campaign | None, at: datetime, channel: str = "web", store: str = "", **sums: int) -> None:
    MetricHour.objects.create(campaign=campaign, hour=at, channel=channel, store=store, **sums)


def local(day: int, of_day: int) -> datetime:
    return datetime(2026, 3, day, of_day, tzinfo=WARSAW).astimezone(UTC)


def test_days_are_those_of_the_project(campaign: Campaign) -> None:
    """The 29th has 23 hours: the clock goes forward."""
    for day, of_day, redemptions in ((28, 23, 1), (29, 0, 2), (29, 23, 4), (30, 0, 8)):
        hour(campaign, local(day, of_day), redemptions=redemptions)
    ValidationTally.objects.create(campaign=campaign, day=datetime(2026, 3, 29).date(), succeeded=5, failed=1)  # noqa: DTZ001

    found = metrics.by_day(campaign=campaign, since=local(28, 0), until=local(31, 0))

    assert [(point.at.date().day, point.totals.redemptions) for point in found] == [(28, 1), (29, 6), (30, 8)]
    assert (found[1].totals.validations, found[1].totals.failed_validations) == (5, 1)
    assert len(metrics.by_hour(campaign=campaign, since=local(29, 0), until=local(30, 0))) == 23


def test_the_usual_is_the_same_hours_of_the_weeks_before(campaign: Campaign) -> None:
    """By the clock on the wall, also across its change; weeks of before the campaign are none."""
    for week, redemptions in ((1, 10), (2, 30)):
        hour(campaign, local(30, 9) - timedelta(weeks=week) + timedelta(hours=1), redemptions=redemptions)
    hour(campaign, local(30, 9), redemptions=99)

    found = metrics.usual(campaign=campaign, since=local(30, 9), until=local(30, 10))
    by_campaign = metrics.usual_by_campaign(since=local(30, 9), until=local(30, 10))

    assert found.redemptions == [10, 30]
    assert found.median_redemptions == 10
    assert by_campaign[campaign.pk].redemptions == [10, 30]
    assert metrics.totals_by_campaign(since=local(30, 9), until=local(30, 10))[campaign.pk].redemptions == 99


def test_margin_is_nothing_where_no_cost_is_known() -> None:
    assert Totals(orders=3, revenue_amount=900).margin_amount is None
    known = Totals(orders=3, revenue_amount=900, costed_orders=1, costed_revenue_amount=300, cost_amount=350)
    assert known.margin_amount == -50


def test_shares_and_refusals_come_with_the_biggest_first(campaign: Campaign) -> None:
    hour(campaign, local(1, 9), channel="web", redemptions=2, discount_amount=200)
    hour(campaign, local(1, 10), channel="web", store="oslo", refusals=1)
    hour(campaign, local(1, 9), channel="till", redemptions=4)
    for code, number in (("voucher_expired", 2), ("voucher_disabled", 5)):
        RefusalHour.objects.create(
            campaign=campaign, hour=local(1, 9), channel="web", failure_code=code, refusals=number
        )

    channels = metrics.by_channel(campaign=campaign)
    stores = metrics.by_store(campaign=campaign)

    assert [(one.key, one.totals.attempts) for one in channels] == [("till", 4), ("web", 3)]
    assert [(one.key, one.totals.attempts) for one in stores] == [("", 6), ("oslo", 1)]
    assert metrics.refusals(campaign=campaign) == [("voucher_disabled", 5), ("voucher_expired", 2)]
    assert metrics.refusals(campaign=campaign, since=local(2, 0)) == []


def test_who_is_limited_to_places_sees_his_campaigns_only(campaign: Campaign) -> None:
    mine = CampaignFactory(name="Mine")
    Campaign.objects.filter(pk=mine.pk).update(places=["area:ar_1"])
    mine.refresh_from_db()
    hour(campaign, local(1, 9), redemptions=1)
    hour(mine, local(1, 9), redemptions=2)
    hour(None, local(1, 9), redemptions=3)

    with places.limited_to(frozenset({"area:ar_1"})):
        found = (
            metrics.totals().redemptions,
            metrics.totals(campaign=mine).redemptions,
            metrics.totals(campaign=campaign).redemptions,
            list(metrics.totals_by_campaign(since=local(1, 0), until=local(2, 0))),
        )

    assert found == (2, 2, 0, [mine.pk])
    assert metrics.totals().redemptions == 3
