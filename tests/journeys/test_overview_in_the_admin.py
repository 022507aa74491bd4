"""Whoever opens the overview sees whether all is well; it stays current by itself and keeps the focus."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from core import periodic
from core.models import Heartbeat, PeriodicRun
from promotions.models import Redemption
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.journeys.conftest import person, sign_in
from tests.journeys.working import worker

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def all_is_well() -> None:
    """Every process has reported just now, and every job has run."""
    now = timezone.now()
    for name in ("worker", "beat", "dispatcher", "webhooks"):
        Heartbeat.objects.update_or_create(name=name, defaults={"at": now + timedelta(minutes=5)})
    for job in periodic.jobs():
        PeriodicRun.objects.create(task=job.task, since=now, started_at=now, ended_at=now, succeeded_at=now)


def redeem(campaign: object) -> None:
    Redemption.objects.create(
        redeemed_at=timezone.now(),
        result="SUCCESS",
        status="SUCCEEDED",
        related_object_type="voucher",
        voucher=VoucherFactory(campaign=campaign),
        campaign=campaign,
        customer=CustomerFactory(),
        discount_amount=500,
    )


def test_the_overview_stays_current_and_leads_to_what_is_wrong(tab: Page) -> None:
    person("olga", "Administrator")
    all_is_well()
    campaign = CampaignFactory(name="Spring sale")
    redeem(campaign)

    sign_in(tab, "olga")
    expect(tab.get_by_role("status").filter(has_text="All is well")).to_be_visible()
    live = tab.get_by_role("link", name="Spring sale").first
    live.focus()

    redeem(campaign)
    failing = PeriodicRun.objects.get(task="core.tasks.seal_audit")
    PeriodicRun.objects.filter(pk=failing.pk).update(failures=3, error="ValueError: planted")
    tab.evaluate("document.querySelector('[data-live]').dispatchEvent(new Event('live:look'))")

    expect(tab.get_by_text("1 thing is wrong")).to_be_visible()
    expect(tab.get_by_text("2 today, 10.00")).to_be_visible()
    expect(tab.get_by_role("link", name="Spring sale").first).to_be_focused()

    tab.get_by_role("link", name="Periodic work fails: Seal what must stay as it is").click()
    expect(tab.get_by_text("ValueError: planted")).to_be_visible()
    with worker():
        tab.get_by_role("link", name="Run now").click()
        tab.get_by_role("button", name="Run now").click()
        expect(tab.get_by_text("A worker runs it as soon as one is free")).to_be_visible()
