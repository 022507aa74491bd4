"""`POST /v1/validation-rules/{validationRuleId}/assignments`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import OutboxEvent
from promotions.models import ValidationRule, ValidationRuleAssignment
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
)
from tests.promotions.api.catalogue import audited, refused, told

MAKERS: dict[str, Callable[..., Any]] = {
    "voucher": VoucherFactory,
    "campaign": CampaignFactory,
    "promotion_tier": PromotionTierFactory,
}
PRINTED = {
    "voucher": ("/v1/vouchers/{}", "validation_rules_assignments"),
    "campaign": ("/v1/campaigns/{}", "validation_rules_assignments"),
    "promotion_tier": ("/v1/promotions/tiers/{}", "validation_rule_assignments"),
}


def path(rule: ValidationRule, query: str = "") -> str:
    return f"/v1/validation-rules/{rule.public_id}/assignments{query}"


def body(kind: str, related: Any) -> dict[str, str]:
    return {"related_object_type": kind, "related_object_id": related.public_id}


@pytest.mark.parametrize("kind", MAKERS)
def test_assigns(api: APIClient, kind: str) -> None:
    rule, related = ValidationRuleFactory(), MAKERS[kind]()

    answer = api.post(path(rule), body(kind, related))

    assignment = ValidationRuleAssignment.objects.get()
    assert answer.status_code == 200, answer.json()
    assert list(answer.json().items()) == [
        ("id", assignment.public_id),
        ("rule_id", rule.public_id),
        ("related_object_id", related.public_id),
        ("related_object_type", kind),
        ("created_at", answer.json()["created_at"]),
        ("object", "validation_rules_assignment"),
    ]
    assert assignment.public_id.startswith("asgm_")
    assert len(assignment.public_id) == 21
    url, name = PRINTED[kind]
    printed = api.get(url.format(related.public_id)).json()[name]
    assert printed == {"object": "list", "data_ref": "data", "data": [answer.json()], "total": 1}
    assert audited() == ["validation_rule.assignment.created"]
    assert told() == ["business_validation_rule.assignment.created"]
    assert OutboxEvent.objects.get(name=told()[0]).payload == {
        "rule_id": rule.public_id,
        "assignment_id": assignment.public_id,
        f"{kind}_id": related.public_id,
    }


def test_a_voucher_is_meant_unless_said_otherwise_and_may_be_named_by_its_code(api: APIClient) -> None:
    rule, voucher = ValidationRuleFactory(), VoucherFactory(code="SUMMER")

    answer = api.post(path(rule), {"related_object_id": "SUMMER"}).json()

    assert (answer["related_object_type"], answer["related_object_id"]) == ("voucher", voucher.public_id)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_second_rule_is_refused(api: APIClient, kind: str) -> None:
    related = MAKERS[kind]()
    current = RuleAssignmentFactory(**{kind: related})

    answer = refused(
        api.post(path(ValidationRuleFactory()), body(kind, related)), 409, "duplicate_found", "force=true"
    )

    assert answer["resource_id"] == current.public_id
    assert ValidationRuleAssignment.objects.get() == current
    assert (audited(), told()) == ([], [])
    # Also the same one again.
    refused(api.post(path(current.rule), body(kind, related)), 409, "duplicate_found")


@pytest.mark.parametrize("kind", MAKERS)
def test_force_replaces(api: APIClient, kind: str) -> None:
    rule, related = ValidationRuleFactory(), MAKERS[kind]()
    former = RuleAssignmentFactory(**{kind: related})

    answer = api.post(path(rule, "?force=true"), body(kind, related)).json()

    (assignment,) = ValidationRuleAssignment.objects.all()
    assert answer["id"] == assignment.public_id != former.public_id
    assert assignment.rule == rule
    names = ["validation_rule.assignment.deleted", "validation_rule.assignment.created"]
    assert audited() == names
    assert told() == [f"business_{name}" for name in names]


def test_force_with_the_same_rule_changes_nothing(api: APIClient) -> None:
    current = RuleAssignmentFactory(voucher=VoucherFactory(code="A"))

    answer = api.post(path(current.rule, "?force=true"), {"related_object_id": "A"}).json()

    assert answer["id"] == current.public_id
    assert (audited(), told()) == ([], [])


@pytest.mark.parametrize("kind", ["earning_rule", "distribution", "reward_assignment"])
def test_kinds_of_other_programmes_are_refused(api: APIClient, kind: str) -> None:
    answer = api.post(path(ValidationRuleFactory()), {"related_object_type": kind, "related_object_id": "x"})

    refused(answer, 400, "invalid_payload", "comes with its programme")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"related_object_id": ""},
        {"related_object_id": None},
        {"related_object_id": 5},
        {"related_object_id": "A", "related_object_type": "shop"},
        {"related_object_id": "A", "related_object_type": None},
    ],
)
def test_refuses_a_wrong_shape(api: APIClient, wrong: dict[str, Any]) -> None:
    VoucherFactory(code="A")

    refused(api.post(path(ValidationRuleFactory()), wrong), 400, "invalid_payload")
    assert not ValidationRuleAssignment.objects.exists()


def test_refuses_a_wrong_force(api: APIClient) -> None:
    VoucherFactory(code="A")
    answer = api.post(path(ValidationRuleFactory(), "?force=perhaps"), {"related_object_id": "A"})

    refused(answer, 400, "invalid_query_params")


@pytest.mark.parametrize("kind", MAKERS)
def test_what_is_not_there_gets_no_rule(api: APIClient, now: datetime, kind: str) -> None:
    rule, gone = ValidationRuleFactory(), MAKERS[kind](deleted_at=now)

    answer = refused(api.post(path(rule), body(kind, gone)), 404, "not_found")
    assert (answer["resource_type"], answer["resource_id"]) == (kind, gone.public_id)
    missing = {"related_object_type": kind, "related_object_id": "nothing"}
    assert refused(api.post(path(rule), missing), 404, "not_found")["resource_id"] == "nothing"
    unknown = api.post("/v1/validation-rules/val_0/assignments", body(kind, MAKERS[kind]()))
    assert refused(unknown, 404, "not_found")["resource_type"] == "validation_rules"
    assert not ValidationRuleAssignment.objects.exists()


@pytest.mark.parametrize("kind", ["campaign", "promotion_tier"])
def test_a_protected_campaign_stays_as_it_is(api: APIClient, kind: str) -> None:
    campaign = CampaignFactory(promotion=True, protected=True)
    related = campaign if kind == "campaign" else PromotionTierFactory(campaign=campaign)

    answer = api.post(path(ValidationRuleFactory(), "?force=true"), body(kind, related))

    refused(answer, 400, "resource_protected", campaign.name)
    assert not ValidationRuleAssignment.objects.exists()
