"""`DELETE /v1/validation-rules/{validationRuleId}/assignments/{assignmentId}`."""

from __future__ import annotations

from datetime import datetime

import pytest
from rest_framework.test import APIClient

from promotions.models import ValidationRule, ValidationRuleAssignment
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
)
from tests.promotions.api.catalogue import NO_RULES, audited, refused, told


def path(rule: ValidationRule, assignment: ValidationRuleAssignment) -> str:
    return f"/v1/validation-rules/{rule.public_id}/assignments/{assignment.public_id}"


def test_takes_the_rule_away(api: APIClient) -> None:
    assignment = RuleAssignmentFactory(voucher=VoucherFactory(code="A"))

    answer = api.delete(path(assignment.rule, assignment))

    assert (answer.status_code, answer.content) == (204, b"")
    assert not ValidationRuleAssignment.objects.exists()
    assert ValidationRule.objects.get() == assignment.rule
    assert api.get("/v1/vouchers/A").json()["validation_rules_assignments"] == NO_RULES
    assert audited() == ["validation_rule.assignment.deleted"]
    assert told() == ["business_validation_rule.assignment.deleted"]
    body = refused(api.delete(path(assignment.rule, assignment)), 404, "not_found")
    assert body["resource_type"] == "validation_rules_assignment"


def test_is_found_under_its_own_rule_only(api: APIClient, now: datetime) -> None:
    other = ValidationRuleFactory()
    assignment = RuleAssignmentFactory(campaign=CampaignFactory())
    binned = RuleAssignmentFactory(voucher=VoucherFactory(deleted_at=now))

    refused(api.delete(path(other, assignment)), 404, "not_found")
    refused(api.delete(path(binned.rule, binned)), 404, "not_found")

    assert ValidationRuleAssignment.objects.count() == 2
    assert told() == []


@pytest.mark.parametrize("kind", ["campaign", "promotion_tier"])
def test_a_protected_campaign_keeps_its_rule(api: APIClient, kind: str) -> None:
    campaign = CampaignFactory(promotion=True, protected=True)
    related = campaign if kind == "campaign" else PromotionTierFactory(campaign=campaign)
    assignment = RuleAssignmentFactory(**{kind: related})

    refused(api.delete(path(assignment.rule, assignment)), 400, "resource_protected")

    assert ValidationRuleAssignment.objects.exists()
