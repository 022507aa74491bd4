"""POST /v1/vouchers/import, /v1/vouchers/importCSV, /v1/campaigns/{id}/import and …/importCSV"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from core.models import AuditEntry, OutboxEvent
from integrations.models import AsyncAction, ImportChunk, ImportFile
from promotions.models import Campaign, Voucher
from tests.commerce.api.jobs import outcome, send_csv
from tests.commerce.conftest import told, work_off
from tests.factories.promotions import CampaignFactory, CategoryFactory, VoucherFactory

__all__ = ["told", "work_off"]

pytestmark = pytest.mark.django_db

TEN = {"type": "PERCENT", "percent_off": 10}
HEADER = "Code,Voucher Type,Value,Discount Type,Start Date,Expiration Date,Active,Category,Redemption Limit"


@pytest.fixture
def coupons(db: None) -> Campaign:
    return CampaignFactory(name="Coupons", voucher_redemption_quantity=3)


@pytest.fixture
def cards(db: None) -> Campaign:
    return CampaignFactory(
        name="Cards",
        campaign_type=Campaign.CampaignType.GIFT_VOUCHERS,
        discount=None,
        gift={"amount": 5000, "effect": "APPLY_TO_ORDER"},
    )


def stored(code: str) -> Voucher:
    return Voucher.objects.get(code=code)


def test_imports_codes_with_their_own_discount(api: APIClient, work_off: Any, told: Any) -> None:
    CategoryFactory(name="News")
    text = (
        f"{HEADER},Additional Info,Colour,Loud\n"
        "A-1,DISCOUNT_VOUCHER,12.5,PERCENT,2026-01-01,2026-12-31,true,News,5,see,red,true\n"
        'B-2,discount_voucher,"9.99",AMOUNT,2026-01-01T10:00:00Z,,FALSE,,,,,\n'
        "C-3,GIFT_VOUCHER,50,,,,,,,,,\n"
    )

    answer = send_csv(api, "/v1/vouchers/importCSV", text)
    work_off()

    assert answer.status_code == 202
    result = outcome(api, answer)
    assert (result["type"], result["operation_status"]) == ("VOUCHERS.IMPORT_CSV", "SUCCESS")
    assert result["result"] == {
        "message": "3 done, 0 failed",
        "failed": [],
        "done_count": 3,
        "failed_count": 0,
    }
    first, second, third = stored("A-1"), stored("B-2"), stored("C-3")
    assert first.discount["percent_off"] == 12.5
    assert (first.starts_at, first.ends_at) == (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    )
    assert (first.redemption_quantity, first.category.name, first.additional_info) == (5, "News", "see")
    assert first.metadata == {"Colour": "red", "Loud": True}
    assert (second.discount["amount_off"], second.is_active) == (999, False)
    assert second.starts_at == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert (third.gift_amount, third.gift_balance) == (5000, 5000)
    assert third.transactions.get().amount == 5000
    assert "voucher.created" not in told()
    assert AuditEntry.objects.filter(action="voucher.created").count() == 3
    assert not ImportChunk.objects.exists()


def test_tells_of_new_codes_if_that_is_asked_for(api: APIClient, work_off: Any) -> None:
    upload = SimpleUploadedFile("a.csv", b"Code,Discount Type,Value\nA,PERCENT,10\n")
    body = {"file": upload, "webhooks_enable": "true"}

    assert api.post("/v1/vouchers/importCSV", body, format="multipart").status_code == 202
    work_off()

    assert OutboxEvent.objects.filter(name="voucher.created").count() == 1


def test_a_campaigns_codes_are_like_its_others(api: APIClient, coupons: Campaign, work_off: Any) -> None:
    text = "code,ACTIVE,Note,Voucher Type\nA-1,,hello,DISCOUNT_VOUCHER\nA-2,false,,\n"

    answer = send_csv(api, f"/v1/campaigns/{coupons.public_id}/importCSV", text)
    work_off()

    assert answer.status_code == 200
    assert outcome(api, answer)["type"] == "CAMPAIGN.VOUCHERS_IMPORT_CSV"
    first, second = stored("A-1"), stored("A-2")
    assert (first.campaign, first.discount, first.redemption_quantity) == (coupons, None, 3)
    assert first.metadata == {"Note": "hello", "Voucher Type": "DISCOUNT_VOUCHER"}
    assert (first.is_active, second.is_active) == (True, False)
    coupons.refresh_from_db()
    assert coupons.vouchers_count == 2
    entry = AuditEntry.objects.get(action="campaign.vouchers.imported")
    assert (entry.entity_id, entry.after) == (coupons.public_id, {"count": 2})


def test_what_was_used_elsewhere_is_taken_off(
    api: APIClient, coupons: Campaign, cards: Campaign, work_off: Any
) -> None:
    of_coupons = "Code,Redeemed Quantity\nA,2\nB,4\n"
    of_cards = "Code,Gift Amount,Redeemed Amount\nG,80.50,30.25\nH,,60\nI,,\n"

    first = send_csv(api, f"/v1/campaigns/{coupons.public_id}/importCSV", of_coupons)
    second = send_csv(api, f"/v1/campaigns/{cards.public_id}/importCSV", of_cards)
    work_off()

    assert (stored("A").redemption_quantity, stored("A").redeemed_quantity) == (1, 0)
    assert outcome(api, first)["result"]["failed"] == [
        {"code": "B", "row": 2, "reason": "The code was used 4 times and may be used 3 times."}
    ]
    assert (stored("G").gift_amount, stored("G").gift_balance) == (5025, 5025)
    assert stored("G").transactions.get().amount == 5025
    assert stored("I").gift_balance == 5000
    assert [failed["code"] for failed in outcome(api, second)["result"]["failed"]] == ["H"]


def test_known_codes_get_state_category_and_metadata_only(
    api: APIClient, coupons: Campaign, work_off: Any
) -> None:
    news = CategoryFactory(name="News")
    mine = VoucherFactory(code="MINE", campaign=coupons, metadata={"a": "1", "b": "1"})
    VoucherFactory(code="OTHER", campaign=CampaignFactory())
    text = "Code,Active,Category,b\nMINE,false,News,2\nOTHER,false,,\n"

    answer = send_csv(api, f"/v1/campaigns/{coupons.public_id}/importCSV", text)
    work_off()

    mine.refresh_from_db()
    assert (mine.is_active, mine.category, mine.metadata) == (False, news, {"a": "1", "b": "2"})
    assert stored("OTHER").is_active
    assert outcome(api, answer)["result"]["failed"] == [
        {"code": "OTHER", "row": 2, "reason": "The code belongs to another campaign, or to none."}
    ]
    coupons.refresh_from_db()
    assert coupons.vouchers_count == 0


def test_bad_rows_are_named_and_stop_nothing(api: APIClient, work_off: Any) -> None:
    text = (
        "Code,Discount Type,Value,Active,Start Date,Redemption Limit,Voucher Type,Category\n"
        ",PERCENT,10,,,,,\n"
        "P,PERCENT,ten,,,,,\n"
        "Q,PERCENT,101,,,,,\n"
        "R,HALF,10,,,,,\n"
        "S,PERCENT,10,perhaps,,,,\n"
        "T,PERCENT,10,,soon,,,\n"
        "U,PERCENT,10,,,-1,,\n"
        "V,,,,,,,\n"
        "W,PERCENT,10,,,,LOYALTY_CARD,\n"
        "X,PERCENT,10,,,,,nowhere\n"
        "Y,AMOUNT,1e999999999,,,,,\n"
        "Z,PERCENT,10,,,,,\n"
        "Z,PERCENT,10,,,,,\n"
        "\n"
        "AA,AMOUNT,1.005,,,,,\n"
    )

    answer = send_csv(api, "/v1/vouchers/importCSV", text)
    work_off()

    result = outcome(api, answer)["result"]
    assert [failed["row"] for failed in result["failed"]] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15]
    assert all(failed["reason"] for failed in result["failed"])
    assert (result["done_count"], result["failed_count"]) == (2, 12)
    assert list(Voucher.objects.values_list("code", flat=True)) == ["Z"]


def test_imports_an_array(api: APIClient, coupons: Campaign, work_off: Any) -> None:
    body = [
        {"code": "A", "active": False, "metadata": {"n": 1.5}, "redemption": {"quantity": 7}},
        {"code": "B", "discount": {"type": "PERCENT", "percent_off": 12.34}},
    ]

    answer = api.post(f"/v1/campaigns/{coupons.public_id}/import", body)
    alone = api.post(
        "/v1/vouchers/import",
        [
            {"code": "C", "type": "DISCOUNT_VOUCHER", "discount": TEN},
            {"code": "D", "type": "GIFT_VOUCHER", "gift": {"amount": 5000, "balance": 1000}},
        ],
    )
    work_off()

    assert (answer.status_code, alone.status_code) == (202, 202)
    assert outcome(api, answer)["type"] == "CAMPAIGN.VOUCHERS_IMPORT"
    assert outcome(api, alone)["type"] == "VOUCHERS.IMPORT"
    first = stored("A")
    assert (first.is_active, first.metadata, first.redemption_quantity) == (False, {"n": 1.5}, 7)
    assert str(stored("B").discount["percent_off"]) == "12.34"
    assert stored("C").campaign is None
    assert (stored("D").gift_amount, stored("D").gift_balance) == (1000, 1000)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"code": "A"}, "invalid_payload"),
        ([{"discount": TEN}], "invalid_payload"),
        ([{"code": "A"}, {"code": "A"}], "duplicate_key"),
        ([{"code": "A", "active": "perhaps"}], "invalid_payload"),
        ([{"code": f"A{number}"} for number in range(2001)], "invalid_payload"),
    ],
)
def test_refuses_what_is_no_list_of_codes(api: APIClient, coupons: Campaign, body: Any, key: str) -> None:
    answer = api.post(f"/v1/campaigns/{coupons.public_id}/import", body)

    assert (answer.status_code, answer.json()["key"]) == (400, key)
    assert not AsyncAction.objects.exists()
    assert not ImportFile.objects.exists()


def test_a_campaign_that_takes_no_codes_refuses_at_once(api: APIClient, coupons: Campaign) -> None:
    Campaign.objects.filter(pk=coupons.pk).update(type=Campaign.Type.STANDALONE)

    refused = send_csv(api, f"/v1/campaigns/{coupons.public_id}/importCSV", "Code\nA\n")
    unknown = send_csv(api, "/v1/campaigns/camp_none/importCSV", "Code\nA\n")

    assert (refused.status_code, unknown.status_code) == (400, 404)
    assert not AsyncAction.objects.exists()


def test_needs_the_file(api: APIClient, coupons: Campaign) -> None:
    for url in ("/v1/vouchers/importCSV", f"/v1/campaigns/{coupons.public_id}/importCSV"):
        answer = api.post(url, {"other": "x"}, format="multipart")

        assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
        assert answer.json()["details"] == "Payload should have required property 'file'"
