"""`DELETE /v1/validation-rules/{validationRuleId}`."""

from __future__ import annotations

from datetime import datetime

import pytest
from rest_framework.test import APIClient

from core.models import AuditEntry, OutboxEvent
from promotions.models import ValidationRule, ValidationRuleAssignment
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
)
from tests.promotions.api.catalogue import NO_RULES, audited, refused, told


def path(rule: ValidationRule) -> str:
    return f"/v1/validation-rules/{rule.public_id}"


def test_deletes(api: APIClient) -> None:
    rule, other = ValidationRuleFactory(), ValidationRuleFactory()

    answer = api.delete(path(rule))

    assert (answer.status_code, answer.content) == (204, b"")
    assert ValidationRule.objects.get() == other
    assert (audited(), told()) == (["validation_rule.deleted"], ["business_validation_rule.deleted"])
    refused(api.delete(path(rule)), 404, "not_found")


def test_its_assignments_go_with_it(api: APIClient, now: datetime) -> None:
    rule = ValidationRuleFactory(name="Big")
    voucher, campaign, tier = VoucherFactory(code="A"), CampaignFactory(), PromotionTierFactory()
    RuleAssignmentFactory(rule=rule, voucher=voucher)
    RuleAssignmentFactory(rule=rule, campaign=campaign)
    RuleAssignmentFactory(rule=rule, promotion_tier=tier)
    binned = RuleAssignmentFactory(rule=rule, voucher=VoucherFactory(deleted_at=now))
    kept = RuleAssignmentFactory(voucher=VoucherFactory())

    assert api.delete(path(rule)).status_code == 204

    assert ValidationRuleAssignment.objects.get() == kept
    assert api.get("/v1/vouchers/A").json()["validation_rules_assignments"] == NO_RULES
    assert audited() == ["validation_rule.assignment.deleted"] * 4 + ["validation_rule.deleted"]
    told_of = ["business_validation_rule.assignment.deleted"] * 4 + ["business_validation_rule.deleted"]
    assert told() == told_of
    event = OutboxEvent.objects.get(entity_id=binned.public_id)
    assert event.payload == {
        "rule_id": rule.public_id,
        "assignment_id": binned.public_id,
        "voucher_id": binned.voucher.public_id,
    }
    entry = AuditEntry.objects.get(action="validation_rule.deleted")
    assert entry.before is not None
    assert (entry.before["name"], entry.before["assignments_count"]) == ("Big", 4)


@pytest.mark.parametrize("where", ["campaign", "tier"])
def test_a_protected_campaign_keeps_its_rule(api: APIClient, where: str) -> None:
    rule, campaign = ValidationRuleFactory(), CampaignFactory(promotion=True, protected=True)
    if where == "campaign":
        RuleAssignmentFactory(rule=rule, campaign=campaign)
    else:
        RuleAssignmentFactory(rule=rule, promotion_tier=PromotionTierFactory(campaign=campaign))
    RuleAssignmentFactory(rule=rule, voucher=VoucherFactory())

    body = refused(api.delete(path(rule)), 400, "resource_in_use", campaign.name)

    assert (body["resource_type"], body["resource_id"]) == ("validation_rules", rule.public_id)
    assert ValidationRuleAssignment.objects.count() == 2
    assert (audited(), told()) == ([], [])


def test_what_a_protected_campaign_no_longer_has_does_not_count(api: APIClient, now: datetime) -> None:
    rule = ValidationRuleFactory()
    campaign = CampaignFactory(promotion=True, protected=True)
    RuleAssignmentFactory(rule=rule, campaign=CampaignFactory(protected=True, deleted_at=now))
    RuleAssignmentFactory(rule=rule, promotion_tier=PromotionTierFactory(campaign=campaign, deleted_at=now))

    assert api.delete(path(rule)).status_code == 204
