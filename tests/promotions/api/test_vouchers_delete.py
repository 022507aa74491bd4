"""`DELETE /v1/vouchers/{code}`: into the bin, or out of the house."""

from __future__ import annotations

from rest_framework.test import APIClient

from promotions.models import Campaign, Redemption, Voucher
from tests.factories.promotions import CREATED_AT, CampaignFactory, VoucherFactory
from tests.promotions.api.catalogue import PERCENT, audited, refused, told

URL = "/v1/vouchers/SUMMER"


def test_the_bin_keeps_the_code_reserved(api: APIClient) -> None:
    campaign = CampaignFactory(vouchers_count=1)
    VoucherFactory(code="SUMMER", campaign=campaign)

    answer = api.delete(URL)

    assert (answer.status_code, answer.content) == (204, b"")
    refused(api.get(URL), 404, "not_found")
    refused(api.post(URL, {"discount": PERCENT}), 409, "duplicate_found")
    assert Campaign.objects.get().vouchers_count == 0
    assert told() == audited() == ["voucher.deleted"]


def test_force_frees_the_code(api: APIClient) -> None:
    VoucherFactory(code="SUMMER")

    assert api.delete(f"{URL}?force=true").status_code == 204
    assert api.post(URL, {"discount": PERCENT}).status_code == 200
    assert Voucher.objects.filter(code="SUMMER").count() == 2


def test_force_frees_a_code_that_is_in_the_bin(api: APIClient) -> None:
    VoucherFactory(code="SUMMER")
    api.delete(URL)

    refused(api.delete(URL), 404, "not_found")
    assert api.delete(f"{URL}?force=true").status_code == 204
    refused(api.delete(f"{URL}?force=true"), 404, "not_found")
    assert api.post(URL, {"discount": PERCENT}).status_code == 200
    assert told() == ["voucher.deleted", "voucher.created"]


def test_the_history_of_redemptions_stays(api: APIClient) -> None:
    voucher = VoucherFactory(code="SUMMER")
    redemption = Redemption.objects.create(
        redeemed_at=CREATED_AT,
        result=Redemption.Result.SUCCESS,
        status=Redemption.Status.SUCCEEDED,
        related_object_type=Redemption.RelatedObject.VOUCHER,
        voucher=voucher,
    )

    api.delete(f"{URL}?force=true")

    body = api.get(f"/v1/redemptions/{redemption.public_id}").json()
    assert body["voucher"]["code"] == "SUMMER"


def test_refuses_a_strange_force(api: APIClient) -> None:
    VoucherFactory(code="SUMMER")

    refused(api.delete(f"{URL}?force=perhaps"), 400, "invalid_query_params")
    assert api.get(URL).status_code == 200
