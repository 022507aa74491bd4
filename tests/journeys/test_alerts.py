"""A marketer makes a rule without code, hears of what it finds, puts it off, looks at it; then it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from insights.models import Alert, AlertRule
from insights.services import alert_evaluation
from tests.factories.alerts import redemptions
from tests.factories.promotions import CampaignFactory
from tests.journeys.conftest import person, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

RULES, ALERTS = "/admin/insights/alertrule/", "/admin/insights/alert/"


def look(after: timedelta = timedelta()) -> None:
    alert_evaluation.evaluate(now=timezone.now() + after)


def test_from_the_rule_to_the_end_of_the_alert(tab: Page) -> None:
    campaign = CampaignFactory(name="Spring sale")
    person("mara", "Marketer")
    sign_in(tab, "mara", at=RULES)

    tab.goto(f"{RULES}add/")
    tab.fill("#id_name", "Spring is refused")
    tab.select_option("#id_kind", "REFUSALS")
    expect(tab.locator("#id_refusals_minutes")).to_be_visible()
    expect(tab.locator("#id_rate_hours")).to_be_hidden()
    tab.fill("#id_refusals_number", "5")
    tab.select_option("#id_scope", "CAMPAIGN")
    tab.locator(".field-campaign .select2-selection").click()
    tab.locator(".select2-search__field").first.press_sequentially("spring", delay=20)
    tab.locator(".select2-results__option", has_text="Spring sale").click()
    tab.get_by_label("Marketer", exact=True).check()
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("was added successfully")).to_be_visible()
    rule = AlertRule.objects.get(name="Spring is refused")
    assert (rule.kind, rule.number, rule.share, rule.minutes) == ("REFUSALS", 5, 50, 30)
    assert (rule.campaign, rule.groups) == (campaign, ["Marketer"])

    redemptions(6, at=timezone.now() - timedelta(minutes=1), campaign=campaign, refused="voucher_expired")
    look()
    tab.goto("/admin/notifications/")
    tab.get_by_role("button", name="Spring sale: 100 % of redemptions are refused").click()
    expect(tab.get_by_role("heading", name="What to do")).to_be_visible()
    expect(tab.get_by_text("6 of 6 attempts in the last 30 minutes").first).to_be_visible()

    tab.get_by_role("link", name="Put off").click()
    tab.get_by_label("For four hours").check()
    tab.locator("#modal-content").get_by_role("button", name="Put off").click()
    expect(tab.get_by_text("Put off until").first).to_be_visible()
    assert Alert.objects.get(rule=rule).state == "SNOOZED"

    tab.get_by_role("link", name="I look at it").click()
    tab.locator("#modal-content textarea").fill("The end date was wrong.")
    tab.locator("#modal-content").get_by_role("button", name="I look at it").click()
    expect(tab.get_by_text("The end date was wrong.").first).to_be_visible()

    tab.get_by_role("link", name="Mute the rule").click()
    tab.locator("#modal-content").get_by_role("button", name="Mute").click()
    expect(tab.get_by_text("is muted until").first).to_be_visible()
    rule.refresh_from_db()
    assert rule.muted_until is not None

    look(timedelta(minutes=40))
    look(timedelta(minutes=51))
    tab.goto(ALERTS)
    expect(tab.get_by_text("Spring sale: 100 % of redemptions are refused")).to_be_visible()
    assert Alert.objects.get(rule=rule).is_over
