"""`PUT /v1/campaigns/{campaignId}`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import AuditEntry
from promotions.models import Campaign, Voucher
from tests.factories.promotions import CampaignFactory, CategoryFactory, VoucherFactory, amount, percent
from tests.promotions.api.catalogue import audited, refused, told


def put(api: APIClient, campaign: Campaign, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.put(f"/v1/campaigns/{campaign.public_id}", body)
    assert answer.status_code == 200, answer.json()
    result: dict[str, Any] = answer.json()
    return result


def test_changes_what_was_sent(api: APIClient) -> None:
    category = CategoryFactory(name="Loud")
    campaign = CampaignFactory(name="Spring", metadata={"a": 1, "b": 2, "c": 3}, discount=percent(12.5))

    body = put(
        api,
        campaign,
        {
            "name": "Other",
            "description": "New words",
            "start_date": "2026-01-01",
            "expiration_date": "2026-12-31",
            "category_id": category.public_id,
            "metadata": {"b": 5},
            "unset_metadata_fields": ["c"],
            "join_once": True,
            "type": "AUTO_UPDATE",
            "activity_duration_after_publishing": "P3D",
            "discount": {"percent_off": 20},
            "campaign_type": "PROMOTION",
            "protected": True,
        },
    )

    assert body["name"] == "Spring"
    assert body["description"] == "New words"
    assert body["start_date"] == "2026-01-01T00:00:00.000Z"
    assert body["category_id"] == category.public_id
    assert body["metadata"] == {"a": 1, "b": 5}
    assert (body["join_once"], body["type"]) == (True, "AUTO_UPDATE")
    assert body["activity_duration_after_publishing"] == "P3D"
    assert body["voucher"]["discount"]["percent_off"] == 20
    assert body["campaign_type"] == "DISCOUNT_COUPONS"
    assert body["protected"] is False
    assert "updated_at" in body
    assert told() == audited() == ["campaign.updated"]
    entry = AuditEntry.objects.get(action="campaign.updated")
    assert entry.before["description"] == ""
    assert entry.after["description"] == "New words"
    assert api.get("/v1/campaigns/Spring").json() == body


def test_a_null_end_clears_it_and_the_key_is_gone(api: APIClient) -> None:
    campaign = CampaignFactory(ends_at="2027-01-01T00:00:00Z", category=CategoryFactory())

    body = put(api, campaign, {"expiration_date": None, "category": None})

    assert "expiration_date" not in body
    assert "category" not in body
    assert body["category_id"] is None


def test_the_type_of_the_discount_stays(api: APIClient) -> None:
    campaign = CampaignFactory(discount=amount(500))

    body = put(api, campaign, {"discount": {"type": "PERCENT", "percent_off": 10}})

    assert body["voucher"]["discount"]["amount_off"] == 500


def test_limits_reach_only_codes_that_nobody_has(api: APIClient, now: datetime) -> None:
    old = CategoryFactory(name="Old")
    CategoryFactory(name="New")
    campaign = CampaignFactory(
        category=old, starts_at="2026-01-01T00:00:00Z", ends_at="2026-06-01T00:00:00Z", days_of_week=[1]
    )
    VoucherFactory(code="FRESH", campaign=campaign)
    VoucherFactory(code="PUBLISHED", campaign=campaign, published_at=now)
    VoucherFactory(code="USED", campaign=campaign, redeemed_quantity=1)
    VoucherFactory(code="OWN", campaign=campaign, published_at=now, ends_at="2026-07-01T00:00:00Z")

    put(
        api,
        campaign,
        {"expiration_date": "2026-03-01", "category": "New", "validity_day_of_week": [2]},
    )

    shown = {code: api.get(f"/v1/vouchers/{code}").json() for code in ("FRESH", "PUBLISHED", "USED", "OWN")}
    assert {code: (body["expiration_date"][:10], body["category"]) for code, body in shown.items()} == {
        "FRESH": ("2026-03-01", "New"),
        "PUBLISHED": ("2026-06-01", "Old"),
        "USED": ("2026-06-01", "Old"),
        "OWN": ("2026-07-01", "Old"),
    }
    assert shown["FRESH"]["validity_day_of_week"] == [2]
    assert shown["USED"]["validity_day_of_week"] == [1]


def test_a_changed_window_stays_whole_for_used_codes(api: APIClient) -> None:
    campaign = CampaignFactory(
        starts_at="2026-01-01T00:00:00Z", timeframe_interval="P7D", timeframe_duration="P1D"
    )
    VoucherFactory(code="USED", campaign=campaign, redeemed_quantity=1)

    put(api, campaign, {"validity_timeframe": {"interval": "P7D", "duration": "P2D"}})

    shown = api.get("/v1/vouchers/USED").json()
    assert shown["validity_timeframe"] == {"interval": "P7D", "duration": "P1D"}


def test_metadata_reaches_codes_with_the_voucher_schema(api: APIClient) -> None:
    spread = CampaignFactory(use_voucher_metadata_schema=True, metadata={"a": 1})
    VoucherFactory(code="SPREAD", campaign=spread, metadata={"a": 1, "own": 1, "old": 1})
    apart = CampaignFactory(metadata={"a": 1})
    VoucherFactory(code="APART", campaign=apart, metadata={"own": 1})

    for campaign in (spread, apart):
        put(api, campaign, {"metadata": {"a": 2}, "unset_metadata_fields": ["old"]})

    assert Voucher.objects.get(code="SPREAD").metadata == {"a": 2, "own": 1}
    assert Voucher.objects.get(code="APART").metadata == {"own": 1}


def test_nothing_sent_is_nothing_told(api: APIClient) -> None:
    put(api, CampaignFactory(), {})

    assert told() == []


def test_a_protected_campaign_stays(api: APIClient) -> None:
    campaign = CampaignFactory(name="Safe", protected=True)

    body = refused(api.put("/v1/campaigns/Safe", {"description": "x"}), 400, "resource_protected")

    assert body["resource_id"] == campaign.public_id
    campaign.refresh_from_db()
    assert campaign.description == ""
    assert told() == []


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"discount": {"percent_off": 101}}, "invalid_campaign_params"),
        ({"expiration_date": "2020-01-01"}, "invalid_expiration_date"),
        ({"type": "OTHER"}, "invalid_payload"),
        ({"join_once": 1}, "invalid_payload"),
        ({"metadata": 5}, "invalid_payload"),
        ({"unset_metadata_fields": "c"}, "invalid_payload"),
    ],
)
def test_refuses_what_cannot_be_and_changes_nothing(api: APIClient, body: dict[str, Any], key: str) -> None:
    CampaignFactory(name="Spring", starts_at="2026-01-01T00:00:00Z")
    before = api.get("/v1/campaigns/Spring").json()

    refused(api.put("/v1/campaigns/Spring", {"description": "x", **body}), 400, key)

    assert api.get("/v1/campaigns/Spring").json() == before
    assert told() == []
