"""`POST /v1/promotions/{campaignId}/tiers`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.actors import Actor
from core.services import metadata_schemas
from promotions.models import Campaign, PromotionTier
from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory
from tests.promotions.api.catalogue import NO_RULES, PERCENT, SHOWN_PERCENT, audited, refused, told

ACTION = {"discount": PERCENT}


@pytest.fixture
def promotion(db: None) -> Campaign:
    campaign: Campaign = CampaignFactory(name="Auto", promotion=True, ends_at="2030-01-01T00:00:00Z")
    return campaign


@pytest.fixture
def url(promotion: Campaign) -> str:
    return f"/v1/promotions/{promotion.public_id}/tiers"


def test_answers_with_the_whole_tier(api: APIClient, promotion: Campaign, url: str) -> None:
    category = CategoryFactory(name="Loud")

    answer = api.post(
        url,
        {
            "name": "Ten",
            "banner": "10 percent off",
            "action": ACTION,
            "metadata": {"a": 1},
            "start_date": "2026-01-01",
            "expiration_date": "2027-01-01",
            "validity_day_of_week": [1],
            "category_id": category.public_id,
            "unknown": 1,
        },
    )

    assert answer.status_code == 200
    tier = PromotionTier.objects.get()
    assert list(answer.json().items()) == [
        ("id", tier.public_id),
        ("created_at", answer.json()["created_at"]),
        ("name", "Ten"),
        ("banner", "10 percent off"),
        ("action", {"discount": SHOWN_PERCENT}),
        ("metadata", {"a": 1}),
        ("hierarchy", 1),
        ("promotion_id", promotion.public_id),
        (
            "campaign",
            {
                "id": promotion.public_id,
                "expiration_date": "2030-01-01T00:00:00.000Z",
                "active": True,
                "object": "campaign",
            },
        ),
        ("campaign_id", promotion.public_id),
        ("active", True),
        ("start_date", "2026-01-01T00:00:00.000Z"),
        ("expiration_date", "2027-01-01T00:00:00.000Z"),
        ("validity_day_of_week", [1]),
        (
            "summary",
            {
                "redemptions": {"total_redeemed": 0},
                "orders": {"total_amount": 0, "total_discount_amount": 0},
            },
        ),
        ("object", "promotion_tier"),
        ("validation_rule_assignments", NO_RULES),
        ("category", "Loud"),
        ("category_id", category.public_id),
        ("categories", answer.json()["categories"]),
    ]
    assert told() == ["campaign.promotion_tier.created"]
    assert audited() == ["promotion_tier.created"]


def test_goes_last_unless_a_place_is_asked_for(api: APIClient, promotion: Campaign, url: str) -> None:
    for name in ("A", "B"):
        api.post(url, {"name": name, "action": ACTION})

    api.post(url, {"name": "FIRST", "action": ACTION, "hierarchy": 1})
    api.post(url, {"name": "FAR", "action": ACTION, "hierarchy": 10})
    api.post(url, {"name": "LAST", "action": ACTION})

    shown = [(tier["name"], tier["hierarchy"]) for tier in api.get(url).json()["tiers"]]
    assert shown == [("FIRST", 1), ("A", 2), ("B", 3), ("FAR", 10), ("LAST", 11)]


def test_a_deleted_tier_keeps_no_place(api: APIClient, promotion: Campaign, url: str, now: datetime) -> None:
    PromotionTierFactory(campaign=promotion, hierarchy=5, deleted_at=now)

    assert api.post(url, {"name": "A", "action": ACTION}).json()["hierarchy"] == 1


@pytest.mark.parametrize(
    ("body", "key", "details"),
    [
        ({"name": "A"}, "invalid_payload", ".action.discount"),
        ({"name": "A", "action": {}}, "invalid_payload", ".action.discount"),
        ({"action": ACTION}, "invalid_payload", ".name"),
        ({"name": "", "action": ACTION}, "invalid_payload", ".name"),
        ({"name": "A", "action": ACTION, "hierarchy": 0}, "invalid_payload", ".hierarchy"),
        ({"name": "A", "action": ACTION, "hierarchy": "1st"}, "invalid_payload", ".hierarchy"),
        ({"name": "A", "action": {"discount": {"type": "FIXED"}}}, "invalid_payload", "fixed_amount: "),
        (
            {"name": "A", "action": ACTION, "start_date": "2027-01-01", "expiration_date": "2026-01-01"},
            "invalid_expiration_date",
            "",
        ),
        (
            {"name": "A", "action": ACTION, "validity_timeframe": {"interval": "P1D", "duration": "PT1H"}},
            "invalid_payload",
            "start_date",
        ),
    ],
)
def test_refuses_tiers_that_cannot_be(
    api: APIClient, url: str, body: dict[str, Any], key: str, details: str
) -> None:
    refused(api.post(url, body), 400, key, details)
    assert not PromotionTier.objects.exists()
    assert told() == []


def test_windows_count_from_the_campaigns_start(api: APIClient, promotion: Campaign, url: str) -> None:
    Campaign.objects.update(starts_at="2026-01-01T00:00:00Z")
    timeframe = {"interval": "P1D", "duration": "PT1H"}

    answer = api.post(url, {"name": "A", "action": ACTION, "validity_timeframe": timeframe})

    assert answer.status_code == 200
    assert answer.json()["validity_timeframe"] == timeframe


def test_only_a_promotion_has_tiers(api: APIClient) -> None:
    CampaignFactory(name="Codes")

    refused(api.post("/v1/promotions/Codes/tiers", {"name": "A", "action": ACTION}), 400, "invalid_campaign")


def test_a_protected_campaign_stays(api: APIClient, promotion: Campaign, url: str) -> None:
    Campaign.objects.update(protected=True)

    refused(api.post(url, {"name": "A", "action": ACTION}), 400, "resource_protected")
    assert not PromotionTier.objects.exists()


@pytest.mark.parametrize("body", [{"category": "None such"}, {"validation_rules": ["val_0"]}])
def test_refuses_unknown_references(api: APIClient, url: str, body: dict[str, Any]) -> None:
    refused(api.post(url, {"name": "A", "action": ACTION, **body}), 404, "not_found")


def test_holds_metadata_against_the_schema(api: APIClient, url: str, actor: Actor, now: datetime) -> None:
    metadata_schemas.create(
        related_object="promotion_tier",
        properties={"a": {"type": "number", "optional": False}},
        actor=actor,
        now=now,
    )

    refused(api.post(url, {"name": "A", "action": ACTION}), 400, "metadata_validation_failed")
