"""Clones, templates and variations lead nobody round the gate: what would reach customers waits for the same
yes as if it were made by hand, and is then made exactly once.
"""

from __future__ import annotations

from typing import Any

import pytest

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Decision
from approvals.services import decisions
from commerce.models import ProductCollection
from commerce.services import collections
from core.actors import Actor
from core.models import ProjectSettings
from promotions.models import Campaign, CampaignTemplate, Lifecycle, PromotionTier, ValidationRule
from promotions.selectors.variations import Planner
from promotions.services import cloning, templates, variations
from promotions.services.cloning import CloneSpec, TierCloneSpec
from promotions.services.templates import SetupSpec
from promotions.variation_table import parse
from tests.approvals.world import acting, person, policy
from tests.conftest import NOW
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    percent,
)

SYSTEM: Any = {"actor": Actor.system("tests"), "now": NOW}

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(settings_row: ProjectSettings) -> dict[str, Any]:
    """Whatever a marketer makes live has to be seen by Finance."""
    policy("Finance")
    return {"actor": acting(person("mia", "User")), "now": NOW}


@pytest.fixture
def finn(marketer: Any) -> Actor:
    return acting(person("finn", "Finance"))


@pytest.fixture
def template(settings_row: ProjectSettings) -> CampaignTemplate:
    """20 % off tea; the collection was renamed since."""
    tea = ProductCollection.objects.create(name="Tea", created_at=NOW)
    campaign = CampaignFactory(name="Source", discount={**percent(20), "effect": "APPLY_TO_ITEMS"})
    targets = {"included": [{"object": "products_collection", "id": tea.public_id}]}
    RuleAssignmentFactory(campaign=campaign, rule=ValidationRuleFactory(rules={}, applicable_to=targets))
    kept = templates.create(of=campaign, name="Tea", description="", **SYSTEM)
    collections.update(collection_id=tea.pk, name="Tea and mugs", filter=None, **SYSTEM)
    kept.refresh_from_db()
    return kept


def asked(call: Any) -> ApprovalRequest:
    with pytest.raises(ApprovalRequired) as refusal:
        call()
    refusal.value.settle()
    return ApprovalRequest.objects.get()


def say_yes(request: ApprovalRequest, finn: Actor) -> str:
    made = decisions.decide(
        request_id=request.pk,
        verdict=Decision.Verdict.APPROVE,
        revision=request.revision,
        comment="",
        actor=finn,
        now=NOW,
    )
    return str(made.state)


def test_a_campaign_from_a_template_waits_and_is_then_made(
    template: CampaignTemplate, marketer: Any, finn: Actor
) -> None:
    spec = SetupSpec(name="Tea time", vouchers_count=3)

    request = asked(lambda: templates.set_up_campaign(template=template, spec=spec, **marketer))

    assert request.operation == "campaigns.create"
    assert not Campaign.objects.filter(name="Tea time").exists()
    assert ValidationRule.objects.count() == 1
    # What its conditions name is the shop's, and there for when it is needed.
    tea = ProductCollection.objects.get(name="Tea")
    assert say_yes(request, finn) == ApprovalRequest.State.APPLIED
    campaign = Campaign.objects.get(name="Tea time")
    assert (campaign.lifecycle, campaign.vouchers.count()) == (Lifecycle.LIVE, 3)
    assert campaign.rule_assignment.rule.applicable_to["included"][0]["id"] == tea.public_id
    assert ValidationRule.objects.count() == 2


def test_a_draft_from_a_template_asks_nobody(template: CampaignTemplate, marketer: Any) -> None:
    spec = SetupSpec(name="Tea time", is_draft=True)

    setup = templates.set_up_campaign(template=template, spec=spec, **marketer)

    assert setup.row.lifecycle == Lifecycle.DRAFT


def test_a_tier_from_a_template_waits_where_the_promotion_runs(
    template: CampaignTemplate, marketer: Any, finn: Actor
) -> None:
    promotion = CampaignFactory(promotion=True)
    given = {"template": template, "campaign_id": promotion.pk, "spec": SetupSpec(name="Tea")}

    request = asked(lambda: templates.set_up_tier(**given, **marketer))

    assert request.operation == "promotions.create"
    assert PromotionTier.objects.count() == 0
    assert say_yes(request, finn) == ApprovalRequest.State.APPLIED
    assert PromotionTier.objects.get().campaign == promotion


def test_a_cloned_tier_waits_where_the_promotion_runs(marketer: Any, finn: Actor) -> None:
    tier = PromotionTierFactory()
    RuleAssignmentFactory(promotion_tier=tier)
    spec = TierCloneSpec(name="Again")

    request = asked(lambda: cloning.tier(tier_id=tier.pk, spec=spec, **marketer))

    assert PromotionTier.objects.count() == ValidationRule.objects.count() == 1
    assert say_yes(request, finn) == ApprovalRequest.State.APPLIED
    assert PromotionTier.objects.get(name="Again").rule_assignment.rule.rules == (
        tier.rule_assignment.rule.rules
    )


def test_clones_and_variations_are_drafts_until_somebody_said_yes(marketer: Any, finn: Actor) -> None:
    campaign = CampaignFactory(name="Sale")
    clone = cloning.campaign(campaign_id=campaign.pk, spec=CloneSpec(name="Again"), **marketer)
    zone = ProjectSettings.objects.get().zone
    rows = [one.row for one in Planner(campaign, zone).plan(parse("Name\nA\nB")) if one.row]
    made = variations.make(parent_id=campaign.pk, rows=rows, **marketer)

    request = asked(lambda: variations.launch(parent_id=campaign.pk, campaign_ids=None, **marketer))

    assert {clone.lifecycle, *(one.lifecycle for one in made)} == {Lifecycle.DRAFT}
    assert say_yes(request, finn) == ApprovalRequest.State.APPLIED
    launched = Campaign.objects.filter(pk__in=[one.pk for one in made])
    assert {one.lifecycle for one in launched} == {Lifecycle.LIVE}


def test_a_variation_that_changed_since_makes_the_request_stale(marketer: Any, finn: Actor) -> None:
    campaign = CampaignFactory(name="Sale")
    zone = ProjectSettings.objects.get().zone
    rows = [one.row for one in Planner(campaign, zone).plan(parse("Name\nA\nB")) if one.row]
    variations.make(parent_id=campaign.pk, rows=rows, **marketer)
    request = asked(lambda: variations.launch(parent_id=campaign.pk, campaign_ids=None, **marketer))
    variations.change(parent_id=campaign.pk, spec=variations.ChangeSpec(discount="90"), **marketer)

    with pytest.raises(decisions.SeenOutdated):
        say_yes(request, finn)

    assert not Campaign.objects.filter(variation__parent=campaign, is_active=True).exists()
