"""`POST /v1/vouchers`: a code in the body, or drawn."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.actors import Actor
from core.models import AuditEntry, OutboxEvent
from core.services import metadata_schemas
from promotions.models import Campaign, Voucher
from tests.factories.promotions import CampaignFactory, CategoryFactory, VoucherFactory
from tests.promotions.api.catalogue import NO_RULES, PERCENT, SHOWN_PERCENT, audited, refused, told

URL = "/v1/vouchers"


def test_answers_with_the_whole_voucher(api: APIClient) -> None:
    category = CategoryFactory(name="Loud", hierarchy=3)

    answer = api.post(
        URL,
        {
            "code": "SUMMER 1/2",
            "type": "DISCOUNT_VOUCHER",
            "discount": {"type": "PERCENT", "percent_off": 12.5, "amount_limit": 300},
            "category_id": category.public_id,
            "start_date": "2026-03-01",
            "expiration_date": "2026-06-01T12:00:00+02:00",
            "validity_timeframe": {"duration": "PT4H", "interval": "P1D"},
            "validity_day_of_week": [5, 1, 1],
            "additional_info": "radio",
            "metadata": {"lang": "en", "n": 1.5},
            "redemption": {"quantity": "3"},
            "unknown": 1,
        },
    )

    assert answer.status_code == 200
    voucher = Voucher.objects.get()
    path = "/v1/vouchers/SUMMER%201%2F2"
    shown_category = {
        "id": category.public_id,
        "name": "Loud",
        "hierarchy": 3,
        "object": "category",
        "created_at": "2026-03-01T09:00:00.000Z",
    }
    assert list(answer.json().items()) == [
        ("id", voucher.public_id),
        ("code", "SUMMER 1/2"),
        ("campaign", None),
        ("campaign_id", None),
        ("category", "Loud"),
        ("category_id", category.public_id),
        ("type", "DISCOUNT_VOUCHER"),
        (
            "discount",
            {
                "type": "PERCENT",
                "percent_off": 12.5,
                "amount_limit": 300,
                "effect": "APPLY_TO_ORDER",
                "is_dynamic": False,
            },
        ),
        ("gift", None),
        ("loyalty_card", None),
        ("start_date", "2026-03-01T00:00:00.000Z"),
        ("expiration_date", "2026-06-01T10:00:00.000Z"),
        ("validity_timeframe", {"interval": "P1D", "duration": "PT4H"}),
        ("validity_day_of_week", [1, 5]),
        ("validity_hours", None),
        ("active", True),
        ("additional_info", "radio"),
        ("metadata", {"n": 1.5, "lang": "en"}),
        ("assets", None),
        ("is_referral_code", False),
        ("created_at", answer.json()["created_at"]),
        ("updated_at", None),
        ("holder_id", None),
        ("object", "voucher"),
        ("publish", {"object": "list", "count": 0, "url": f"{path}/publications?page=1&limit=10"}),
        (
            "redemption",
            {
                "quantity": 3,
                "redeemed_quantity": 0,
                "object": "list",
                "url": f"{path}/redemptions?page=1&limit=10",
            },
        ),
        ("categories", [shown_category]),
        ("validation_rules_assignments", NO_RULES),
    ]
    assert re.fullmatch(r"v_[0-9a-f]{32}", voucher.public_id)
    assert voucher.ends_at == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert told() == audited() == ["voucher.created"]
    assert OutboxEvent.objects.get(name="voucher.created").payload == {
        "voucher_id": voucher.public_id,
        "code": "SUMMER 1/2",
        "campaign_id": None,
    }
    entry = AuditEntry.objects.get(action="voucher.created")
    assert entry.entity_id == voucher.public_id
    assert entry.after["code"] == "SUMMER 1/2"


def test_defaults_are_an_endless_unlimited_active_code(api: APIClient) -> None:
    body = api.post(URL, {"discount": {"type": "AMOUNT", "amount_off": 500}}).json()

    assert re.fullmatch(r"[0-9a-zA-Z]{8}", body["code"])
    assert body["active"] is True
    assert body["redemption"]["quantity"] is None
    assert body["metadata"] == {}
    assert {body[name] for name in ("start_date", "expiration_date", "validity_timeframe")} == {None}
    assert body["discount"] == {
        "type": "AMOUNT",
        "amount_off": 500,
        "effect": "APPLY_TO_ORDER",
        "is_dynamic": False,
    }


@pytest.mark.parametrize(
    ("config", "pattern"),
    [
        ({"pattern": "PROMO-##-##", "charset": "AB"}, "PROMO-[AB]{2}-[AB]{2}"),
        ({"length": 10, "charset": "0123456789"}, "[0-9]{10}"),
        ({"prefix": "SPRING-", "postfix": "-25", "length": 4, "charset": "AB"}, "SPRING-[AB]{4}-25"),
        ({"prefix": "P", "pattern": "#-#", "postfix": "S", "length": 30}, "P[0-9a-zA-Z]-[0-9a-zA-Z]S"),
        ({"charset": "#x", "length": 6}, "[#x]{6}"),
        ({"length": None, "charset": None, "pattern": None}, "[0-9a-zA-Z]{8}"),
    ],
)
def test_draws_a_code_of_the_wanted_form(api: APIClient, config: dict[str, Any], pattern: str) -> None:
    answer = api.post(URL, {"discount": PERCENT, "code_config": config})

    assert answer.status_code == 200
    assert re.fullmatch(pattern, answer.json()["code"])


@pytest.mark.parametrize(
    "config",
    [
        {"charset": ""},
        {"charset": "a" * 129},
        {"charset": 5},
        {"length": 0},
        {"length": 256},
        {"length": 2.5},
        {"length": True},
        {"pattern": "x" * 256},
        {"prefix": "x" * 250, "length": 10},
        {"pattern": "FIXED"},
        {"length": 1, "charset": "A"},
    ],
)
def test_refuses_impossible_codes(api: APIClient, config: dict[str, Any]) -> None:
    refused(api.post(URL, {"discount": PERCENT, "code_config": config}), 400, "invalid_code_config")
    assert not Voucher.objects.exists()


def test_a_code_space_that_is_half_full_is_closed(api: APIClient) -> None:
    for code in ("AA", "AB"):
        VoucherFactory(code=code)

    answer = api.post(URL, {"discount": PERCENT, "code_config": {"length": 2, "charset": "AB"}})

    refused(answer, 400, "invalid_code_config", "allows 4 codes, 2 exist, 1 more")


def test_joins_a_campaign_by_id_or_name_and_inherits(api: APIClient) -> None:
    category = CategoryFactory(name="Quiet")
    campaign = CampaignFactory(
        name="Spring",
        category=category,
        voucher_redemption_quantity=2,
        ends_at=datetime(2030, 1, 1, tzinfo=UTC),
        code_config={"pattern": "S-####"},
    )

    by_id = api.post(URL, {"code": "ONE", "campaign_id": campaign.public_id}).json()
    by_name = api.post(URL, {"campaign": "Spring", "redemption": {"quantity": None}}).json()

    assert (by_id["campaign"], by_id["campaign_id"]) == ("Spring", campaign.public_id)
    assert by_id["discount"] == SHOWN_PERCENT
    assert (by_id["category"], by_id["category_id"]) == ("Quiet", category.public_id)
    assert by_id["expiration_date"] == "2030-01-01T00:00:00.000Z"
    assert by_id["redemption"]["quantity"] == 2
    assert re.fullmatch(r"S-[0-9a-zA-Z]{4}", by_name["code"])
    assert by_name["redemption"]["quantity"] is None
    assert Campaign.objects.get().vouchers_count == 2
    assert Voucher.objects.get(code="ONE").discount is None


def test_the_type_follows_from_the_discount(api: APIClient) -> None:
    assert api.post(URL, {"code": "X", "discount": PERCENT}).json()["type"] == "DISCOUNT_VOUCHER"


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({}, "needs a discount"),
        ({"type": "DISCOUNT_VOUCHER"}, "needs a discount"),
        ({"type": "LOYALTY_CARD", "loyalty_card": {"points": 1}}, "a loyalty card needs its programme"),
        ({"discount": {}}, "supported: AMOUNT/APPLY_TO_ORDER, AMOUNT/APPLY_TO_ITEMS, "),
        ({"discount": {"type": "NOTHING"}}, "supported: "),
        ({"discount": {"type": "AMOUNT", "amount_off": -1}}, "amount_off"),
        ({"discount": {"type": "AMOUNT", "amount_off": True}}, "amount_off"),
        ({"discount": {"type": "PERCENT", "percent_off": 101}}, "percent_off"),
        ({"discount": {"type": "PERCENT"}}, "percent_off"),
        ({"code": "", "discount": PERCENT}, "A code has"),
        ({"code": "  ", "discount": PERCENT}, "A code has"),
        ({"code": "x" * 256, "discount": PERCENT}, "A code has"),
    ],
)
def test_refuses_vouchers_that_cannot_be(api: APIClient, body: dict[str, Any], details: str) -> None:
    refused(api.post(URL, body), 400, "invalid_voucher", details)
    assert not Voucher.objects.exists()
    assert told() == []


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"code": 5}, ".code"),
        ({"discount": "10"}, ".discount"),
        ({"type": "COUPON"}, ".type"),
        ({"active": "yes"}, ".active"),
        ({"metadata": []}, ".metadata"),
        ({"start_date": "tomorrow"}, ".start_date"),
        ({"redemption": {"quantity": -1}}, ".redemption.quantity"),
        ({"redemption": {"quantity": 1.5}}, ".redemption.quantity"),
        ({"redemption": {"quantity": 2**31}}, ".redemption.quantity"),
        ({"validity_day_of_week": [7]}, ".validity_day_of_week"),
        ({"validity_timeframe": {"duration": "P1D"}}, ".validity_timeframe.interval"),
        ({"validity_timeframe": {"duration": "1 day", "interval": "P1D"}}, ".validity_timeframe.duration"),
        ({"validity_timeframe": {"duration": "P1D", "interval": "P1D"}}, "needs a start_date"),
        ({"validity_hours": {"daily": []}}, ".validity_hours"),
        ({"validity_hours": {"daily": [{"days_of_week": [1], "start_time": "9"}]}}, "start_time"),
    ],
)
def test_refuses_wrong_shapes(api: APIClient, body: dict[str, Any], details: str) -> None:
    refused(api.post(URL, {"discount": PERCENT, **body}), 400, "invalid_payload", details)
    assert not Voucher.objects.exists()


def test_refuses_an_end_before_the_start(api: APIClient) -> None:
    body = {"discount": PERCENT, "start_date": "2026-02-02", "expiration_date": "2026-02-01"}

    refused(api.post(URL, body), 400, "invalid_expiration_date")


def test_keeps_daily_hours(api: APIClient) -> None:
    hours = {"daily": [{"days_of_week": [4, 2], "start_time": "09:00", "expiration_time": "11:00"}]}

    body = api.post(URL, {"discount": PERCENT, "validity_hours": hours}).json()

    assert body["validity_hours"] == {
        "daily": [{"days_of_week": [2, 4], "start_time": "09:00", "expiration_time": "11:00"}]
    }


@pytest.mark.parametrize(
    "hours",
    [
        [("09:00", "11:00"), ("10:59", "12:00")],
        [("09:00", None), ("22:00", "23:00")],
        [("23:00", "02:00")],
    ],
)
def test_refuses_daily_hours_that_overlap(api: APIClient, hours: list[tuple[str, str | None]]) -> None:
    daily = [{"days_of_week": [1], "start_time": start, "expiration_time": end} for start, end in hours]

    refused(api.post(URL, {"discount": PERCENT, "validity_hours": {"daily": daily}}), 400, "invalid_payload")


def test_refuses_daily_hours_beside_weekdays(api: APIClient) -> None:
    body = {
        "discount": PERCENT,
        "validity_hours": {"daily": [{"days_of_week": [1], "start_time": "09:00"}]},
        "validity_day_of_week": [1],
    }

    refused(api.post(URL, body), 400, "invalid_payload", "validity_hours")


def test_refuses_a_taken_code_also_one_in_the_bin(api: APIClient, now: datetime) -> None:
    VoucherFactory(code="A")
    VoucherFactory(code="B", deleted_at=now)
    VoucherFactory(code="C", deleted_at=now, released_at=now)

    for code in ("A", "B"):
        refused(api.post(URL, {"code": code, "discount": PERCENT}), 409, "duplicate_found", code)
    assert api.post(URL, {"code": "C", "discount": PERCENT}).status_code == 200
    assert api.post(URL, {"code": "a", "discount": PERCENT}).status_code == 200
    assert told() == ["voucher.created"] * 2


def test_capitals_do_not_matter_if_the_project_says_so(api: APIClient, settings_row: Any) -> None:
    settings_row.case_insensitive_codes = True
    settings_row.save(update_fields=["case_insensitive_codes"])
    api.post(URL, {"code": "Summer", "discount": PERCENT})

    refused(api.post(URL, {"code": "SUMMER", "discount": PERCENT}), 409, "duplicate_found")
    assert api.get(f"{URL}/sUMMER").json()["code"] == "Summer"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"category_id": "cat_0"}, "category"),
        ({"category": "None such"}, "category"),
        ({"campaign": "None such"}, "campaign"),
        ({"validation_rules": ["val_0"]}, "validation_rules"),
    ],
)
def test_refuses_unknown_references(api: APIClient, body: dict[str, Any], kind: str) -> None:
    assert refused(api.post(URL, {"discount": PERCENT, **body}), 404, "not_found")["resource_type"] == kind
    assert not Voucher.objects.exists()


def test_a_promotion_takes_no_codes(api: APIClient) -> None:
    campaign = CampaignFactory(promotion=True)

    refused(api.post(URL, {"campaign_id": campaign.public_id}), 400, "invalid_campaign")


def test_holds_metadata_against_the_schema(api: APIClient, actor: Actor, now: datetime) -> None:
    metadata_schemas.create(
        related_object="voucher",
        properties={"lang": {"type": "string", "optional": False}},
        actor=actor,
        now=now,
    )

    refused(api.post(URL, {"discount": PERCENT}), 400, "metadata_validation_failed", "lang")
    assert api.post(URL, {"discount": PERCENT, "metadata": {"lang": "en"}}).status_code == 200
