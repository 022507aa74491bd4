from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from promotions import reports
from promotions.models import Campaign, Redemption
from promotions.reports import Totals
from tests.factories.commerce import OrderFactory
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db


def attempt(at: datetime, **values: Any) -> Redemption:
    defaults = {"result": "SUCCESS", "status": "SUCCEEDED", "related_object_type": "voucher"}
    return Redemption.objects.create(redeemed_at=at, **{**defaults, **values})


def refused(at: datetime, code: str) -> Redemption:
    return attempt(at, result="FAILURE", status="FAILED", failure_code=code)


def test_totals_count_each_redeemable_and_each_order_once(now: datetime) -> None:
    order = OrderFactory(amount=9000)
    parent = attempt(now, related_object_type="redemption", order=order, discount_amount=300)
    attempt(now, order=order, parent=parent, discount_amount=100)
    attempt(now, order=order, parent=parent, discount_amount=200)
    attempt(now, status="ROLLED_BACK", discount_amount=50, order=OrderFactory())
    refused(now, "voucher_expired")
    attempt(now + timedelta(hours=1), discount_amount=9)

    found = reports.totals(since=now, until=now + timedelta(hours=1))

    assert found == Totals(redemptions=2, refusals=1, discount=300, orders=1, revenue=9000)


def test_days_are_those_of_the_time_zone_and_have_no_gaps(now: datetime) -> None:
    attempt(datetime.fromisoformat("2026-03-09T23:30:00+00:00"), discount_amount=100)

    with timezone.override("Europe/Warsaw"):
        days = reports.by_day(last_day=date(2026, 3, 11), days=3)

    assert [(day.date.day, day.redemptions, day.discount) for day in days] == [
        (9, 0, 0),
        (10, 1, 100),
        (11, 0, 0),
    ]


def test_refusals_by_reason_most_frequent_first(now: datetime) -> None:
    for code in ("voucher_expired", "quantity_exceeded", "quantity_exceeded"):
        refused(now, code)
    refused(now - timedelta(days=1), "voucher_disabled")

    assert reports.refusals(since=now) == [("quantity_exceeded", 2), ("voucher_expired", 1)]


def test_running_means_enabled_and_within_its_dates(now: datetime) -> None:
    day = timedelta(days=1)
    always = CampaignFactory()
    CampaignFactory(starts_at=now + day)
    CampaignFactory(ends_at=now)
    CampaignFactory(is_active=False)
    CampaignFactory(deleted_at=now)
    started = CampaignFactory(starts_at=now, ends_at=now + day)

    assert set(reports.running(now=now)) == {always, started}


def test_milestones_come_in_order(now: datetime) -> None:
    day = timedelta(days=1)
    ending = CampaignFactory(starts_at=now - day, ends_at=now + 3 * day)
    starting = CampaignFactory(starts_at=now + day, ends_at=now + 30 * day)

    found = reports.milestones(since=now, until=now + 14 * day)

    assert [(m.campaign, m.is_start) for m in found] == [(starting, True), (ending, False)]


def test_results_of_campaigns_come_with_the_list(now: datetime) -> None:
    used, unused = CampaignFactory.create_batch(2)
    attempt(now, campaign=used, discount_amount=100)
    attempt(now, campaign=used, discount_amount=50, status="ROLLED_BACK")

    rows = reports.with_results(Campaign.objects.order_by("pk"))

    assert [(row, row.redeemed, row.discount_given) for row in rows] == [(used, 1, 100), (unused, 0, 0)]
    assert reports.of_campaign(used) == Totals(redemptions=1, discount=100)
