"""`POST /v1/promotions/tiers/{promotionTierId}/enable`."""

from __future__ import annotations

from rest_framework.test import APIClient

from promotions.models import PromotionTier
from tests.factories.promotions import PromotionTierFactory
from tests.promotions.api.catalogue import audited, told


def test_enables_and_answers_with_the_tier(api: APIClient) -> None:
    tier = PromotionTierFactory(is_active=False)

    answer = api.post(f"/v1/promotions/tiers/{tier.public_id}/enable", {})

    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["active"]) == (tier.public_id, True)
    assert PromotionTier.objects.get().is_active is True
    assert told() == ["campaign.promotion_tier.enabled"]
    assert audited() == ["promotion_tier.enabled"]


def test_the_second_time_nothing_happens(api: APIClient) -> None:
    tier = PromotionTierFactory(is_active=True)

    body = api.post(f"/v1/promotions/tiers/{tier.public_id}/enable").json()

    assert body["active"] is True
    assert "updated_at" not in body
    assert told() == []
