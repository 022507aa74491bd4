"""`POST /v1/promotions/tiers/{promotionTierId}/disable`."""

from __future__ import annotations

from rest_framework.test import APIClient

from promotions.models import PromotionTier
from tests.factories.promotions import PromotionTierFactory
from tests.promotions.api.catalogue import audited, told


def test_disables_and_answers_with_the_tier(api: APIClient) -> None:
    tier = PromotionTierFactory(is_active=True)

    answer = api.post(f"/v1/promotions/tiers/{tier.public_id}/disable", {})

    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["active"]) == (tier.public_id, False)
    assert PromotionTier.objects.get().is_active is False
    assert told() == ["campaign.promotion_tier.disabled"]
    assert audited() == ["promotion_tier.disabled"]


def test_the_second_time_nothing_happens(api: APIClient) -> None:
    tier = PromotionTierFactory(is_active=False)

    body = api.post(f"/v1/promotions/tiers/{tier.public_id}/disable").json()

    assert body["active"] is False
    assert "updated_at" not in body
    assert told() == []
