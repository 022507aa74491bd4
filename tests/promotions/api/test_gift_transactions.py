"""The ledger over the API: lists of a card and of a campaign, and their exports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.actors import Actor
from integrations.models import Export
from integrations.selectors import exports as known_exports
from integrations.services import export_files
from promotions.models import Rollback, Voucher
from promotions.services import ledger
from tests.factories.commerce import OrderFactory
from tests.factories.gift_cards import GiftCampaignFactory, GiftCardFactory, payment
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.promotions.api.catalogue import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(now: datetime, actor: Actor) -> Voucher:
    """Issued with 10,000, topped up by 500, paid 3,000 of which a rollback gave all back, less 200."""
    card: Voucher = GiftCardFactory(code="GIFT50", campaign=GiftCampaignFactory(name="Cards"))
    later = [now + timedelta(minutes=minutes) for minutes in range(4)]
    ledger.adjust(code="GIFT50", amount=500, source_id="crm-1", reason="Goodwill", actor=actor, now=later[0])
    used = payment(card, order=OrderFactory(source_id="web-1"))
    ledger.pay(voucher_id=card.pk, credits=3_000, redemption=used, now=later[1])
    back = Rollback.objects.create(redemption=used, rolled_back_at=later[2], reason="Returned")
    ledger.refund(voucher_id=card.pk, credits=3_000, redemption=used, rollback=back, now=later[2])
    ledger.adjust(code="GIFT50", amount=-200, actor=actor, now=later[3])
    return card


def listed(api: APIClient, url: str) -> list[dict[str, Any]]:
    answer = api.get(url)
    assert answer.status_code == 200, answer.content
    data: list[dict[str, Any]] = answer.json()["data"]
    return data


def test_lists_the_movements_newest_first(api: APIClient, card: Voucher) -> None:
    answer = api.get("/v1/vouchers/GIFT50/transactions").json()

    assert {name: answer[name] for name in answer if name != "data"} == {
        "object": "list",
        "data_ref": "data",
        "has_more": False,
    }
    seen = [
        (row["type"], *(row["details"]["balance"][name] for name in ("amount", "balance", "total")))
        for row in answer["data"]
    ]
    assert seen == [
        ("CREDITS_REMOVAL", -200, 10_300, 10_300),
        ("CREDITS_REFUND", 3_000, 10_500, 10_500),
        ("CREDITS_REDEMPTION", -3_000, 7_500, 10_500),
        ("CREDITS_ADDITION", 500, 10_500, 10_500),
        ("CREDITS_ADDITION", 10_000, 10_000, 10_000),
    ]


def test_prints_a_refund_with_all_that_belongs_to_it(api: APIClient, card: Voucher) -> None:
    refund, paid = listed(api, "/v1/vouchers/GIFT50/transactions")[1:3]
    rollback = Rollback.objects.get()
    order = rollback.redemption.order
    assert order is not None
    assert card.campaign is not None

    assert refund == {
        "id": refund["id"],
        "source_id": None,
        "voucher_id": card.public_id,
        "campaign_id": card.campaign.public_id,
        "type": "CREDITS_REFUND",
        "source": "API",
        "reason": "Returned",
        "details": {
            "balance": {
                "amount": 3_000,
                "total": 10_500,
                "balance": 10_500,
                "type": "gift_voucher",
                "operation_type": "AUTOMATIC",
                "related_object": {"type": "voucher", "id": card.public_id},
                "object": "balance",
            },
            "order": {"id": order.public_id, "source_id": "web-1"},
            "redemption": {"id": rollback.redemption.public_id},
            "rollback": {"id": rollback.public_id},
        },
        "related_transaction_id": paid["id"],
        "created_at": "2026-03-10T12:02:00.000Z",
    }
    assert refund["id"].startswith("vtx_")
    assert paid["related_transaction_id"] is None
    assert set(paid["details"]) == {"balance", "order", "redemption"}


def test_prints_what_was_changed_by_hand(api: APIClient, card: Voucher) -> None:
    removed, _, _, added, issued = listed(api, f"/v1/vouchers/{card.public_id}/transactions")

    assert (added["source_id"], added["reason"], added["source"]) == ("crm-1", "Goodwill", None)
    assert (removed["source_id"], removed["reason"]) == (None, None)
    assert added["details"]["balance"]["operation_type"] == "MANUAL"
    assert (issued["reason"], issued["details"]["balance"]["operation_type"]) == ("Issued", "AUTOMATIC")


def test_pages_by_cursor_in_both_directions(api: APIClient, card: Voucher) -> None:
    url = "/v1/vouchers/GIFT50/transactions"
    everything = [row["id"] for row in listed(api, url)]

    for order, expected in (("-id", everything), ("id", everything[::-1])):
        seen, cursor = [], ""
        while True:
            page = api.get(f"{url}?limit=2&order={order}{cursor}").json()
            seen += [row["id"] for row in page["data"]]
            if not page["has_more"]:
                break
            cursor = f"&starting_after_id={page['more_starting_after']}"
        assert seen == expected

    refused(api.get(f"{url}?order=amount"), 400, "invalid_query_params")
    refused(api.get(f"{url}?starting_after_id=vtx_none"), 400, "invalid_query_params")


def test_other_codes_have_no_movements(api: APIClient) -> None:
    VoucherFactory(code="TEN")

    assert listed(api, "/v1/vouchers/TEN/transactions") == []
    refused(api.get("/v1/vouchers/NOBODY/transactions"), 404, "not_found")


def test_a_campaign_lists_those_of_all_its_cards(api: APIClient, card: Voucher) -> None:
    other = GiftCardFactory(campaign=card.campaign)
    GiftCardFactory()

    rows = listed(api, "/v1/campaigns/Cards/transactions")
    narrowed = listed(
        api, f"/v1/campaigns/Cards/transactions?filters[voucher_id][conditions][$is]={other.public_id}"
    )

    assert len(rows) == 6
    assert {row["voucher_id"] for row in rows} == {card.public_id, other.public_id}
    assert [row["voucher_id"] for row in narrowed] == [other.public_id]


@pytest.mark.parametrize(("method", "suffix"), [("get", ""), ("post", "/export")])
def test_only_gift_campaigns_have_movements(api: APIClient, method: str, suffix: str) -> None:
    CampaignFactory(name="Coupons")

    for name, status, key in (("Coupons", 403, "forbidden"), ("None", 404, "not_found")):
        refused(getattr(api, method)(f"/v1/campaigns/{name}/transactions{suffix}"), status, key)

    assert not Export.objects.exists()


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[..., int], actor, now) -> None:
    GiftCardFactory(code="GIFT50")

    def read() -> None:
        assert api.get("/v1/vouchers/GIFT50/transactions?limit=100").status_code == 200

    read()
    few = count_queries(read)
    for _ in range(20):
        ledger.adjust(code="GIFT50", amount=1, actor=actor, now=now)

    assert count_queries(read) == few <= 12


def exported(now: datetime) -> list[str]:
    export_files.write_next(now=now)
    return b"".join(known_exports.content(Export.objects.get())).decode().splitlines()


def test_exports_the_movements_of_one_card(api: APIClient, card: Voucher, now: datetime) -> None:
    GiftCardFactory()
    parameters = {"order": "-created_at", "fields": ["type", "amount", "balance", "voucher_id", "details"]}

    answer = api.post("/v1/vouchers/GIFT50/transactions/export", {"parameters": parameters}).json()

    assert (answer["exported_object"], answer["status"]) == ("voucher_transactions", "SCHEDULED")
    assert answer["parameters"] == {
        **parameters,
        "filters": {"voucher_id": {"conditions": {"$in": [card.public_id]}}},
    }
    header, newest, *others = exported(now)
    assert header == "type,amount,balance,voucher_id,details"
    assert newest.startswith(f"CREDITS_REMOVAL,-2.00,103.00,{card.public_id},")
    assert '""total"":10300,' in newest
    assert len(others) == 4


def test_exports_the_movements_of_a_campaign(api: APIClient, card: Voucher, now: datetime) -> None:
    GiftCardFactory()

    assert api.post("/v1/campaigns/Cards/transactions/export").status_code == 200

    header, first, *others = exported(now)
    assert header == "id,type,source_id,status,reason,source,balance,amount,created_at"
    assert first.split(",")[1] == "CREDITS_ADDITION"
    assert first.split(",")[6:8] == ["100.00", "100.00"]
    assert len(others) == 4


def test_exports_need_their_right_and_an_existing_card(
    api: APIClient, api_as: Callable[[str], APIClient], card: Voucher
) -> None:
    url = "/v1/vouchers/GIFT50/transactions/export"

    refused(api_as("MERCHANT").post(url), 403, "missing_required_permission")
    refused(api.post("/v1/vouchers/NOBODY/transactions/export"), 404, "not_found")
    refused(api.post(url, {"parameters": {"fields": ["secret"]}}), 400, "invalid_export_fields")

    assert not Export.objects.exists()
    assert api_as("VIEWER").post(url).status_code == 200
