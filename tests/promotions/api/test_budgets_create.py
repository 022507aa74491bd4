"""`POST /v1/budgets`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import Budget
from tests.factories.budgets import BudgetFactory
from tests.factories.promotions import CampaignFactory
from tests.promotions.api.catalogue import audited, refused, told

URL = "/v1/budgets"
LEAST = {"name": "Spring", "limit": 500_000}


def test_creates_the_simplest_one(api: APIClient) -> None:
    answer = api.post(URL, LEAST)

    budget = Budget.objects.get()
    assert answer.status_code == 200, answer.json()
    assert list(answer.json().items()) == [
        ("id", budget.public_id),
        ("name", "Spring"),
        ("measure", "DISCOUNT"),
        ("limit", 500_000),
        ("period", "EVER"),
        ("per", "TOTAL"),
        ("customer_key", "ID"),
        ("metadata_field", None),
        ("policy", "REFUSE"),
        ("channels", []),
        ("stores", []),
        ("thresholds", [50, 80, 95, 100]),
        ("campaign_ids", []),
        ("active", True),
        ("plan", {"starts_on": None, "ends_on": None, "months": []}),
        ("created_at", answer.json()["created_at"]),
        ("updated_at", None),
        ("object", "budget"),
    ]
    assert budget.public_id.startswith("budg_")
    assert audited() == told() == ["budget.created"]


def test_everything_that_is_sent_comes_back(api: APIClient) -> None:
    campaign = CampaignFactory()
    sent = {
        "name": "Cards",
        "measure": "UNITS",
        "limit": 12,
        "period": "WEEK",
        "per": "CUSTOMER",
        "customer_key": "METADATA",
        "metadata_field": "card",
        "policy": "GIVE_WHAT_IS_LEFT",
        "channels": ["web", "mobile"],
        "stores": ["gdansk"],
        "thresholds": [75, 100],
        "campaign_ids": [campaign.public_id],
        "active": False,
        "plan": {
            "starts_on": "2026-03-01",
            "ends_on": "2026-04-30",
            "months": [{"month": "2026-03", "amount": 4}, {"month": "2026-04", "amount": 8}],
        },
    }

    body = api.post(URL, sent).json()

    assert {name: body.get(name) for name in sent} == sent
    assert api.get(f"{URL}/{body['id']}").json() == body


@pytest.mark.parametrize(
    ("change", "details"),
    [
        ({"name": None}, "Property .name must not be null"),
        ({"name": ""}, "Property .name must not be empty"),
        ({"name": "x" * 201}, "Property .name must have at most 200 characters"),
        ({"limit": -1}, "Property .limit must be between 0 and"),
        ({"limit": "100"}, "Property .limit must be an integer"),
        ({"limit": 10.5}, "Property .limit must be an integer"),
        ({"measure": "POINTS"}, "Property .measure must be one of DISCOUNT"),
        ({"period": "YEAR"}, "Property .period must be one of EVER"),
        ({"per": "SEGMENT"}, "Property .per must be one of TOTAL"),
        ({"policy": "IGNORE"}, "Property .policy must be one of REFUSE"),
        ({"thresholds": [0]}, "Property .thresholds.0 must be between 1 and 100"),
        ({"thresholds": 50}, "Property .thresholds must be an array"),
        ({"channels": ["web", ""]}, "Property .channels must hold names"),
        ({"channels": [1]}, "Property .channels.0 must be a string"),
        ({"active": "yes"}, "Property .active must be a boolean"),
        ({"plan": {"starts_on": "soon"}}, "Property .plan.starts_on must be a date"),
        ({"plan": {"months": [{"month": "2026-13", "amount": 1}]}}, ".plan.months.0.month must be a month"),
        ({"plan": {"months": [{"month": "2026-03"}]}}, "Property .plan.months.0.amount is required"),
        ({"plan": {"months": [{"month": "2026-03", "amount": 1}] * 2}}, "must not repeat 2026-03"),
        ({"plan": {"end": "2026-03-01"}}, "Property .plan.end is not known; known are starts_on, ends_on"),
        ({"plan": {"starts_on": "2026-03-02", "ends_on": "2026-03-01"}}, "must not lie before"),
        ({"limmit": 5}, "Property .limmit is not known; known are name, measure, limit"),
        ({"id": "budg_mine"}, "Property .id is not known"),
        ({"customer_key": "EMAIL"}, "Property .customer_key has a meaning with .per CUSTOMER only"),
        ({"measure": "REDEMPTIONS", "policy": "GIVE_WHAT_IS_LEFT"}, "Property .policy must be REFUSE"),
    ],
)
def test_refuses_what_makes_no_sense(api: APIClient, change: dict[str, Any], details: str) -> None:
    refused(api.post(URL, {**LEAST, **change}), 400, "invalid_payload", details)

    assert (Budget.objects.count(), audited()) == (0, [])


@pytest.mark.parametrize("name", ["name", "limit"])
def test_name_and_limit_are_needed(api: APIClient, name: str) -> None:
    body = {key: value for key, value in LEAST.items() if key != name}

    refused(api.post(URL, body), 400, "invalid_payload", f"Property .{name} is required")


def test_unknown_campaigns_and_taken_names(api: APIClient) -> None:
    refused(api.post(URL, {**LEAST, "campaign_ids": ["camp_x"]}), 404, "not_found", "camp_x")
    assert not Budget.objects.exists()

    BudgetFactory(name="Spring")
    refused(api.post(URL, LEAST), 409, "duplicate_found", "Spring")
    assert Budget.objects.count() == 1


@pytest.mark.parametrize("role", ["SUPPORT", "VIEWER", "MERCHANT"])
def test_only_admins_decide_what_may_be_spent(api_as: Callable[[str], APIClient], role: str) -> None:
    refused(api_as(role).post(URL, LEAST), 403, "missing_required_permission")

    assert not Budget.objects.exists()
