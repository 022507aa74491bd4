"""Six ways to make a promotion that is easily drained, and three places that warn of each of them.

Through the real doors: the fragment beside the wizard, the page of a request for approval, the API's header.
"""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from approvals.gate import ApprovalRequired
from promotions.admin.wizard import answers
from promotions.api.campaign_warnings import HEADER
from promotions.models import Campaign, PromotionTier
from promotions.selectors import plans
from promotions.services import campaigns, setup_notes
from tests.approvals.world import acting, only_request, person, policy
from tests.factories.budgets import BudgetFactory, draw
from tests.factories.promotions import RuleAssignmentFactory, ValidationRuleFactory, percent
from tests.promotions.lifecycle.drafting import draft, draft_promotion

pytestmark = pytest.mark.django_db

ONCE_EACH: Final = {
    "1": {"name": "redemption.count.per_customer", "conditions": {"$less_than": [2]}},
    "2": {"name": "order.amount", "conditions": {"$more_than": [100]}},
    "logic": "1 and 2",
}
ONLY_ONCE: Final = {"1": ONCE_EACH["1"], "logic": "1"}
ONLY_ORDER: Final = {"1": ONCE_EACH["2"], "logic": "1"}
SAYS: Final = {
    "codes_easy_to_guess": "Easy to guess: of 50 codes",
    "applies_to_everything": "It is for every customer and every product",
    "percentage_without_maximum": "Its percentage has no maximum",
    "no_limit_per_customer": "Nothing limits how often one customer gets it",
    "no_budget": "It has no budget",
    "no_end": "It has no end",
}
CAPPED: Final = {**percent(10), "amount_limit": 500}


def careless(about: str) -> Campaign:
    """A draft that lacks this and nothing else."""
    actor, now = acting(person("mia", "User")), timezone.now()
    campaign: Campaign
    discount = percent(10) if about == "percentage_without_maximum" else CAPPED
    if about == "applies_to_everything":
        campaign = draft_promotion(actor, now)
        PromotionTier.objects.filter(campaign=campaign).update(discount=discount)
    else:
        weak = about == "codes_easy_to_guess"
        config = {"charset": "0123456789", "length": 4} if weak else {}
        campaign = draft(actor, now, count=50, discount=discount, code_config=config)
        Campaign.objects.filter(pk=campaign.pk).update(voucher_redemption_quantity=None)
    ends_at = None if about == "no_end" else now + timedelta(days=7)
    Campaign.objects.filter(pk=campaign.pk).update(ends_at=ends_at)
    rules = {"applies_to_everything": ONLY_ONCE, "no_limit_per_customer": ONLY_ORDER}.get(about, ONCE_EACH)
    RuleAssignmentFactory(campaign=campaign, rule=ValidationRuleFactory(rules=rules))
    if about != "no_budget":
        draw(BudgetFactory.create(), campaign)
    return Campaign.objects.get(pk=campaign.pk)


def warned_of(page: str) -> set[str]:
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)).replace("\N{NO-BREAK SPACE}", " "))
    return {key for key, message in SAYS.items() if message in text}


@pytest.mark.parametrize("about", SAYS)
def test_the_wizard_warns(about: str, admin_page: Client) -> None:
    work = setup_notes.begin(
        owner_id=User.objects.get(username="root").pk,
        answers=setup_notes.plain(answers.of_plan(plans.plan_of(careless(about)))),
        campaign=None,
        base=None,
        now=timezone.now(),
    )

    page = admin_page.post(f"/admin/promotions/preview/?wizard={work.pk}&step=review", {})

    assert warned_of(page.text) == {about}


@pytest.mark.parametrize("about", SAYS)
def test_the_request_for_approval_warns(about: str, admin_page: Client) -> None:
    campaign = careless(about)
    policy("Finance")
    person("fi", "Finance")
    mia = acting(User.objects.get(username="mia"))

    with pytest.raises(ApprovalRequired) as refused:
        campaigns.launch(campaign_id=campaign.pk, actor=mia, now=timezone.now())
    refused.value.settle()
    asked = reverse("admin:approvals_approvalrequest_change", args=[only_request().pk])

    assert warned_of(admin_page.get(asked).text) == {about}


@pytest.mark.parametrize("about", SAYS)
def test_the_api_warns_in_a_header(about: str, api: APIClient) -> None:
    campaign = careless(about)

    answer = api.put(f"/v1/campaigns/{campaign.public_id}", {"description": "Changed"})

    assert answer.status_code == 200
    said = [one.partition(": ")[0] for one in answer.headers[HEADER].split(" | ")]
    assert said == [about]
    assert SAYS[about] in answer.headers[HEADER]


def test_a_new_campaign_and_a_new_tier_are_warned_about(api: APIClient) -> None:
    made = api.post("/v1/campaigns", {"name": "Sale", "campaign_type": "PROMOTION"})
    terms = {"name": "Ten off", "action": {"discount": percent(10)}}
    tier = api.post(f"/v1/promotions/{made.json()['id']}/tiers", terms)

    assert HEADER not in made.headers
    assert tier.status_code == 200
    assert set(re.findall(r"(?:^|\| )([a-z_]+): ", tier.headers[HEADER])) == set(SAYS) - {
        "codes_easy_to_guess"
    }


def test_a_careful_campaign_has_no_header(api: APIClient) -> None:
    campaign = careless("no_budget")
    draw(BudgetFactory.create(), campaign)

    answer: Any = api.put(f"/v1/campaigns/{campaign.public_id}", {"description": "Changed"})

    assert (answer.status_code, answer.headers.get(HEADER)) == (200, None)
