"""`POST /v1/campaigns`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.actors import Actor
from core.services import metadata_schemas
from integrations.models import AsyncAction
from promotions.models import Campaign, PromotionTier, Voucher
from tests.factories.promotions import CampaignFactory, CategoryFactory, VoucherFactory
from tests.promotions.api.catalogue import NO_RULES, PERCENT, SHOWN_PERCENT, audited, refused, told

URL = "/v1/campaigns"
VOUCHER = {"type": "DISCOUNT_VOUCHER", "discount": PERCENT}
ALPHANUMERICS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_answers_with_the_whole_campaign(api: APIClient) -> None:
    category = CategoryFactory(name="Loud")

    answer = api.post(
        URL,
        {
            "name": "Spring",
            "description": "Once a year",
            "campaign_type": "DISCOUNT_COUPONS",
            "type": "AUTO_UPDATE",
            "join_once": True,
            "start_date": "2026-03-01",
            "expiration_date": "2026-06-01",
            "validity_timeframe": {"interval": "P7D", "duration": "P1D"},
            "validity_day_of_week": [1, 2],
            "activity_duration_after_publishing": "P24D",
            "category": "Loud",
            "metadata": {"owner": "anna"},
            "vouchers_count": 2,
            "voucher": {
                **VOUCHER,
                "redemption": {"quantity": 1},
                "code_config": {"pattern": "SP-####", "charset": "AB"},
            },
            "unknown": 1,
        },
    )

    assert answer.status_code == 200
    campaign = Campaign.objects.get()
    assert list(answer.json().items()) == [
        ("id", campaign.public_id),
        ("name", "Spring"),
        ("description", "Once a year"),
        ("campaign_type", "DISCOUNT_COUPONS"),
        ("type", "AUTO_UPDATE"),
        (
            "voucher",
            {
                "type": "DISCOUNT_VOUCHER",
                "discount": SHOWN_PERCENT,
                "redemption": {"quantity": 1},
                "code_config": {"length": 4, "charset": "AB", "pattern": "SP-####"},
                "is_referral_code": False,
                "start_date": "2026-03-01T00:00:00.000Z",
                "expiration_date": "2026-06-01T00:00:00.000Z",
                "validity_timeframe": {"interval": "P7D", "duration": "P1D"},
                "validity_day_of_week": [1, 2],
            },
        ),
        ("auto_join", False),
        ("join_once", True),
        ("use_voucher_metadata_schema", False),
        ("validity_timeframe", {"interval": "P7D", "duration": "P1D"}),
        ("validity_day_of_week", [1, 2]),
        ("activity_duration_after_publishing", "P24D"),
        ("vouchers_count", 2),
        ("start_date", "2026-03-01T00:00:00.000Z"),
        ("expiration_date", "2026-06-01T00:00:00.000Z"),
        ("active", True),
        ("metadata", {"owner": "anna"}),
        ("created_at", answer.json()["created_at"]),
        ("category", "Loud"),
        ("creation_status", "DONE"),
        ("vouchers_generation_status", "DONE"),
        ("protected", False),
        ("category_id", category.public_id),
        ("categories", answer.json()["categories"]),
        ("object", "campaign"),
        ("validation_rules_assignments", NO_RULES),
    ]
    assert [category["name"] for category in answer.json()["categories"]] == ["Loud"]
    codes = list(Voucher.objects.values_list("code", "redemption_quantity", "discount"))
    assert len({code for code, _, _ in codes}) == 2
    assert all(re.fullmatch(r"SP-[AB]{4}", code) for code, _, _ in codes)
    assert [(quantity, discount) for _, quantity, discount in codes] == [(1, None)] * 2
    assert told() == audited() == ["campaign.created", "campaign.vouchers.added"]


def test_leaves_out_what_there_is_not(api: APIClient) -> None:
    body = api.post(URL, {"name": "Spring", "voucher": VOUCHER}).json()

    assert body["campaign_type"] == "DISCOUNT_COUPONS"
    assert body["type"] == "STATIC"
    assert body["category_id"] is None
    assert body["voucher"] == {
        "type": "DISCOUNT_VOUCHER",
        "discount": SHOWN_PERCENT,
        "redemption": {"quantity": None},
        "code_config": {"length": 8, "charset": ALPHANUMERICS, "pattern": "########"},
        "is_referral_code": False,
    }
    absent = {"expiration_date", "start_date", "description", "updated_at", "category", "promotion"}
    assert absent.isdisjoint(body)
    assert [name for name, value in body.items() if value is None] == ["category_id"]
    assert body["vouchers_count"] == 0


def test_makes_a_promotion_with_its_tiers(api: APIClient) -> None:
    answer = api.post(
        URL,
        {
            "name": "Auto",
            "promotion": {
                "tiers": [
                    {"name": "First", "banner": "10 off", "action": {"discount": PERCENT}},
                    {"name": "Second", "action": {"discount": {"type": "AMOUNT", "amount_off": 5}}},
                ]
            },
        },
    )

    body = answer.json()
    assert answer.status_code == 200
    assert body["campaign_type"] == "PROMOTION"
    assert "voucher" not in body
    tiers = body["promotion"]["tiers"]
    assert {key: body["promotion"][key] for key in ("object", "data_ref", "total", "has_more")} == {
        "object": "list",
        "data_ref": "tiers",
        "total": 2,
        "has_more": False,
    }
    assert [(tier["name"], tier["hierarchy"]) for tier in tiers] == [("First", 1), ("Second", 2)]
    assert tiers[0]["campaign_id"] == body["id"]
    assert told() == ["campaign.created", *["campaign.promotion_tier.created"] * 2]
    assert audited() == ["campaign.created", *["promotion_tier.created"] * 2]


def test_a_tier_that_cannot_be_stops_everything(api: APIClient) -> None:
    tiers = [{"name": "Fine", "action": {"discount": PERCENT}}, {"name": "No discount"}]

    refused(api.post(URL, {"name": "Auto", "promotion": {"tiers": tiers}}), 400, "invalid_payload")
    assert not Campaign.objects.exists()
    assert not PromotionTier.objects.exists()
    assert told() == []


def test_a_promotion_may_start_without_tiers(api: APIClient) -> None:
    body = api.post(URL, {"name": "Auto", "campaign_type": "PROMOTION", "promotion": {"tiers": None}}).json()

    assert body["promotion"]["tiers"] == []


def test_a_standalone_campaign_has_its_one_code(api: APIClient) -> None:
    body = api.post(
        URL, {"name": "One", "type": "STANDALONE", "voucher": {**VOUCHER, "code": "BLACKFRIDAY"}}
    ).json()

    assert (body["type"], body["vouchers_count"]) == ("STANDALONE", 1)
    assert Voucher.objects.get().code == "BLACKFRIDAY"
    refused(api.post(f"{URL}/{body['id']}/vouchers"), 400, "invalid_campaign")


@pytest.mark.parametrize(("code", "status"), [(None, 400), ("TAKEN", 409)])
def test_a_standalone_campaign_needs_a_free_code(api: APIClient, code: str | None, status: int) -> None:
    VoucherFactory(code="TAKEN")

    answer = api.post(URL, {"name": "One", "type": "STANDALONE", "voucher": {**VOUCHER, "code": code}})

    assert answer.status_code == status
    assert not Campaign.objects.exists()


def test_two_hundred_codes_are_there_at_once(api: APIClient) -> None:
    body = api.post(URL, {"name": "Spring", "voucher": VOUCHER, "vouchers_count": "200"}).json()

    assert body["vouchers_generation_status"] == "DONE"
    assert body["vouchers_count"] == Voucher.objects.count() == 200
    assert not AsyncAction.objects.exists()


def test_more_codes_are_left_to_a_job(api: APIClient) -> None:
    body = api.post(URL, {"name": "Spring", "voucher": VOUCHER, "vouchers_count": 201}).json()

    assert (body["creation_status"], body["vouchers_generation_status"]) == ("IN_PROGRESS", "IN_PROGRESS")
    assert body["vouchers_count"] == 0
    action = AsyncAction.objects.get()
    assert (action.type, action.rows_count) == ("CAMPAIGN.VOUCHERS_GENERATE", 201)
    assert told() == ["campaign.created", "campaign.vouchers.generation.started"]
    refused(api.post(f"{URL}/{body['id']}/vouchers"), 400, "invalid_campaign", "being generated")


def test_the_number_of_codes_costs_no_queries(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    api.get(URL)

    def make(name: str, count: int) -> Callable[[], Any]:
        return lambda: api.post(URL, {"name": name, "voucher": VOUCHER, "vouchers_count": count})

    assert count_queries(make("a", 1)) <= 30
    assert abs(count_queries(make("b", 150)) - count_queries(make("c", 3))) <= 1


@pytest.mark.parametrize(
    ("body", "key", "details"),
    [
        ({}, "invalid_campaign", "campaign_type, voucher or promotion"),
        ({"campaign_type": "GIFT_VOUCHERS"}, "invalid_campaign_params", ".voucher.gift is required"),
        (
            {"campaign_type": "GIFT_VOUCHERS", "voucher": {**VOUCHER, "type": "DISCOUNT_VOUCHER"}},
            "invalid_campaign",
            "The codes of a GIFT_VOUCHERS campaign are no DISCOUNT_VOUCHER",
        ),
        ({"voucher": {"type": "GIFT_VOUCHER", "gift": {}}}, "invalid_campaign_params", "gift.amount"),
        (
            {"campaign_type": "LOYALTY_PROGRAM"},
            "invalid_campaign_params",
            ".voucher.loyalty_card is required",
        ),
        (
            {"campaign_type": "REFERRAL_PROGRAM", "type": "STANDALONE"},
            "invalid_campaign_params",
            "a code for each referrer",
        ),
        (
            {"campaign_type": "REFERRAL_PROGRAM", "voucher": {"type": "LOYALTY_CARD"}},
            "invalid_campaign",
            "The codes of a REFERRAL_PROGRAM campaign are no LOYALTY_CARD",
        ),
        (
            {"campaign_type": "REFERRAL_PROGRAM", "voucher": {"gift": {"amount": 100}}},
            "invalid_campaign_params",
            "referral codes have a discount",
        ),
        (
            {"campaign_type": "REFERRAL_PROGRAM", "referral_program": {"conversion_event_type": "birth"}},
            "invalid_payload",
            "redemption, custom_event",
        ),
        ({"voucher": {"type": "LOYALTY_CARD"}}, "invalid_campaign_params", "loyalty_card is required"),
        ({"voucher": {"type": "DISCOUNT_VOUCHER"}}, "invalid_campaign_params", ".voucher.discount"),
        (
            {"voucher": {"discount": {"type": "UNIT", "unit_off": 1, "unit_type": "prod_1", "effect": "X"}}},
            "invalid_campaign_params",
            "supported: AMOUNT/APPLY_TO_ORDER",
        ),
        ({"voucher": {"discount": {"type": "PERCENT", "percent_off": -1}}}, "invalid_campaign_params", ""),
        ({"voucher": VOUCHER, "vouchers_count": 10_000_001}, "invalid_campaign_params", "10,000,000"),
        ({"voucher": VOUCHER, "vouchers_count": -1}, "invalid_payload", ".vouchers_count"),
        ({"voucher": VOUCHER, "vouchers_count": "many"}, "invalid_payload", ".vouchers_count"),
        ({"voucher": {**VOUCHER, "code_config": {"length": 0}}}, "invalid_code_config", "length"),
        (
            {"voucher": {**VOUCHER, "code_config": {"length": 1}}, "vouchers_count": 50},
            "invalid_code_config",
            "62 codes",
        ),
        (
            {"voucher": {**VOUCHER, "code_config": {"length": 2}}, "vouchers_count": 5000},
            "invalid_code_config",
            "3,844 codes",
        ),
        ({"campaign_type": "OTHER"}, "invalid_payload", ".campaign_type"),
        ({"voucher": VOUCHER, "type": "BULK"}, "invalid_payload", ".type"),
        ({"voucher": "VOUCHER"}, "invalid_payload", ".voucher"),
        ({"voucher": VOUCHER, "join_once": "no"}, "invalid_payload", ".join_once"),
        (
            {"voucher": VOUCHER, "activity_duration_after_publishing": "24 days"},
            "invalid_payload",
            "ISO 8601",
        ),
        (
            {"voucher": VOUCHER, "start_date": "2026-02-01", "expiration_date": "2026-01-01"},
            "invalid_expiration_date",
            "",
        ),
        ({"promotion": {"tiers": [{"action": {"discount": PERCENT}}]}}, "invalid_payload", "name"),
    ],
)
def test_refuses_campaigns_that_cannot_be(
    api: APIClient, body: dict[str, Any], key: str, details: str
) -> None:
    refused(api.post(URL, {"name": "Spring", **body}), 400, key, details)
    assert not Campaign.objects.exists()
    assert not Voucher.objects.exists()
    assert told() == []


@pytest.mark.parametrize("name", [None, "", "  ", 5, "x" * 256])
def test_needs_a_name(api: APIClient, name: Any) -> None:
    refused(api.post(URL, {"name": name, "voucher": VOUCHER}), 400, "invalid_payload", ".name")


def test_refuses_a_taken_name_also_one_in_the_bin(api: APIClient, now: datetime) -> None:
    CampaignFactory(name="A")
    CampaignFactory(name="B", deleted_at=now)
    CampaignFactory(name="C", deleted_at=now, released_at=now)

    for name in ("A", "B"):
        refused(api.post(URL, {"name": name, "voucher": VOUCHER}), 409, "duplicate_found", name)
    assert api.post(URL, {"name": "C", "voucher": VOUCHER}).status_code == 200


@pytest.mark.parametrize(
    "body", [{"category_id": "cat_0"}, {"category": "x"}, {"validation_rules": ["val_0"]}]
)
def test_refuses_unknown_references(api: APIClient, body: dict[str, Any]) -> None:
    refused(api.post(URL, {"name": "Spring", "voucher": VOUCHER, **body}), 404, "not_found")
    assert not Campaign.objects.exists()


def test_codes_carry_the_metadata_if_they_have_the_voucher_schema(
    api: APIClient, actor: Actor, now: datetime
) -> None:
    metadata_schemas.create(
        related_object="voucher",
        properties={"lang": {"type": "string", "optional": False}},
        actor=actor,
        now=now,
    )
    body = {
        "name": "Spring",
        "voucher": VOUCHER,
        "vouchers_count": 2,
        "use_voucher_metadata_schema": True,
    }

    refused(api.post(URL, body), 400, "metadata_validation_failed")
    assert api.post(URL, {**body, "metadata": {"lang": "en"}}).status_code == 200
    assert [voucher.metadata for voucher in Voucher.objects.all()] == [{"lang": "en"}] * 2


def test_holds_metadata_against_the_schema_of_campaigns(api: APIClient, actor: Actor, now: datetime) -> None:
    metadata_schemas.create(
        related_object="campaign",
        properties={"owner": {"type": "string", "optional": False}},
        actor=actor,
        now=now,
    )

    refused(api.post(URL, {"name": "Spring", "voucher": VOUCHER}), 400, "metadata_validation_failed")
    answer = api.post(
        URL, {"name": "Spring", "voucher": VOUCHER, "metadata": {"owner": "x"}, "vouchers_count": 1}
    )
    assert answer.status_code == 200
    assert api.post(f"{URL}/Spring/vouchers").status_code == 200
