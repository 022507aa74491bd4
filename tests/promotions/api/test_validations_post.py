"""`POST /v1/validations`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, Order
from core.models import OutboxEvent, ProjectSettings
from promotions.models import Campaign, Category, PromotionTier, Redemption
from tests.promotions.conftest import AMOUNT_500, PERCENT_10, MakeVoucher

pytestmark = pytest.mark.django_db

URL = "/v1/validations"
STACKING_KEYS = {
    "redeemables_limit",
    "applicable_redeemables_limit",
    "applicable_redeemables_per_category_limit",
    "applicable_redeemables_category_limits",
    "applicable_exclusive_redeemables_limit",
    "applicable_exclusive_redeemables_per_category_limit",
    "exclusive_categories",
    "joint_categories",
    "redeemables_application_mode",
    "redeemables_sorting_rule",
    "redeemables_products_application_mode",
    "redeemables_no_effect_rule",
    "no_effect_skip_categories",
    "no_effect_redeem_anyway_categories",
    "redeemables_rollback_order_mode",
    "discount_calculation_mode",
}


def ask(*codes: str, **body: Any) -> dict[str, Any]:
    redeemables = [{"object": "voucher", "id": code} for code in codes]
    return {"redeemables": redeemables, "order": {"amount": 10_000}, **body}


def test_says_what_the_order_would_cost(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")

    answer = api.post(URL, ask("TEN", customer={"source_id": "anna"}))

    assert answer.status_code == 200
    body = answer.json()
    assert body["id"].startswith("valid_")
    assert body["tracking_id"].startswith("track_")
    assert set(body["stacking_rules"]) >= STACKING_KEYS
    order = {
        "amount": 10_000,
        "discount_amount": 1000,
        "total_discount_amount": 1000,
        "total_amount": 9000,
        "applied_discount_amount": 1000,
        "total_applied_discount_amount": 1000,
        "metadata": {},
        "customer_id": None,
        "referrer_id": None,
        "object": "order",
    }
    nothing = {"data": [], "total": 0, "data_ref": "data", "object": "list"}
    assert {key: body[key] for key in body if key not in ("id", "tracking_id", "stacking_rules")} == {
        "valid": True,
        "redeemables": [
            {
                "status": "APPLICABLE",
                "id": "TEN",
                "object": "voucher",
                "order": order,
                "applicable_to": nothing,
                "inapplicable_to": nothing,
                "result": {
                    "discount": {
                        "type": "PERCENT",
                        "percent_off": 10,
                        "effect": "APPLY_TO_ORDER",
                        "is_dynamic": False,
                    }
                },
            }
        ],
        "order": order,
    }


def test_prints_amounts_and_percentages_as_numbers(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("FRACTION", discount={"type": "PERCENT", "percent_off": 12.5})

    body = api.post(URL, ask("FRACTION")).json()

    assert body["redeemables"][0]["result"]["discount"]["percent_off"] == 12.5
    assert body["order"]["total_amount"] == 8750
    assert isinstance(body["order"]["total_amount"], int)


def test_prints_lines_with_their_amounts(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("FIVE", discount=AMOUNT_500)
    items = [
        {"source_id": "mug", "related_object": "product", "quantity": "2", "price": 1000},
        {"amount": 700},
    ]

    body = api.post(URL, ask("FIVE", order={"items": items})).json()

    assert body["order"]["initial_amount"] == 2700
    assert body["order"]["total_amount"] == 2200
    assert body["order"]["items"] == [
        {
            "object": "order_item",
            "related_object": "product",
            "source_id": "mug",
            "quantity": 2,
            "initial_quantity": 2,
            "amount": 2000,
            "initial_amount": 2000,
            "price": 1000,
            "subtotal_amount": 2000,
            "metadata": {},
        },
        {
            "object": "order_item",
            "quantity": 1,
            "initial_quantity": 1,
            "amount": 700,
            "initial_amount": 700,
            "subtotal_amount": 700,
            "metadata": {},
        },
    ]


def test_stacks_in_requested_order(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")
    make_voucher("FIVE", discount=AMOUNT_500)

    body = api.post(URL, ask("FIVE", "TEN")).json()

    assert [entry["order"]["total_amount"] for entry in body["redeemables"]] == [9500, 8550]
    assert [entry["order"]["applied_discount_amount"] for entry in body["redeemables"]] == [500, 950]
    assert body["order"]["applied_discount_amount"] == 1450


@pytest.mark.parametrize("codes", [["NOBODY"], ["NOBODY", "NEITHER"]])
def test_unknown_codes_are_an_answer_not_an_error(api: APIClient, codes: list[str]) -> None:
    answer = api.post(URL, ask(*codes))

    assert answer.status_code == 200
    body = answer.json()
    assert body["valid"] is False
    assert "order" not in body
    first = body["redeemables"][0]
    assert first["status"] == "INAPPLICABLE"
    error = first["result"]["error"]
    assert error.pop("request_id").startswith("v-")
    assert error == {
        "code": 404,
        "key": "not_found",
        "message": "Resource not found",
        "details": "Cannot find voucher with id NOBODY",
        "resource_id": "NOBODY",
        "resource_type": "voucher",
        "redeemable_id": "NOBODY",
        "redeemable_type": "voucher",
    }
    assert first["result"]["details"] == {"message": "Resource not found", "key": "not_found"}
    assert len(body["inapplicable_redeemables"]) == 1
    assert len(body.get("skipped_redeemables", [])) == len(codes) - 1


def test_one_that_fails_refuses_all(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")
    make_voucher("OFF", is_active=False)
    make_voucher("LATER")

    body = api.post(URL, ask("TEN", "OFF", "LATER")).json()

    assert body["valid"] is False
    statuses = [entry["status"] for entry in body["redeemables"]]
    assert statuses == ["APPLICABLE", "INAPPLICABLE", "SKIPPED"]
    assert body["skipped_redeemables"][0]["result"]["details"] == {
        "key": "preceding_validation_failed",
        "message": "Redeemable cannot be applied due to preceding validation failure",
    }


def test_partial_mode_applies_the_rest(api: APIClient, make_voucher: MakeVoucher) -> None:
    ProjectSettings.objects.update(redeemables_application_mode="PARTIAL")
    make_voucher("TEN")
    make_voucher("OFF", is_active=False)

    body = api.post(URL, ask("OFF", "TEN")).json()

    assert body["valid"] is True
    assert [entry["id"] for entry in body["redeemables"]] == ["TEN"]
    assert [entry["id"] for entry in body["inapplicable_redeemables"]] == ["OFF"]
    assert body["order"]["total_amount"] == 9000


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"is_active": False}, "voucher_disabled"),
        ({"starts_at": timedelta(days=1)}, "voucher_not_active"),
        ({"ends_at": timedelta(days=-1)}, "voucher_expired"),
        ({"redeemed_quantity": 1}, "quantity_exceeded"),
        ({"days_of_week": []}, None),
    ],
)
def test_refuses_by_name(
    api: APIClient, make_voucher: MakeVoucher, values: dict[str, Any], key: str | None
) -> None:
    now = datetime.now().astimezone()
    values = {name: now + value if isinstance(value, timedelta) else value for name, value in values.items()}
    make_voucher("CODE", **values)

    body = api.post(URL, ask("CODE")).json()

    if key is None:
        assert body["valid"] is True
    else:
        assert body["redeemables"][0]["result"]["error"]["key"] == key
        assert body["redeemables"][0]["result"]["error"]["code"] == 400


def test_leaves_no_trace(api: APIClient, make_voucher: MakeVoucher) -> None:
    voucher = make_voucher("TEN")

    api.post(URL, ask("TEN", customer={"source_id": "new"}, order={"source_id": "o-1", "amount": 100}))

    voucher.refresh_from_db()
    assert voucher.redeemed_quantity == 0
    assert Customer.objects.count() == Order.objects.count() == Redemption.objects.count() == 0
    assert OutboxEvent.objects.count() == 0


def test_accepts_what_sdks_send(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")

    nothing_known = api.post(URL, {"redeemables": [{"object": "voucher", "id": "TEN"}], "customer": None})
    empty_order = api.post(URL, ask("TEN", order={}, unknown_key=[1, 2], customer={"metadata": None}))

    assert nothing_known.json()["valid"] is True
    assert "order" not in nothing_known.json()
    assert empty_order.json()["valid"] is True


def test_expands_when_asked(api: APIClient, make_voucher: MakeVoucher, now: datetime) -> None:
    category = Category.objects.create(name="Seasonal", hierarchy=2, created_at=now)
    campaign = Campaign.objects.create(
        name="Spring",
        campaign_type="DISCOUNT_COUPONS",
        discount=PERCENT_10,
        category=category,
        created_at=now,
    )
    make_voucher("TEN", campaign=campaign, metadata={"lang": "pl"})

    body = api.post(URL, ask("TEN", options={"expand": ["redeemable", "category"]})).json()

    entry = body["redeemables"][0]
    assert entry["metadata"] == {"lang": "pl"}
    assert entry["campaign_name"] == "Spring"
    assert entry["campaign_id"] == campaign.public_id
    assert entry["categories"][0]["name"] == "Seasonal"


def test_tiers_stand_beside_codes(api: APIClient, make_voucher: MakeVoucher, now: datetime) -> None:
    campaign = Campaign.objects.create(name="Sale", campaign_type="PROMOTION", created_at=now)
    tier = PromotionTier.objects.create(campaign=campaign, name="5 off", discount=AMOUNT_500, created_at=now)
    make_voucher("TEN")
    body = ask("TEN")
    body["redeemables"].append({"object": "promotion_tier", "id": tier.public_id})

    answer = api.post(URL, body).json()

    assert answer["order"]["total_amount"] == 8500


def test_an_exclusive_category_pushes_common_ones_aside(
    api: APIClient, make_voucher: MakeVoucher, now: datetime
) -> None:
    exclusive = Category.objects.create(name="Only me", stacking_type="EXCLUSIVE", created_at=now)
    make_voucher("COMMON")
    make_voucher("KING", category=exclusive, discount=AMOUNT_500)

    body = api.post(URL, ask("COMMON", "KING")).json()

    assert [entry["id"] for entry in body["redeemables"]] == ["KING"]
    assert body["skipped_redeemables"][0]["result"]["details"]["key"] == "exclusion_rules_not_met"
    assert body["order"]["total_amount"] == 9500
    assert body["stacking_rules"]["exclusive_categories"] == [exclusive.public_id]


def test_the_number_of_queries_is_constant(
    api: APIClient, make_voucher: MakeVoucher, now: datetime, count_queries: Callable[..., int]
) -> None:
    """One code costs the same among 3 codes and campaigns or among 300."""
    campaign = Campaign.objects.create(
        name="Spring", campaign_type="DISCOUNT_COUPONS", discount=PERCENT_10, created_at=now
    )
    make_voucher("TEN", campaign=campaign, discount=None)
    Customer.objects.create(source_id="anna", created_at=now)
    body = ask("TEN", customer={"source_id": "anna"}, order={"items": [{"source_id": "mug", "price": 100}]})
    api.post(URL, body)

    few = count_queries(lambda: api.post(URL, body))
    for number in range(100):
        other = Campaign.objects.create(
            name=f"Campaign {number}",
            campaign_type="DISCOUNT_COUPONS",
            discount=PERCENT_10,
            created_at=now,
        )
        for part in "ABC":
            make_voucher(f"CODE-{number}-{part}", campaign=other, discount=None)
    many = count_queries(lambda: api.post(URL, body))

    # Key, settings with categories, customer, products of the basket, the code with its campaign, rules with
    # budgets.
    assert few == many == 6
