"""Mara watches a campaign: figures and courses follow what is redeemed, without another load of the page."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from insights.selectors import metrics as figures
from insights.services import metric_rebuild, metrics
from promotions.models import Campaign
from tests.factories.promotions import CampaignFactory
from tests.insights.metric_shop import MetricShop
from tests.journeys.conftest import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PICTURES = os.environ.get("PERFORMANCE_PICTURES", "")
CHARTED = """() => {
    const chart = Chart.getChart("performance-attempts");
    return chart.data.datasets.at(-2).data.reduce((sum, one) => sum + one, 0);
}"""


def look(tab: Page, name: str) -> None:
    """Pictures for people, when somebody wants them."""
    if not PICTURES:
        return
    for dark in (False, True):
        tab.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", dark)
        for width in (1440, 390):
            tab.set_viewport_size({"width": width, "height": 900})
            path = Path(PICTURES) / f"{name}-{'dark' if dark else 'light'}-{width}.png"
            tab.screenshot(path=path, full_page=True)
    tab.evaluate("document.documentElement.classList.remove('dark')")
    tab.set_viewport_size({"width": 1440, "height": 900})


def test_mara_watches_a_campaign(tab: Page, marketer: User) -> None:
    shop = MetricShop(1, timezone.now() - timedelta(hours=30))
    shop.open()
    while shop.now < timezone.now() - timedelta(hours=1, minutes=15):
        shop.happen()
    metric_rebuild.catch_up(now=timezone.now())
    spring = Campaign.objects.get(name="Spring")
    before = metrics_of(spring)

    sign_in(tab, at=f"/admin/promotions/campaign/{spring.pk}/change/")
    tab.locator(".fanfare-menu summary", has_text="See").click()
    tab.get_by_role("link", name="Performance").click()
    tile = tab.locator(".fanfare-fact", has_text="Redemptions").locator("dd").first
    expect(tile).to_have_text(f"{before:,}")
    assert tab.evaluate(CHARTED) == before
    look(tab, "performance")

    shop.now = timezone.now()
    shop.ask(["S1"], "the-newest", "anna")
    metrics.follow(now=timezone.now())
    tab.evaluate("window.stayed = true; document.dispatchEvent(new Event('visibilitychange'))")
    expect(tile).to_have_text(f"{before + 1:,}")
    assert tab.evaluate(CHARTED) == before + 1
    assert tab.evaluate("window.stayed") is True

    tab.get_by_label("Hold the figures").check()
    shop.ask(["S1"], "newer-still", "anna")
    metrics.follow(now=timezone.now())
    tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(tile).to_have_text(f"{before + 1:,}")

    tab.get_by_label("Days").select_option("own")
    tab.get_by_role("button", name="Show", exact=True).click()
    expect(tab.get_by_text("Choose the first day.")).to_be_visible()
    look(tab, "performance-question")

    alone = CampaignFactory(name="Alone")
    tab.goto(f"/admin/insights/performance/{alone.pk}/")
    expect(tab.get_by_text("Nothing to see yet")).to_be_visible()
    look(tab, "performance-empty")


def metrics_of(campaign: Campaign) -> int:
    return figures.totals(campaign=campaign).redemptions
