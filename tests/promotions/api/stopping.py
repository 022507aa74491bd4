"""A shop in which something is stopped, and what it is asked."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import Campaign
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    percent,
)


@pytest.fixture
def spring() -> Campaign:
    """Coupons of 10 % with the code SPRING, in the category Toys."""
    campaign = CampaignFactory(name="Spring", category=CategoryFactory(name="Toys"))
    VoucherFactory(code="SPRING", campaign=campaign, discount=None, redemption_quantity=None)
    return campaign


def basket(*codes: str, **facts: Any) -> dict[str, Any]:
    return {
        "redeemables": [
            {"object": "promotion_tier" if code.startswith("promo_") else "voucher", "id": code}
            for code in codes
        ],
        "order": {"amount": 10_000, **facts.pop("order", {})},
        **facts,
    }


def redeemed(api: APIClient, *codes: str, **facts: Any) -> Any:
    return api.post("/v1/redemptions", basket(*codes, **facts))


def reasons(answer: Any) -> list[str]:
    found = answer.json()
    return [one["result"]["error"]["key"] for one in found["inapplicable_redeemables"]]


def items(*sent: str) -> dict[str, Any]:
    lines = [{"source_id": name, "quantity": 2} for name in sent]
    return {"amount": None, "items": [{"related_object": "product", **line} for line in lines]}


@pytest.fixture
def on_ball() -> Campaign:
    """BALL takes 10 % off the ball, in a shop with balls and tea."""
    ball = ProductFactory(source_id="ball", name="Ball", price=1000)
    ProductFactory(source_id="tea", name="Tea", price=500)
    rule = ValidationRuleFactory(
        rules={},
        applicable_to={
            "included": [{"object": "product", "id": ball.public_id, "effect": "APPLY_TO_EVERY"}],
            "excluded": [],
            "included_all": False,
        },
    )
    campaign = CampaignFactory(name="Balls", discount={**percent(10), "effect": "APPLY_TO_ITEMS"})
    RuleAssignmentFactory(rule=rule, campaign=campaign)
    VoucherFactory(code="BALL", campaign=campaign, discount=None, redemption_quantity=None)
    VoucherFactory(code="ALL", discount=percent(10), redemption_quantity=None)
    return campaign


def offered(api: APIClient, scenario: str = "ALL", **facts: Any) -> list[str]:
    body = {"scenario": scenario, "order": {"amount": 10_000}, "options": {"limit": 50}, **facts}
    answer = api.post("/v1/qualifications", body)
    assert answer.status_code == 200, answer.json()
    return sorted(one["id"] for one in answer.json()["redeemables"]["data"])
