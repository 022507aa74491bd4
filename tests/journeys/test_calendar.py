"""The calendar in a browser: zoom, lanes, filters, keyboard, details, saved views, the same as a table."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.models import ProjectSettings
from promotions.models import Campaign
from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory
from tests.journeys import axe
from tests.journeys.conftest import person, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def script() -> str:
    return axe.installed()


@pytest.fixture
def today(transactional_db: None) -> datetime:
    """Midnight of today, in the middle of what the page of this month shows."""
    ProjectSettings.objects.update(time_zone="UTC")
    person("mara", "Administrator")
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)


def plan(today: datetime) -> Campaign:
    """Three campaigns in two categories; one has tiers. Returns that one."""
    seasonal, always = CategoryFactory(name="Seasonal"), CategoryFactory(name="Always on")
    CampaignFactory(name="Welcome", category=always)
    CampaignFactory(
        name="Spring sale", category=seasonal, starts_at=today, ends_at=today + timedelta(hours=30)
    )
    offers = CampaignFactory(name="Offers", category=seasonal, promotion=True, starts_at=today)
    PromotionTierFactory(campaign=offers, name="Weekend treat", days_of_week=[0, 6])
    PromotionTierFactory(campaign=offers, name="Three percent")
    return offers


def bars(tab: Page) -> list[str]:
    found: list[str] = tab.locator("#calendar-board .cal-bar").evaluate_all(
        "all => all.map(one => one.dataset.key)"
    )
    return sorted(found)


def lines(tab: Page) -> list[str]:
    found: list[str] = tab.locator(".cal-table tr[data-key]").evaluate_all(
        "all => all.map(one => one.dataset.key)"
    )
    return sorted(found)


def focused(tab: Page) -> str:
    found: str = tab.evaluate("document.activeElement.closest('.cal-bar')?.dataset.key ?? ''")
    return found


def test_a_marketer_finds_his_way_in_the_calendar(tab: Page, today: datetime) -> None:
    offers = plan(today)
    sign_in(tab)
    tab.get_by_role("link", name="Calendar", exact=True).click()
    expect(tab.locator(".cal-bar")).to_have_count(3)

    tab.get_by_role("link", name="2 tiers").click()
    expect(tab.locator(".cal-bar.cal-tier")).to_have_count(2)
    assert "tiers=" in tab.url
    with_tiers = bars(tab)

    tab.get_by_role("link", name="List", exact=True).click()
    expect(tab.locator(".cal-table tr[data-key]")).to_have_count(5)
    assert lines(tab) == with_tiers

    tab.get_by_role("link", name="Timeline", exact=True).click()
    for zoom in ("Week", "Day", "Quarter", "Month"):
        tab.get_by_role("link", name=zoom, exact=True).click()
        expect(tab.locator(f".cal-view-{zoom.lower()}")).to_be_visible()
        assert bars(tab) == with_tiers
    tab.go_back()
    expect(tab.locator(".cal-view-quarter")).to_be_visible()

    tab.locator("#calendar-lanes summary").click()
    tab.get_by_role("link", name="Kind of campaign").click()
    expect(tab.get_by_role("group", name="Discount coupons")).to_be_visible()

    tab.locator("#calendar-filters > summary").click()
    tab.get_by_label("Name or description").fill("offers")
    tab.get_by_role("button", name="Show", exact=True).click()
    expect(tab.locator(".cal-bar:not(.cal-tier)")).to_have_count(1)
    assert f"campaign:{offers.pk}" in bars(tab)
    tab.get_by_role("link", name="Take off the filter Name or description: offers").click()
    expect(tab.locator(".cal-bar:not(.cal-tier)")).to_have_count(3)


def test_the_calendar_by_keyboard(tab: Page, today: datetime) -> None:
    offers = plan(today)
    sign_in(tab, at="/admin/calendar/?view=month")
    first = tab.locator(".cal-bar .cal-open[tabindex='0']")
    expect(first).to_have_count(1)
    first.focus()

    seen = {focused(tab)}
    for _ in range(2):
        tab.keyboard.press("ArrowDown")
        seen.add(focused(tab))
    assert seen == set(bars(tab))
    tab.keyboard.press("ArrowUp")
    assert focused(tab) in seen

    tab.locator(f'.cal-bar[data-key="campaign:{offers.pk}"] .cal-open').focus()
    tab.keyboard.press("t")
    expect(tab.locator(".cal-bar.cal-tier")).to_have_count(2)
    expect(tab.locator(f'.cal-bar[data-key="campaign:{offers.pk}"] .cal-open')).to_be_focused()

    tab.keyboard.press("Enter")
    panel = tab.locator("#calendar-details")
    expect(panel.get_by_role("heading", name="Offers")).to_be_focused()
    expect(panel.get_by_role("link", name="Weekend treat")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert focused(tab) == f"campaign:{offers.pk}"

    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog", name="Keys")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("dialog", name="Keys")).to_be_hidden()
    before = tab.locator("#calendar-heading").inner_text()
    tab.keyboard.press(".")
    expect(tab.locator("#calendar-heading")).not_to_have_text(before)
    tab.keyboard.press("0")
    expect(tab.locator("#calendar-heading")).to_have_text(before)
    tab.locator(f'.cal-bar[data-key="campaign:{offers.pk}"] .cal-open').focus()
    tab.keyboard.press("m")
    expect(tab.locator("#calendar-move")).to_be_visible()


def test_a_view_is_kept_and_begun_with(tab: Page, today: datetime) -> None:
    plan(today)
    sign_in(tab)
    tab.goto("/admin/calendar/?view=week&lanes=type")
    tab.locator("#calendar-views > summary").click()
    tab.get_by_label("Keep what you see as").fill("Mornings")
    tab.locator(".cal-save").get_by_label("Begin with it").check()
    tab.get_by_role("button", name="Save the view").click()
    expect(tab.get_by_text("The view “Mornings” is saved.")).to_be_visible()

    tab.goto("/admin/calendar/")

    expect(tab.locator(".cal-view-week")).to_be_visible()
    expect(tab.locator("#calendar-views > summary")).to_contain_text("Mornings")
    expect(tab.locator("#calendar-lanes > summary")).to_contain_text("Kind of campaign")


def test_a_phone_shows_the_table_and_axe_finds_nothing(tab: Page, today: datetime, script: str) -> None:
    offers = plan(today)
    sign_in(tab)
    tab.goto(f"/admin/calendar/?view=month&tiers={offers.pk}")
    found = {"light": axe.findings(tab, script)}
    tab.emulate_media(color_scheme="dark")
    found["dark"] = axe.findings(tab, script)
    tab.emulate_media(color_scheme="light")
    tab.locator(".cal-open").first.click()
    expect(tab.locator("#calendar-details")).to_be_visible()
    found["details"] = axe.findings(tab, script)
    drawn = bars(tab)

    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(f"/admin/calendar/?view=month&tiers={offers.pk}")

    expect(tab.locator("#calendar-board")).to_be_hidden()
    expect(tab.locator(".cal-table")).to_be_visible()
    assert lines(tab) == drawn
    wide: int = tab.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    found["phone"] = axe.findings(tab, script)
    assert found == {name: [] for name in found}
