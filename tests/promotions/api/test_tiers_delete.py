"""`DELETE /v1/promotions/tiers/{promotionTierId}`: for good."""

from __future__ import annotations

from rest_framework.test import APIClient

from promotions.models import PromotionTier, Redemption
from tests.factories.promotions import CREATED_AT, CampaignFactory, PromotionTierFactory
from tests.promotions.api.catalogue import audited, refused, told


def test_deletes_the_tier(api: APIClient) -> None:
    tier = PromotionTierFactory()
    path = f"/v1/promotions/tiers/{tier.public_id}"

    answer = api.delete(path)

    assert (answer.status_code, answer.content) == (204, b"")
    refused(api.get(path), 404, "not_found")
    refused(api.delete(path), 404, "not_found")
    assert api.get("/v1/promotions/tiers").json()["total"] == 0
    assert told() == ["campaign.promotion_tier.deleted"]
    assert audited() == ["promotion_tier.deleted"]


def test_the_history_of_redemptions_stays(api: APIClient) -> None:
    tier = PromotionTierFactory(name="Ten")
    redemption = Redemption.objects.create(
        redeemed_at=CREATED_AT,
        result=Redemption.Result.SUCCESS,
        status=Redemption.Status.SUCCEEDED,
        related_object_type=Redemption.RelatedObject.PROMOTION_TIER,
        promotion_tier=tier,
    )

    api.delete(f"/v1/promotions/tiers/{tier.public_id}")

    body = api.get(f"/v1/redemptions/{redemption.public_id}").json()
    assert body["promotion_tier"]["name"] == "Ten"


def test_a_protected_campaign_stays(api: APIClient) -> None:
    tier = PromotionTierFactory(campaign=CampaignFactory(promotion=True, protected=True))

    refused(api.delete(f"/v1/promotions/tiers/{tier.public_id}"), 400, "resource_protected")
    assert PromotionTier.objects.get().deleted_at is None
