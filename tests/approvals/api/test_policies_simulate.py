"""`POST /v1/approval-policies/simulate`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest
from tests.approvals.world import DEEP, policy
from tests.promotions.api.catalogue import refused

pytestmark = pytest.mark.django_db

URL = "/v1/approval-policies/simulate"


def test_says_which_policies_apply_and_why(api_as: Callable[[str], APIClient]) -> None:
    deep = policy("Finance", conditions=[DEEP], due_hours=24)
    other = policy("Category", name="Budgets", operations=("budgets.update",))

    body = (
        api_as("VIEWER")
        .post(URL, {"operation": "campaigns.update", "facts": {"discount_percent": 30}})
        .json()
    )

    assert body == {
        "operation": "campaigns.update",
        "role": "USER",
        "facts": {"discount_percent": 30},
        "may_alone": True,
        "needs_approval": True,
        "stages": [{"name": "Finance", "group": "Finance", "permission": "approvals.decide", "needed": 1}],
        "due_hours": 24,
        "allows_emergency": True,
        "policies": [
            {
                "id": deep.public_id,
                "name": "Deep discounts",
                "version": 1,
                "applies": True,
                "concerns_operation": True,
                "concerns_role": True,
                "conditions": [{**DEEP, "found": 30, "holds": True}],
            },
            {
                "id": other.public_id,
                "name": "Budgets",
                "version": 1,
                "applies": False,
                "concerns_operation": False,
                "concerns_role": True,
                "conditions": [],
            },
        ],
        "object": "approval_simulation",
    }
    assert not ApprovalRequest.objects.exists()


def test_says_when_nobody_is_asked(api: APIClient) -> None:
    policy("Finance", conditions=[DEEP])

    body = api.post(URL, {"operation": "campaigns.update", "facts": {"discount_percent": 20.5}}).json()

    assert (body["needs_approval"], body["stages"]) == (False, [])
    assert (body["due_hours"], body["allows_emergency"]) == (None, None)
    assert body["policies"][0]["conditions"] == [{**DEEP, "found": 20.5, "holds": False}]


def test_a_role_that_may_not_alone(api: APIClient) -> None:
    body = api.post(URL, {"operation": "budgets.update", "role": "USER"}).json()

    assert (body["may_alone"], body["needs_approval"], body["policies"]) == (False, True, [])


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({}, "Property .operation is required"),
        ({"operation": "campaigns.fly"}, "Property .operation must be one of"),
        ({"operation": "campaigns.update", "role": "BOSS"}, "Property .role must be one of"),
        ({"operation": "campaigns.update", "facts": {"colour": 1}}, "Property .facts.colour is not known"),
        ({"operation": "campaigns.update", "facts": {"budget": "9"}}, "must be an amount in minor units"),
        ({"operation": "campaigns.update", "facts": {"budget": 1.5}}, "must be an amount in minor units"),
        ({"operation": "campaigns.update", "facts": {"has_no_budget": 1}}, "must be true or false"),
        ({"operation": "campaigns.update", "facts": {"segments": [1]}}, "must be a text or a list of texts"),
        ({"operation": "campaigns.update", "facts": []}, "Property .facts must be an object"),
    ],
)
def test_refuses_wrong_questions(api: APIClient, body: Any, details: str) -> None:
    refused(api.post(URL, body), 400, "invalid_payload", details)
