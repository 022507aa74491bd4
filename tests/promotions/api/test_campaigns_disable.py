"""`POST /v1/campaigns/{campaignId}/disable`."""

from __future__ import annotations

from rest_framework.test import APIClient

from promotions.models import Campaign, Voucher
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.promotions.api.catalogue import audited, told


def test_disables_the_campaign_and_leaves_its_codes_alone(api: APIClient) -> None:
    campaign = CampaignFactory(name="Spring", is_active=True)
    VoucherFactory(campaign=campaign, is_active=True)

    answer = api.post("/v1/campaigns/Spring/disable", {})

    assert (answer.status_code, answer.json()) == (200, {})
    assert Campaign.objects.get().is_active is False
    assert Voucher.objects.get().is_active is True
    assert api.get("/v1/campaigns/Spring").json()["active"] is False
    assert told() == audited() == ["campaign.disabled"]


def test_the_second_time_nothing_happens(api: APIClient) -> None:
    campaign = CampaignFactory(is_active=False)

    assert api.post(f"/v1/campaigns/{campaign.public_id}/disable").json() == {}
    assert told() == []
