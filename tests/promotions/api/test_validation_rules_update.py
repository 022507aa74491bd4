"""`PUT /v1/validation-rules/{validationRuleId}`."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import AuditEntry
from promotions.models import ValidationRule
from promotions.selectors.validation_rules import rules_of
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    at_least,
)
from tests.promotions.api.catalogue import audited, refused, told

EMPTY: dict[str, Any] = {"rules": {}, "applicable_to": {}, "error": {}, "bundle_rules": {}}


def path(rule: ValidationRule) -> str:
    return f"/v1/validation-rules/{rule.public_id}"


def test_replaces_what_is_given(api: APIClient) -> None:
    rule = ValidationRuleFactory(name="Old", error={"message": "No"}, applicable_to={"included_all": True})

    body = api.put(path(rule), {"name": "New", "rules": at_least(1)}).json()

    assert (body["name"], body["rules"]) == ("New", at_least(1))
    assert body["error"] == {"message": "No"}
    assert body["applicable_to"] == {"excluded": [], "included": [], "included_all": True}
    assert body["updated_at"]
    assert (audited(), told()) == (["validation_rule.updated"], ["business_validation_rule.updated"])
    entry = AuditEntry.objects.get(action="validation_rule.updated")
    assert entry.before == {"name": "Old", "rules": at_least(10_000)}
    assert entry.after == {"name": "New", "rules": at_least(1)}


@pytest.mark.parametrize("empty", [None, {}])
def test_empty_objects_empty_a_part_and_null_the_bundle(api: APIClient, empty: Any) -> None:
    rule = ValidationRuleFactory(
        bundle_rules={
            "1": {
                "name": "order.items.any",
                "conditions": {"$is": [{"id": "prod_1", "object": "product", "type": "product_or_sku"}]},
            },
            "logic": "1",
        },
        applicable_to={"included_all": True},
        error={"message": "No"},
        type=ValidationRule.Type.BASIC,
    )
    named = ("name", "rules", "applicable_to", "error", "type", "context_type")
    sent = dict.fromkeys(named) | {"bundle_rules": None} if empty is None else EMPTY

    body = api.put(path(rule), sent).json()

    assert body["bundle_rules"] == {}
    assert body["rules"] == (at_least(10_000) if empty is None else {})
    assert body["applicable_to"]["included_all"] is (empty is None)
    assert ("error" in body) is (empty is None)
    assert (body["name"], body["type"], body["context_type"]) == (rule.name, "basic", "global")


def test_the_same_again_is_no_event(api: APIClient) -> None:
    rule = ValidationRuleFactory()

    assert api.put(path(rule), {"name": rule.name, "rules": rule.rules}).status_code == 200
    assert (audited(), told()) == ([], [])


def test_what_has_the_rule_follows_it_at_once(api: APIClient) -> None:
    rule, voucher = ValidationRuleFactory(), VoucherFactory()
    RuleAssignmentFactory(rule=rule, voucher=voucher)
    seen = []

    for minimum in (1, 2, 3):
        api.put(path(rule), {"rules": at_least(minimum)})
        (rule_set,) = rules_of(vouchers=[voucher.pk]).voucher(voucher.pk)
        seen.append(rule_set.rules[0].conditions[0].operands)

    assert seen == [(1,), (2,), (3,)]


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"name": ""}, "invalid_payload"),
        ({"rules": 5}, "invalid_payload"),
        ({"context_type": "x"}, "invalid_payload"),
        ({"rules": {"1": {"name": "order.amount"}, "logic": "7"}}, "invalid_validation_rules"),
        ({"applicable_to": {"included": [{"object": "shop", "id": "1"}]}}, "invalid_validation_rules"),
    ],
)
def test_refuses_and_changes_nothing(api: APIClient, body: dict[str, Any], key: str) -> None:
    rule = ValidationRuleFactory(name="Old")

    refused(api.put(path(rule), {"name": "New", **body}), 400, key)

    rule.refresh_from_db()
    assert (rule.name, rule.rules, rule.updated_at) == ("Old", at_least(10_000), None)
    assert told() == []


@pytest.mark.parametrize("where", ["campaign", "tier"])
def test_the_rule_of_a_protected_campaign_stays(api: APIClient, where: str) -> None:
    rule, campaign = ValidationRuleFactory(), CampaignFactory(promotion=True, protected=True)
    if where == "campaign":
        RuleAssignmentFactory(rule=rule, campaign=campaign)
    else:
        RuleAssignmentFactory(rule=rule, promotion_tier=PromotionTierFactory(campaign=campaign))

    refused(api.put(path(rule), {"rules": {}}), 400, "resource_protected", campaign.name)

    rule.refresh_from_db()
    assert rule.rules == at_least(10_000)
