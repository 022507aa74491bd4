"""What comes of a new object or of a redemption is decided here, whatever the caller claims (PROOFS X5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from commerce.models import Customer, Order, Product
from promotions.models import Campaign, Category, Redemption, Voucher
from tests.factories.promotions import VoucherFactory, percent
from tests.security.test_mass_assignment import changed

ORDER: Final = {"source_id": "new-order", "amount": 10_000}
# What a caller might claim about his own use of a code.
CLAIMS: Final[dict[str, Any]] = {
    "id": "r_000000000000000000000000",
    "object": "planted",
    "date": "2001-02-03T04:05:06.000Z",
    "created_at": "2001-02-03T04:05:06.000Z",
    "result": "FAILURE",
    "status": "ROLLED_BACK",
    "amount": 777,
    "discount_amount": 9_999,
    "redemption": {"redeemed_quantity": 0, "quantity": 777},
    "redemptions": {"planted": {}},
    "redeemed_quantity": 777,
    "channel": {"channel_id": "planted", "channel_type": "USER"},
    "customer_id": "cust_planted",
    "voucher": {"discount": {"type": "PERCENT", "percent_off": 100}},
    "related_object_id": "planted",
    "now": "2001-02-03T04:05:06.000Z",
    "actor": "planted",
}
ORDER_CLAIMS: Final[dict[str, Any]] = {
    "object": "planted",
    "total_amount": 1,
    "total_discount_amount": 9_999,
    "total_applied_discount_amount": 9_999,
    "applied_discount_amount": 9_999,
    "initial_amount": 1,
    "discount_amount": 9_999,
    "items_discount_amount": 9_999,
    "redemptions": {"planted": {}},
    "updated_at": "2001-02-03T04:05:06.000Z",
    "status": "CANCELED",
}


def redeemed(api: APIClient, order: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
    """What came of one use of `TEN` (10 %): facts of answer and rows, without ids and instants."""
    target = {**claims, "object": "voucher", "id": "TEN"}
    body = {**claims, "redeemables": [target], "order": order}
    with transaction.atomic():
        answer = api.post("/v1/redemptions", body, format="json")
        assert answer.status_code == 200, answer.text
        rows = list(
            Redemption.objects.values("result", "status", "discount_amount", "channel_id", "customer")
        )
        columns = ("amount", "total_amount", "total_discount_amount", "status", "redemptions", "created_at")
        stored = list(Order.objects.values(*columns))
        voucher = Voucher.objects.values("redeemed_quantity", "redemption_quantity", "discount").get()
        transaction.set_rollback(True)
    assert len(stored) == len(rows) == 1
    stored[0]["redemptions"] = len(stored[0]["redemptions"])
    stored[0]["is_new"] = stored[0].pop("created_at").year > 2001
    return {"rows": rows, "order": stored[0], "voucher": voucher}


@pytest.mark.parametrize("claim", CLAIMS)
def test_who_redeems_does_not_say_what_came_of_it(claim: str, api: APIClient) -> None:
    VoucherFactory(code="TEN", redemption_quantity=5)

    assert redeemed(api, ORDER, {claim: CLAIMS[claim]}) == redeemed(api, ORDER, {})


@pytest.mark.parametrize("claim", ORDER_CLAIMS)
def test_totals_of_an_order_are_computed_here(claim: str, api: APIClient) -> None:
    VoucherFactory(code="TEN", redemption_quantity=5)
    honest = redeemed(api, ORDER, {})

    assert honest["order"]["total_amount"] == 9_000
    assert redeemed(api, {**ORDER, claim: ORDER_CLAIMS[claim]}, {}) == honest


NEW: Final = {
    "vouchers": (
        "/v1/vouchers",
        Voucher,
        {"code": "NEW", "type": "DISCOUNT_VOUCHER", "discount": percent(10)},
    ),
    "campaigns": (
        "/v1/campaigns",
        Campaign,
        {
            "name": "New",
            "campaign_type": "DISCOUNT_COUPONS",
            "voucher": {"type": "DISCOUNT_VOUCHER", "discount": percent(10)},
        },
    ),
    "categories": ("/v1/categories", Category, {"name": "New", "hierarchy": 1}),
    "customers": ("/v1/customers", Customer, {"source_id": "new"}),
    "orders": ("/v1/orders", Order, {"source_id": "new", "amount": 1_000}),
    "products": ("/v1/products", Product, {"source_id": "new", "name": "New"}),
}
# Columns that a new object may be given under their own names.
GIVEN: Final = {
    "vouchers": "additional_info metadata",
    "campaigns": "description join_once metadata use_voucher_metadata_schema vouchers_count",
    "categories": "",
    "customers": "birthdate description email metadata name phone",
    # An order may be reported late, so it may say when it was made.
    "orders": "created_at customer_id discount_amount initial_amount metadata referrer_id",
    "products": "attributes image_url metadata price",
}


@pytest.mark.parametrize("noun", NEW)
def test_a_new_object_starts_as_the_house_says(noun: str, api: APIClient) -> None:
    path, model, body = NEW[noun]

    def made(extra: dict[str, Any]) -> dict[str, Any] | None:
        with transaction.atomic():
            answer = api.post(path, {**body, **extra}, format="json")
            row = model._base_manager.values().first()
            transaction.set_rollback(True)
        assert answer.status_code in {200, 400, 404, 409}, answer.text
        return row if answer.status_code == 200 else None

    plain = made({})
    assert plain is not None
    clocks = {name for name, value in plain.items() if isinstance(value, datetime)}
    effective = set()
    for name, value in plain.items():
        for planted in changed("2026" if name in clocks else value) if name not in body else ():
            row = made({name: planted})
            if row is not None and _differs(row, plain, clocks):
                effective.add(name)

    assert effective == set(GIVEN[noun].split())


def _differs(row: dict[str, Any], plain: dict[str, Any], clocks: set[str]) -> bool:
    """Serial numbers and instants differ from one object to the next; what was planted shows all the same."""
    serial = {"id", "public_id", "version_id"}
    return (
        any(row[name] != plain[name] for name in plain.keys() - clocks - serial)
        or any(row[name].year == 2001 for name in clocks)
        or row["public_id"] == "planted"
        or row["id"] > plain["id"] + 700
    )
