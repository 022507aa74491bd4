"""`GET /v1/promotions/tiers/{promotionTierId}`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rest_framework.test import APIClient

from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory, percent
from tests.promotions.api.catalogue import refused


def test_shows_the_tier_without_nulls(api: APIClient) -> None:
    tier = PromotionTierFactory(
        banner="",
        discount=percent(12.5),
        redeemed_quantity=3,
        orders_total_amount=9000,
        orders_total_discount_amount=900,
    )

    body = api.get(f"/v1/promotions/tiers/{tier.public_id}").json()

    assert None not in body.values()
    assert {"banner", "updated_at", "start_date", "expiration_date", "category"}.isdisjoint(body)
    assert body["action"]["discount"]["percent_off"] == 12.5
    assert body["summary"] == {
        "redemptions": {"total_redeemed": 3},
        "orders": {"total_amount": 9000, "total_discount_amount": 900},
    }


def test_what_was_deleted_is_not_found(api: APIClient, now: datetime) -> None:
    gone = PromotionTierFactory(deleted_at=now)
    with_campaign = PromotionTierFactory(campaign=CampaignFactory(promotion=True, deleted_at=now))

    for tier in (gone, with_campaign):
        refused(api.get(f"/v1/promotions/tiers/{tier.public_id}"), 404, "not_found")


def test_is_found_by_id_only(api: APIClient) -> None:
    refused(api.get(f"/v1/promotions/tiers/{PromotionTierFactory().name}"), 404, "not_found")


def test_costs_a_constant_number_of_queries(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    tier = PromotionTierFactory(category=CategoryFactory())
    path = f"/v1/promotions/tiers/{tier.public_id}"
    api.get(path)  # the first call of a key is also noted

    assert count_queries(lambda: api.get(path)) <= 3
