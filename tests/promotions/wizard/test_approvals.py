"""Nobody goes round an approval by the steps (PROOFS X3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Decision
from approvals.services import decisions
from promotions.models import Budget, Campaign, CampaignSetup, PromotionTier, Voucher
from promotions.selectors import plans
from promotions.services import setups
from tests.approvals.world import acting, person, policy
from tests.conftest import NOW
from tests.factories.promotions import percent
from tests.promotions.wizard.conftest import Answer, at
from tests.promotions.wizard.test_edit import made

pytestmark = pytest.mark.django_db


def test_a_launch_that_somebody_has_to_say_yes_to_is_asked_for(admin_page: Client, answer: Answer) -> None:
    person("rita", "Reviewer")
    policy("Reviewer", operations=("campaigns.launch",))
    answer("type", name="Ten off", kind="CODES")
    answer("discount", discount_type="PERCENT", percent_off="10")
    url = at(CampaignSetup.objects.get(), "review")

    told = admin_page.get(url).content.decode()
    assert not Campaign.objects.exists()
    done = admin_page.post(url, {"_launch": "1"}, follow=True).content.decode()

    assert "Submit for review" in told
    assert "Reviewer" in told
    assert "Ten off is submitted for review." in done
    assert Campaign.objects.get().lifecycle in ("DRAFT", "IN_REVIEW")
    assert not Voucher.objects.exists()
    assert ApprovalRequest.objects.get().operation == "campaigns.launch"
    assert not CampaignSetup.objects.exists()


def test_a_policy_about_tiers_meets_a_change_of_everything_at_once() -> None:
    campaign = made()
    mara, rita = acting(person("mara", "Marketer")), person("rita", "Reviewer")
    policy("Reviewer", operations=("promotions.update",))
    was = plans.plan_of(campaign)
    plan = replace(was, description="Deeper", tiers=(replace(was.tiers[0], discount=percent(40)),))
    told: dict[str, Any] = {"plan": plan, "seen": setups.digest(was), "actor": mara, "now": NOW}

    with pytest.raises(ApprovalRequired) as refusal:
        setups.change(campaign_id=campaign.pk, **told)
    refusal.value.settle()

    campaign.refresh_from_db()
    assert (campaign.description, PromotionTier.objects.get().discount) == ("", percent(10))
    request = ApprovalRequest.objects.get()
    assert (request.operation, request.state) == ("campaigns.rework", "PENDING")

    decisions.decide(
        request_id=request.pk,
        verdict=Decision.Verdict.APPROVE,
        revision=request.revision,
        comment="",
        actor=acting(rita),
        now=NOW,
    )

    campaign.refresh_from_db()
    request.refresh_from_db()
    assert request.state == "APPLIED"
    assert (campaign.description, PromotionTier.objects.get().discount) == ("Deeper", percent(40))


def test_without_the_right_to_change_campaigns_a_budget_is_no_way_in() -> None:
    campaign = made()
    finance = acting(person("fiona", "Finance"))
    was = plans.plan_of(campaign)
    assert was.budget is not None
    plan = replace(was, name="Mine", budget=replace(was.budget, limit=1))

    with pytest.raises(Exception, match=r"campaigns\.modify"):
        setups.change(campaign_id=campaign.pk, plan=plan, seen=setups.digest(was), actor=finance, now=NOW)

    assert (Campaign.objects.get().name, Budget.objects.get().limit) == ("Coffee", 10_000)
