"""`GET /client/v1/promotions/tiers`."""

from __future__ import annotations

from datetime import datetime

import pytest
from rest_framework.test import APIClient

from promotions.models import Campaign, PromotionTier
from tests.promotions.conftest import PERCENT_10

pytestmark = pytest.mark.django_db

URL = "/client/v1/promotions/tiers"


@pytest.fixture
def tier(db: None, now: datetime) -> PromotionTier:
    campaign = Campaign.objects.create(name="Sale", campaign_type="PROMOTION", created_at=now)
    return PromotionTier.objects.create(campaign=campaign, name="10 %", discount=PERCENT_10, created_at=now)


def test_lists_tiers_for_a_page(client_api: APIClient, tier: PromotionTier) -> None:
    answer = client_api.get(URL, {"is_available": "true"})

    assert answer.status_code == 200
    assert [row["id"] for row in answer.json()["tiers"]] == [tier.public_id]
    assert answer["Access-Control-Allow-Origin"] == "https://shop.example"


def test_rights(client_api: APIClient, api: APIClient, anonymous: APIClient) -> None:
    assert anonymous.get(URL).status_code == 401
    assert api.get(URL).status_code == 401
    assert client_api.post(URL, {}).status_code == 403
    elsewhere = client_api.get(URL, headers={"Origin": "https://evil.example"})
    assert elsewhere.status_code == 403
