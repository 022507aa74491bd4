"""A marketer plans a change of a live campaign, withdraws it, and goes back to an earlier version."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from approvals.models import ApprovalRequest
from core.actors import Actor
from promotions.models import Campaign
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.factories.promotions import percent
from tests.journeys.conftest import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def campaign(marketer: User) -> Campaign:
    """Of 10 %, since an hour of 50 %."""
    actor, now = Actor.system("shop"), timezone.now()
    spec = CampaignSpec(values={"name": "Spring sale", "discount": percent(10)})
    made = campaigns.create(spec=spec, actor=actor, now=now - timedelta(hours=2))
    deeper = CampaignSpec(values={"discount": percent(50)}, metadata={"team": "Growth"})
    return campaigns.update(campaign_id=made.pk, spec=deeper, actor=actor, now=now - timedelta(hours=1))


def test_a_change_for_later_and_the_way_back(tab: Page, campaign: Campaign) -> None:
    sign_in(tab, at=f"/admin/promotions/campaign/{campaign.pk}/change/")
    at = timezone.localtime(timezone.now() + timedelta(days=2))

    tab.fill("#id_percent_off", "20")
    tab.fill("#id_takes_effect_0", at.strftime("%Y-%m-%d"))
    tab.fill("#id_takes_effect_1", "10:00:00")
    tab.click("[name=_save]")

    expect(tab.get_by_text("Nothing is changed yet.")).to_be_visible()
    waiting = tab.locator("#waiting-group")
    expect(waiting.get_by_text("becomes 20 % off the order")).to_be_visible()
    assert Campaign.objects.get().discount == percent(50)

    waiting.get_by_role("button", name="Withdraw").click()
    dialog = tab.locator("#dialog")
    expect(dialog.get_by_text("Withdraw this change?")).to_be_visible()
    dialog.get_by_role("button", name="Withdraw").click()
    expect(tab.get_by_text("The change is withdrawn.")).to_be_visible()
    assert ApprovalRequest.objects.get().state == ApprovalRequest.State.WITHDRAWN

    tab.locator(".fanfare-tabs").get_by_role("link", name="Versions").click()
    tab.get_by_role("button", name="Go back to this version").click()
    expect(dialog.get_by_text("50 % off the order → 10 % off the order")).to_be_visible()
    dialog.get_by_role("button", name="Go back", exact=True).click()

    expect(tab.get_by_text("Spring sale is as in version 1 again.")).to_be_visible()
    assert Campaign.objects.get().discount == percent(10)
