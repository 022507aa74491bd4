"""`POST /v1/campaigns/{campaignId}/vouchers/{code}`: exactly this code."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from promotions.models import Campaign, Voucher
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.promotions.api.catalogue import SHOWN_PERCENT, audited, refused, told


@pytest.mark.parametrize(
    ("path", "code"), [("SUMMER", "SUMMER"), ("a%20b%2Fc", "a b/c"), ("vouchers", "vouchers")]
)
@pytest.mark.parametrize("body", [None, {}, {"code": "OTHER"}])
def test_adds_the_code_of_the_path(api: APIClient, path: str, code: str, body: dict[str, str] | None) -> None:
    campaign = CampaignFactory(name="Spring")

    answer = api.post(f"/v1/campaigns/Spring/vouchers/{path}", body)

    assert answer.status_code == 200
    assert answer.json()["code"] == code
    assert answer.json()["campaign_id"] == campaign.public_id
    assert answer.json()["discount"] == SHOWN_PERCENT
    assert Campaign.objects.get().vouchers_count == 1
    assert told() == audited() == ["voucher.created"]


def test_refuses_a_taken_code(api: APIClient) -> None:
    CampaignFactory(name="Spring")
    VoucherFactory(code="SUMMER")

    refused(api.post("/v1/campaigns/Spring/vouchers/SUMMER"), 409, "duplicate_found", "SUMMER")
    assert Voucher.objects.count() == 1
    assert Campaign.objects.get().vouchers_count == 0
    assert told() == []


def test_a_promotion_takes_no_codes(api: APIClient) -> None:
    CampaignFactory(name="Auto", promotion=True)

    refused(api.post("/v1/campaigns/Auto/vouchers/SUMMER"), 400, "invalid_campaign")
