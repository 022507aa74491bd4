"""`POST /v1/promotions/tiers/{tierId}/validation`: the old form for one tier."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from rest_framework.test import APIClient

from promotions.models import PromotionTier, Redemption
from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory, percent
from tests.promotions.api.catalogue import SHOWN_PERCENT, refused


@pytest.fixture
def tier(db: None) -> PromotionTier:
    campaign = CampaignFactory(promotion=True, category=CategoryFactory(name="Loud"))
    return PromotionTierFactory(campaign=campaign, name="Ten", hierarchy=3, discount=percent(10))


def url(tier: PromotionTier) -> str:
    return f"/v1/promotions/tiers/{tier.public_id}/validation"


def test_says_what_the_tier_would_do(api: APIClient, tier: PromotionTier) -> None:
    body = api.post(url(tier), {"order": {"amount": 10000}, "customer": {"source_id": "anna"}}).json()

    assert (body["valid"], body["id"], body["object"]) == (True, tier.public_id, "promotion_tier")
    assert (body["name"], body["hierarchy"], body["banner"]) == ("Ten", 3, "10 percent off")
    assert body["discount"] == SHOWN_PERCENT
    assert body["order"]["total_amount"] == 9000
    assert (body["discount_amount"], body["applied_discount_amount"]) == (1000, 1000)
    assert (body["campaign"]["id"], body["campaign"]["active"]) == (tier.campaign.public_id, True)
    assert body["campaign"]["categories"][0]["name"] == "Loud"
    assert body["tracking_id"].startswith("track_")
    assert body["applicable_to"]["object"] == body["inapplicable_to"]["object"] == "list"
    assert "error" not in body


def test_says_why_it_would_not(api: APIClient, tier: PromotionTier, now: datetime) -> None:
    PromotionTier.objects.update(ends_at=now - timedelta(days=1))

    body = api.post(url(tier), {}).json()

    assert (body["valid"], body["name"], body["reason"]) == (False, "Ten", "Inactive Promotion")
    assert (body["error"]["key"], body["error"]["code"]) == ("promotion_inactive", 400)
    assert body["expiration_date"]
    assert "order" not in body


def test_an_unknown_tier_is_said_in_the_answer(api: APIClient) -> None:
    answer = api.post("/v1/promotions/tiers/promo_unknown/validation", {})

    assert (answer.status_code, answer.json()["valid"]) == (200, False)
    assert answer.json()["error"]["key"] == "not_found"


def test_without_an_order(api: APIClient, tier: PromotionTier) -> None:
    body = api.post(url(tier), {}).json()

    assert (body["valid"], body["discount_amount"]) == (True, 0)
    assert "order" not in body


def test_refuses_wrong_bodies_and_writes_nothing(api: APIClient, tier: PromotionTier) -> None:
    refused(api.post(url(tier), {"order": {"amount": -1}}), 400, "invalid_payload")
    refused(api.post(url(tier), [1]), 400, "invalid_payload")
    refused(api.post(url(tier), {"order": {"id": "ord_unknown"}}), 404, "not_found")
    assert not Redemption.objects.exists()
