"""`PUT /v1/vouchers/{code}`."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import AuditEntry
from tests.factories.promotions import CampaignFactory, CategoryFactory, VoucherFactory, amount, percent
from tests.promotions.api.catalogue import audited, refused, told

URL = "/v1/vouchers/SUMMER"


def test_changes_what_was_sent(api: APIClient) -> None:
    category = CategoryFactory(name="Loud")
    VoucherFactory(code="SUMMER", metadata={"a": 1, "b": 2}, redemption_quantity=3, discount=percent(12.5))

    answer = api.put(
        URL,
        {
            "category": "Loud",
            "start_date": "2026-01-01",
            "expiration_date": "2026-12-31",
            "active": False,
            "additional_info": "tv",
            "metadata": {"b": 3},
            "discount": {"percent_off": 20},
            "code": "OTHER",
            "redemption": {"quantity": 99},
        },
    )

    body = answer.json()
    assert answer.status_code == 200
    assert body["code"] == "SUMMER"
    assert body["category_id"] == category.public_id
    assert (body["start_date"], body["expiration_date"]) == (
        "2026-01-01T00:00:00.000Z",
        "2026-12-31T00:00:00.000Z",
    )
    assert body["active"] is False
    assert body["additional_info"] == "tv"
    assert body["metadata"] == {"a": 1, "b": 3}
    assert body["discount"]["percent_off"] == 20
    assert body["redemption"]["quantity"] == 3
    assert body["updated_at"] is not None
    assert told() == audited() == ["voucher.updated"]
    entry = AuditEntry.objects.get(action="voucher.updated")
    assert entry.before["is_active"] is True
    assert entry.after["is_active"] is False
    assert entry.before["metadata"] == {"a": 1, "b": 2}
    assert api.get(URL).json() == body


def test_null_takes_limits_away(api: APIClient) -> None:
    VoucherFactory(
        code="SUMMER",
        category=CategoryFactory(),
        starts_at="2026-01-01T00:00:00Z",
        ends_at="2027-01-01T00:00:00Z",
        timeframe_interval="P2D",
        timeframe_duration="P1D",
        days_of_week=[1],
        additional_info="x",
    )
    names = ("start_date", "expiration_date", "validity_timeframe", "validity_day_of_week")

    body = api.put(URL, {**dict.fromkeys(names), "category_id": None, "additional_info": None}).json()

    assert {body[name] for name in (*names, "category", "category_id", "additional_info")} == {None}


def test_the_type_of_the_discount_stays(api: APIClient) -> None:
    VoucherFactory(code="SUMMER", discount=amount(500))

    body = api.put(URL, {"discount": {"type": "PERCENT", "percent_off": 10}}).json()

    assert body["discount"]["type"] == "AMOUNT"
    assert body["discount"]["amount_off"] == 500
    assert told() == []


def test_a_code_of_a_campaign_gets_a_discount_of_its_own(api: APIClient) -> None:
    voucher = VoucherFactory(code="SUMMER", campaign=CampaignFactory(discount=percent(10)))

    assert api.put(URL, {"discount": {"percent_off": 15}}).json()["discount"]["percent_off"] == 15
    voucher.campaign.refresh_from_db()
    assert voucher.campaign.discount["percent_off"] == 10


def test_nothing_sent_is_nothing_told(api: APIClient) -> None:
    VoucherFactory(code="SUMMER")

    assert api.put(URL, {}).status_code == 200
    assert told() == []


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"discount": {"percent_off": 101}}, "invalid_voucher"),
        ({"expiration_date": "2020-01-01"}, "invalid_expiration_date"),
        (
            {"start_date": None, "validity_timeframe": {"interval": "P1D", "duration": "P1D"}},
            "invalid_payload",
        ),
        ({"active": 1}, "invalid_payload"),
        ({"category": 5}, "invalid_payload"),
    ],
)
def test_refuses_what_cannot_be_and_changes_nothing(api: APIClient, body: dict[str, Any], key: str) -> None:
    VoucherFactory(code="SUMMER", starts_at="2026-01-01T00:00:00Z")
    before = api.get(URL).json()

    refused(api.put(URL, {"metadata": {"x": 1}, **body}), 400, key)

    assert api.get(URL).json() == before
    assert told() == []


def test_refuses_an_unknown_category(api: APIClient) -> None:
    VoucherFactory(code="SUMMER")

    refused(api.put(URL, {"category_id": "cat_0"}), 404, "not_found")
