"""`PUT /v1/promotions/tiers/{promotionTierId}`."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import AuditEntry
from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory, percent
from tests.promotions.api.catalogue import audited, refused, told


def test_changes_what_was_sent(api: APIClient) -> None:
    category = CategoryFactory()
    tier = PromotionTierFactory(name="Old", metadata={"a": 1, "b": 2}, discount=percent(10))
    path = f"/v1/promotions/tiers/{tier.public_id}"

    answer = api.put(
        path,
        {
            "name": "New",
            "banner": None,
            "action": {"discount": {"type": "PERCENT", "percent_off": 12.5, "amount_limit": 100}},
            "metadata": {"b": 3},
            "expiration_date": "2027-01-01",
            "category_id": category.public_id,
            "active": False,
        },
    )

    body = answer.json()
    assert answer.status_code == 200
    assert body["name"] == "New"
    assert "banner" not in body
    assert body["action"]["discount"] == {
        "type": "PERCENT",
        "percent_off": 12.5,
        "amount_limit": 100,
        "effect": "APPLY_TO_ORDER",
        "is_dynamic": False,
    }
    assert body["metadata"] == {"a": 1, "b": 3}
    assert body["category_id"] == category.public_id
    assert body["active"] is False
    assert body["updated_at"]
    assert api.get(path).json() == body
    assert told() == ["campaign.promotion_tier.updated"]
    assert audited() == ["promotion_tier.updated"]
    assert AuditEntry.objects.get(action="promotion_tier.updated").after["name"] == "New"


def test_another_type_of_discount_replaces_it(api: APIClient) -> None:
    tier = PromotionTierFactory(discount=percent(10))

    body = api.put(
        f"/v1/promotions/tiers/{tier.public_id}",
        {"action": {"discount": {"type": "AMOUNT", "amount_off": 300}}},
    ).json()

    assert (body["action"]["discount"]["type"], body["action"]["discount"]["amount_off"]) == ("AMOUNT", 300)
    assert "percent_off" not in body["action"]["discount"]


def test_moving_up_makes_room(api: APIClient) -> None:
    campaign = CampaignFactory(promotion=True)
    tiers = [
        PromotionTierFactory(campaign=campaign, name=name, hierarchy=n) for n, name in enumerate("ABC", 1)
    ]

    api.put(f"/v1/promotions/tiers/{tiers[2].public_id}", {"hierarchy": 1})

    shown = api.get(f"/v1/promotions/{campaign.public_id}/tiers").json()["tiers"]
    assert [tier["name"] for tier in shown] == ["C", "A", "B"]
    assert len({tier["hierarchy"] for tier in shown}) == 3


def test_null_takes_limits_away(api: APIClient) -> None:
    tier = PromotionTierFactory(
        category=CategoryFactory(), starts_at="2026-01-01T00:00:00Z", ends_at="2027-01-01T00:00:00Z"
    )

    body = api.put(
        f"/v1/promotions/tiers/{tier.public_id}",
        {"start_date": None, "expiration_date": None, "category_id": None},
    ).json()

    assert {"start_date", "expiration_date", "category_id"}.isdisjoint(body)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"name": ""}, "invalid_payload"),
        ({"action": {"discount": {"percent_off": 500}}}, "invalid_payload"),
        ({"hierarchy": 1.5}, "invalid_payload"),
        ({"expiration_date": "2020-01-01"}, "invalid_expiration_date"),
    ],
)
def test_refuses_what_cannot_be_and_changes_nothing(api: APIClient, body: dict[str, Any], key: str) -> None:
    tier = PromotionTierFactory(starts_at="2026-01-01T00:00:00Z")
    path = f"/v1/promotions/tiers/{tier.public_id}"
    before = api.get(path).json()

    refused(api.put(path, {"banner": "x", **body}), 400, key)

    assert api.get(path).json() == before
    assert told() == []


def test_a_protected_campaign_stays(api: APIClient) -> None:
    tier = PromotionTierFactory(campaign=CampaignFactory(promotion=True, protected=True))

    refused(api.put(f"/v1/promotions/tiers/{tier.public_id}", {"name": "x"}), 400, "resource_protected")
    assert told() == []
