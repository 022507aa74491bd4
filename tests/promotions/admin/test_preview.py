"""The fragment on the pages of campaigns and tiers."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from core.models import AuditEntry
from promotions.admin.wizard import answers
from promotions.models import Campaign
from promotions.plans import PromotionPlan, TierPlan
from promotions.services import setup_notes
from tests.factories.commerce import OrderFactory, OrderItemFactory, ProductFactory
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, percent

URL = "/admin/promotions/preview/"


@pytest.fixture
def look(admin_page: Client) -> Callable[..., Any]:
    def send(**question: Any) -> Any:
        answer = admin_page.get(URL, question)
        answer.said = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))
        return answer

    return send


@pytest.fixture
def campaign(db: None) -> Campaign:
    mug = ProductFactory(name="Mug", price=1_000)
    OrderItemFactory(order=OrderFactory(amount=2_000), product=mug, quantity=2)
    campaign: Campaign = CampaignFactory(promotion=True, name="Spring")
    PromotionTierFactory(campaign=campaign, name="Ten off")
    return campaign


def test_a_campaign_is_told_as_a_promise_with_baskets(look: Callable[..., Any], campaign: Campaign) -> None:
    answer = look(campaign=campaign.pk)

    assert answer.status_code == 200
    assert "Everybody gets 10 % off the order." in answer.said
    assert re.search(r"10\.00.EUR becomes 9\.00.EUR", answer.said)
    assert "Nothing limits what it may cost" in answer.said
    assert "Change" not in answer.said  # only the wizard has steps
    assert not AuditEntry.objects.exists()


def test_a_tier_has_a_preview_of_its_own(look: Callable[..., Any], campaign: Campaign) -> None:
    answer = look(tier=campaign.tiers.get().pk)

    assert "Everybody gets 10 % off the order." in answer.said


def test_without_a_tier_there_is_nothing_to_show(look: Callable[..., Any], db: None) -> None:
    empty = CampaignFactory(promotion=True)

    assert "There is nothing to show yet" in look(campaign=empty.pk).said
    assert "There is nothing to show yet" in look().said


@pytest.mark.parametrize("question", [{"campaign": "0"}, {"campaign": "x"}, {"tier": "99999999999999999999"}])
def test_what_is_not_there_is_not_found(look: Callable[..., Any], question: dict[str, str]) -> None:
    assert look(**question).status_code == 404


def test_whoever_may_not_see_campaigns_sees_no_preview(
    page_as: Callable[..., Client], campaign: Campaign
) -> None:
    stranger = Client(raise_request_exception=False)
    stranger.force_login(User.objects.create_user("stranger", is_staff=True))

    assert stranger.get(URL, {"campaign": campaign.pk}).status_code == 403
    assert page_as("Viewer").get(URL, {"campaign": campaign.pk}).status_code == 200


def test_the_wizard_says_what_is_missing(look: Callable[..., Any], db: None) -> None:
    answer = look(wizard="new", step="type")

    assert answer.status_code == 200
    assert "Still to say before it can be tried" in answer.said


def test_an_open_draft_is_tried_as_far_as_it_is_answered(admin_page: Client, campaign: Campaign) -> None:
    plan = PromotionPlan(
        kind=Campaign.CampaignType.PROMOTION,
        name="Drafted",
        tiers=(TierPlan(name="Drafted", discount=percent(20)),),
    )
    owner = User.objects.get(username="root")
    draft = setup_notes.begin(
        owner_id=owner.pk,
        answers=setup_notes.plain(answers.of_plan(plan)),
        campaign=None,
        base=None,
        now=timezone.now(),
    )

    answer = admin_page.post(f"{URL}?wizard={draft.pk}&step=limits", {})

    assert answer.status_code == 200
    assert "Everybody gets 20 % off the order." in unescape(answer.text)
    assert 'data-wizard-step="limits"' in answer.text
    assert not Campaign.objects.filter(name="Drafted").exists()


def test_drafts_of_others_are_not_there(page_as: Callable[..., Client], db: None) -> None:
    assert page_as("User").get(URL, {"wizard": "1"}).status_code == 404
    assert page_as("Viewer").get(URL, {"wizard": "new"}).status_code == 403


def test_the_pages_have_the_tab(admin_page: Client, campaign: Campaign) -> None:
    page = admin_page.get(f"/admin/promotions/campaign/{campaign.pk}/change/").text
    tier = admin_page.get(f"/admin/promotions/promotiontier/{campaign.tiers.get().pk}/change/").text

    assert f"/admin/promotions/preview/?campaign={campaign.pk}" in page
    assert "promotions/preview.css" in page
    assert "/admin/promotions/preview/?tier=" in tier
