"""`DELETE /v1/campaigns/{campaignId}`."""

from __future__ import annotations

from datetime import datetime

from rest_framework.test import APIClient

from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.models import Campaign, Voucher
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.promotions.api.catalogue import PERCENT, audited, refused, told

URL = "/v1/campaigns/Spring"
AGAIN = {"name": "Spring", "voucher": {"type": "DISCOUNT_VOUCHER", "discount": PERCENT}}


def test_the_bin_takes_the_codes_along_and_keeps_names_reserved(api: APIClient) -> None:
    campaign = CampaignFactory(name="Spring", vouchers_count=2)
    VoucherFactory(code="A", campaign=campaign)
    VoucherFactory(code="B", campaign=campaign)
    VoucherFactory(code="OTHER")

    answer = api.delete(URL)

    assert answer.status_code == 202
    action = AsyncAction.objects.get()
    assert answer.json() == {"async_action_id": action.public_id}
    assert (action.type, action.status, action.done_count) == ("CAMPAIGN.VOUCHERS_DELETE", "DONE", 2)
    refused(api.get(URL), 404, "not_found")
    refused(api.get("/v1/vouchers/A"), 404, "not_found")
    assert Voucher.objects.filter(deleted_at=None).get().code == "OTHER"
    refused(api.post("/v1/campaigns", AGAIN), 409, "duplicate_found")
    refused(api.post("/v1/vouchers/A", {"discount": PERCENT}), 409, "duplicate_found")
    assert told() == audited() == ["campaign.deleted"]


def test_force_frees_name_and_codes(api: APIClient) -> None:
    VoucherFactory(code="A", campaign=CampaignFactory(name="Spring"))

    assert api.delete(f"{URL}?force=true").status_code == 202

    assert api.post("/v1/campaigns", AGAIN).status_code == 200
    assert api.post("/v1/vouchers/A", {"discount": PERCENT}).status_code == 200


def test_force_empties_the_bin(api: APIClient) -> None:
    VoucherFactory(code="A", campaign=CampaignFactory(name="Spring"))
    api.delete(URL)

    refused(api.delete(URL), 404, "not_found")
    assert api.delete(f"{URL}?force=true").status_code == 202
    refused(api.delete(f"{URL}?force=true"), 404, "not_found")
    assert api.post("/v1/vouchers/A", {"discount": PERCENT}).status_code == 200
    assert told().count("campaign.deleted") == 1


def test_many_codes_go_slice_by_slice_but_out_of_sight_at_once(api: APIClient, now: datetime) -> None:
    campaign = CampaignFactory(name="Spring")
    Voucher.objects.bulk_create(
        Voucher(code=f"C{n}", code_key=f"C{n}", campaign=campaign, created_at=now) for n in range(1200)
    )

    action_id = api.delete(URL).json()["async_action_id"]

    assert api.get("/v1/vouchers").json()["total"] == 0
    assert Voucher.objects.filter(deleted_at=None).count() == 200
    action = async_actions.advance(public_id=action_id, now=now)
    assert action is not None
    assert (action.status, action.done_count) == ("DONE", 1200)
    assert not Voucher.objects.filter(deleted_at=None).exists()


def test_a_protected_campaign_stays(api: APIClient) -> None:
    CampaignFactory(name="Spring", protected=True)

    refused(api.delete(f"{URL}?force=true"), 400, "resource_protected")
    assert Campaign.objects.get().deleted_at is None
    assert not AsyncAction.objects.exists()
