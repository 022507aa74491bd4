"""GET /v1/orders/{orderId}"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import CREATED_AT, OrderFactory, OrderItemFactory

URL = "/v1/orders"


def test_reads_by_id_and_by_source_id(api: APIClient) -> None:
    order = OrderItemFactory(order__source_id="o-1").order

    body = api.get(f"{URL}/{order.public_id}").json()

    assert body["id"] == order.public_id
    assert len(body["items"]) == 1
    assert api.get(f"{URL}/o-1").json() == body


def test_prints_discounts_and_redemptions(api: APIClient) -> None:
    entry = {"date": "2026-03-01T09:00:00.000Z", "related_object_type": "voucher", "related_object_id": "v_1"}
    order = OrderFactory(
        amount=1000,
        discount_amount=100,
        items_discount_amount=50,
        total_discount_amount=150,
        total_amount=850,
        applied_discount_amount=100,
        total_applied_discount_amount=100,
        redemptions={"r_1": entry},
        updated_at=CREATED_AT,
    )

    body = api.get(f"{URL}/{order.public_id}").json()

    assert body["total_discount_amount"] == 150
    assert body["total_applied_discount_amount"] == 100
    assert "items_applied_discount_amount" not in body
    assert body["redemptions"] == {"r_1": entry}
    assert body["updated_at"] == "2026-03-01T09:00:00.000Z"


def test_unknown_ones_are_not_found(api: APIClient) -> None:
    check_not_found(api.get(f"{URL}/none"), "order", "none")
    check_not_found(api.get(f"{URL}/ord_none"), "order", "ord_none")


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(f"{URL}/{OrderFactory().public_id}", ["GET", "PUT"])
