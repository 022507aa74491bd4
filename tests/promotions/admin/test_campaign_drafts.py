"""Drafts in the admin: saved, changed, launched, submitted; which buttons there are when."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from approvals.models import ApprovalRequest
from promotions.models import Campaign, Lifecycle, PromotionTier, Voucher
from tests.approvals.world import DEEP, only_request, person, policy
from tests.factories.promotions import CampaignFactory, PromotionTierFactory
from tests.promotions.admin.test_campaigns import ADD, FORM, page
from tests.promotions.lifecycle.drafting import now_stands, standing

pytestmark = pytest.mark.django_db

S = Lifecycle
DRAFT = {**FORM, "_draft": ""}
BUTTONS = ("launch", "submit", "add_codes", "add_tier", "enable", "disable", "to_bin")


def buttons(client: Client, campaign: Campaign) -> list[str]:
    text = client.get(page(campaign)).text
    return [name for name in BUTTONS if f"/{campaign.pk}/{name}/" in text]


@pytest.fixture
def marketer(client: Client) -> Client:
    client.force_login(person("mia", "User"))
    return client


def lead(client: Client, campaign: Campaign) -> str:
    found = re.search(r'<p class="fanfare-lead">(.*?)</p>', client.get(page(campaign)).text, re.DOTALL)
    assert found
    return re.sub(r"<[^>]+>", "", found[1]).replace("\N{NO-BREAK SPACE}", " ")


def test_the_first_button_saves_a_draft_and_leads_to_it(admin_page: Client) -> None:
    form = admin_page.get(ADD).text
    answer = admin_page.post(ADD, DRAFT, follow=True)

    campaign = Campaign.objects.get()
    assert form.index("Save as draft") < form.index("Launch at once")
    assert answer.redirect_chain == [(page(campaign), 302)]
    assert "Spring sale is saved as a draft." in answer.text
    assert (campaign.lifecycle, campaign.planned_codes, Voucher.objects.count()) == ("DRAFT", 3, 0)


def test_a_draft_is_changed_in_all_its_parts_and_launched(
    admin_page: Client, press: Callable[..., Any]
) -> None:
    admin_page.post(ADD, DRAFT)
    campaign = Campaign.objects.get()
    change = {
        **FORM,
        "campaign_type": "PROMOTION",
        "discount_type": "AMOUNT",
        "amount_off": "5.00",
        "percent_off": "",
        "codes_wanted": "2",
        "pattern": "NEW-#####",
    }

    answer = admin_page.post(page(campaign), change)
    campaign = Campaign.objects.get()
    changed = (campaign.campaign_type, campaign.discount, campaign.planned_codes, campaign.lifecycle)
    press(campaign, "launch")

    assert answer.status_code == 302
    amount = {"type": "AMOUNT", "amount_off": 500, "effect": "APPLY_TO_ORDER"}
    assert changed == ("DISCOUNT_COUPONS", amount, 2, "DRAFT")
    assert [code[:4] for code in Voucher.objects.values_list("code", flat=True)] == ["NEW-", "NEW-"]
    assert now_stands(campaign) == S.LIVE


def test_saving_a_draft_unchanged_changes_nothing(admin_page: Client) -> None:
    admin_page.post(ADD, {**DRAFT, "type": "STANDALONE", "code": "WELCOME"})
    before = Campaign.objects.values().get()
    form = admin_page.get(page(Campaign.objects.get())).context["adminform"].form

    assert (form["code"].value(), form["pattern"].value(), form["charset"].value()) == (
        "WELCOME",
        "SPRING-####",
        "easy",
    )
    admin_page.post(page(Campaign.objects.get()), {**FORM, "type": "STANDALONE", "code": "WELCOME"})

    after = Campaign.objects.values().get()
    assert {name for name in before if before[name] != after[name]} == {"updated_at"}


def test_a_draft_of_gift_cards_keeps_their_credits_changeable(admin_page: Client) -> None:
    cards = {**DRAFT, "campaign_type": "GIFT_VOUCHERS", "credits": "50.00", "percent_off": ""}
    admin_page.post(ADD, cards)
    campaign = Campaign.objects.get()

    admin_page.post(page(campaign), {**cards, "credits": "20.00"})

    assert campaign.gift is not None
    assert campaign.gift["amount"] == 5000
    assert Campaign.objects.get().gift["amount"] == 2000  # type: ignore[index]


def test_a_draft_of_a_promotion_shows_its_tier(admin_page: Client, press: Callable[..., Any]) -> None:
    admin_page.post(ADD, {**DRAFT, "campaign_type": "PROMOTION"})
    campaign = Campaign.objects.get()

    tier = PromotionTier.objects.get()
    text = admin_page.get(page(campaign)).text
    press(campaign, "launch")

    assert tier.campaign_id == campaign.pk
    assert "At its launch it gets" not in text
    assert now_stands(campaign) == S.LIVE


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (S.DRAFT, ["launch", "to_bin"]),
        (S.IN_REVIEW, ["launch", "to_bin"]),
        (S.CHANGES_REQUESTED, ["launch", "to_bin"]),
        (S.REJECTED, ["launch", "to_bin"]),
        (S.APPROVED, ["launch", "to_bin"]),
        (S.SCHEDULED, ["add_codes", "disable", "to_bin"]),
        (S.LIVE, ["add_codes", "disable", "to_bin"]),
        (S.PAUSED, ["add_codes", "enable", "to_bin"]),
        (S.ENDED, ["add_codes", "to_bin"]),
    ],
)
def test_buttons_only_where_they_mean_something(
    state: Lifecycle, expected: list[str], admin_page: Client
) -> None:
    ends_at = timezone.now() if state == S.ENDED else None

    assert buttons(admin_page, standing(state, ends_at=ends_at)) == expected


def test_where_others_are_asked_the_button_says_so(marketer: Client) -> None:
    policy("Finance", conditions=[DEEP])
    deep = standing(S.DRAFT, discount={"type": "PERCENT", "percent_off": 30, "effect": "APPLY_TO_ORDER"})
    small = standing(S.DRAFT)

    assert buttons(marketer, deep) == ["submit", "to_bin"]
    assert "Before its launch these have to say yes: Finance." in lead(marketer, deep)
    assert buttons(marketer, small) == ["launch", "to_bin"]


def test_submitting_leads_to_a_request_and_back_to_the_draft(marketer: Client) -> None:
    policy("Finance", conditions=[DEEP])
    marketer.post(ADD, {**DRAFT, "percent_off": "30"})
    campaign = Campaign.objects.get()
    submit = reverse("admin:promotions_campaign_submit", args=[campaign.pk])

    answer = marketer.post(submit, {"_form_submitted": "on"})

    request = only_request()
    assert (answer["HX-Redirect"], request.operation) == (page(campaign), "campaigns.launch")
    shown = marketer.get(page(campaign)).text
    assert "In review" in marketer.get("/admin/promotions/campaign/").text
    assert reverse("admin:approvals_approvalrequest_change", args=[request.pk]) in shown
    assert buttons(marketer, campaign) == ["to_bin"]
    assert "If you change it, it has to be submitted again." in lead(marketer, campaign)


def test_after_a_change_it_can_be_submitted_again(marketer: Client) -> None:
    policy("Finance", conditions=[DEEP])
    marketer.post(ADD, {**DRAFT, "percent_off": "30"})
    campaign = Campaign.objects.get()
    submit = reverse("admin:promotions_campaign_submit", args=[campaign.pk])
    marketer.post(submit, {"_form_submitted": "on"})

    marketer.post(page(campaign), {**FORM, "percent_off": "40"})
    offered, said = buttons(marketer, campaign), lead(marketer, campaign)
    marketer.post(submit, {"_form_submitted": "on"})

    assert offered == ["submit", "to_bin"]
    assert "It was changed since it was submitted: submit it again." in said
    assert (ApprovalRequest.objects.count(), only_request().revision) == (1, 2)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (S.DRAFT, "is a draft, so nobody gets it yet"),
        (S.IN_REVIEW, "is in review, so nobody gets it yet"),
        (S.CHANGES_REQUESTED, "waits for changes, so nobody gets it yet"),
        (S.REJECTED, "was rejected, so nobody gets it"),
        (S.APPROVED, "is approved and waits for the time of its launch"),
        (S.PAUSED, "is paused, so nothing of it can be redeemed"),
    ],
)
def test_the_page_says_where_it_stands(state: Lifecycle, text: str, admin_page: Client) -> None:
    assert lead(admin_page, standing(state, name="Spring")).startswith(f"Spring {text}: 10 % off the order")


@pytest.mark.parametrize(
    "state", [S.DRAFT, S.IN_REVIEW, S.CHANGES_REQUESTED, S.REJECTED, S.APPROVED, S.PAUSED]
)
def test_lists_find_each_state(state: Lifecycle, admin_page: Client) -> None:
    wanted = standing(state)
    for other in (S.DRAFT, S.LIVE, S.PAUSED):
        if other != state:
            standing(other)

    found = admin_page.get(f"/admin/promotions/campaign/?state={state}")

    assert [row.pk for row in found.context["cl"].result_list] == [wanted.pk]
    assert state.label in found.text


def test_who_may_only_read_sees_the_plan_in_words(page_as: Callable[[str], Client]) -> None:
    campaign = standing(S.DRAFT, planned_codes=100)

    text = page_as("Viewer").get(page(campaign)).text

    assert "100 codes" in text
    assert 'name="codes_wanted"' not in text


def test_a_launch_that_is_not_ready_says_why(admin_page: Client, press: Callable[..., Any]) -> None:
    campaign = standing(S.DRAFT, ends_at=timezone.now())

    press(campaign, "launch")

    assert "Its end is past." in admin_page.get(page(campaign)).text
    assert now_stands(campaign) == S.DRAFT


def test_tiers_of_a_draft_show_its_state(admin_page: Client) -> None:
    PromotionTierFactory(campaign=CampaignFactory(promotion=True, lifecycle="DRAFT", is_active=False))

    assert "Draft" in admin_page.get("/admin/promotions/promotiontier/").text


def test_the_list_need_not_wait_for_the_clock(admin_page: Client) -> None:
    campaign = standing(S.LIVE, ends_at=timezone.now())

    found = admin_page.get("/admin/promotions/campaign/?state=ENDED").context["cl"].result_list

    assert [row.pk for row in found] == [campaign.pk]
    assert now_stands(campaign) == S.LIVE
