"""`POST /v1/redemptions`, the client's twin and the old single-code form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, Order
from core.models import ProjectSettings
from promotions.models import Redemption, Voucher
from tests.promotions.conftest import AMOUNT_500, MakeVoucher

pytestmark = pytest.mark.django_db

URL = "/v1/redemptions"


def ask(*codes: str, **body: Any) -> dict[str, Any]:
    redeemables = [{"object": "voucher", "id": code} for code in codes]
    return {"redeemables": redeemables, "order": {"amount": 10_000}, **body}


def test_answers_with_redemption_and_order(api: APIClient, make_voucher: MakeVoucher) -> None:
    voucher = make_voucher("TEN")
    customer = {"source_id": "anna", "name": "Anna", "email": "anna@shop.example"}

    answer = api.post(
        URL, ask("TEN", customer=customer, metadata={"till": 4}, order={"source_id": "o-1", "amount": 10_000})
    )

    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["redemptions", "order", "inapplicable_redeemables", "skipped_redeemables"]
    assert body["inapplicable_redeemables"] == body["skipped_redeemables"] == []
    (redemption,) = body["redemptions"]
    anna = Customer.objects.get(source_id="anna")
    order = Order.objects.get(source_id="o-1")
    assert redemption["id"].startswith("r_")
    assert redemption["object"] == "redemption"
    assert redemption["date"].endswith("Z")
    assert redemption["customer_id"] == anna.public_id
    assert redemption["tracking_id"].startswith("track_")
    assert redemption["metadata"] == {"till": 4}
    assert (redemption["result"], redemption["status"]) == ("SUCCESS", "SUCCEEDED")
    assert "redemption" not in redemption
    assert (redemption["related_object_type"], redemption["related_object_id"]) == (
        "voucher",
        voucher.public_id,
    )
    assert redemption["voucher"]["code"] == "TEN"
    assert redemption["voucher"]["redemption"]["redeemed_quantity"] == 1
    assert redemption["channel"] == {"channel_id": api.key.app_id, "channel_type": "API"}
    assert redemption["customer"]["source_id"] == "anna"
    assert redemption["order"]["id"] == order.public_id
    assert redemption["order"]["total_amount"] == 9000
    assert body["order"]["id"] == order.public_id
    assert body["order"]["status"] == "PAID"
    assert body["order"]["customer"] == {"id": anna.public_id, "object": "customer"}
    assert body["order"]["total_discount_amount"] == body["order"]["total_applied_discount_amount"] == 1000
    entry = body["order"]["redemptions"][redemption["id"]]
    assert entry["related_object_id"] == voucher.public_id


def test_several_redeemables_hang_on_a_parent(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")
    make_voucher("FIVE", discount=AMOUNT_500)

    body = api.post(URL, ask("TEN", "FIVE")).json()

    parent = body["parent_redemption"]
    assert "voucher" not in parent
    assert (parent["related_object_type"], parent["related_object_id"]) == ("redemption", parent["id"])
    assert [row["redemption"] for row in body["redemptions"]] == [parent["id"], parent["id"]]
    assert [row["order"]["total_amount"] for row in body["redemptions"]] == [9000, 8500]
    assert parent["order"]["total_amount"] == body["order"]["total_amount"] == 8500
    stacked = body["order"]["redemptions"][parent["id"]]["stacked"]
    assert stacked == [row["id"] for row in body["redemptions"]]


def test_a_refusal_is_the_contracts_error(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("ONCE", redeemed_quantity=1)

    answer = api.post(URL, ask("ONCE", customer={"source_id": "new"}))

    failed = Redemption.objects.get()
    assert answer.status_code == 400
    body = answer.json()
    assert body.pop("request_id").startswith("v-")
    assert body.pop("details").startswith("ONCE")
    assert body == {
        "code": 400,
        "key": "quantity_exceeded",
        "message": "quantity exceeded",
        "resource_id": failed.public_id,
        "resource_type": "redemption",
        "redeemable_id": "ONCE",
        "redeemable_type": "voucher",
    }
    assert (failed.result, failed.voucher_code) == ("FAILURE", "ONCE")
    assert Customer.objects.count() == Order.objects.count() == 0


def test_an_unknown_code_is_a_404(api: APIClient) -> None:
    answer = api.post(URL, ask("NOBODY"))

    assert answer.status_code == 404
    assert answer.json()["key"] == "not_found"


@pytest.mark.parametrize(
    "body", [{}, {"redeemables": []}, [1], {"redeemables": [{"object": "voucher", "id": ""}]}]
)
def test_a_wrong_shape_writes_nothing(api: APIClient, body: Any) -> None:
    answer = api.post(URL, body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert Redemption.objects.count() == 0


def test_a_body_that_is_no_json_is_a_400(api: APIClient) -> None:
    answer = api.post(URL, b'{"redeemables": [', content_type="application/json")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")


def test_too_large_a_body_is_a_413(api: APIClient) -> None:
    answer = api.post(URL, b'{"a": "' + b"x" * 10 * 1024 * 1024 + b'"}', content_type="application/json")

    assert answer.status_code == 413
    assert answer.json()["statusCode"] == 413


def test_rights(anonymous: APIClient, api_as: Callable[[str], APIClient], make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")

    assert anonymous.post(URL, ask("TEN")).status_code == 401
    assert api_as("VIEWER").post(URL, ask("TEN")).status_code == 403
    assert Voucher.objects.get().redeemed_quantity == 0
    assert api_as("MERCHANT").post(URL, ask("TEN")).status_code == 200


def test_a_client_key_redeems_only_where_the_project_allows_it(
    client_api: APIClient, make_voucher: MakeVoucher
) -> None:
    make_voucher("TEN")

    closed = client_api.post("/client/v1/redemptions", ask("TEN"))
    ProjectSettings.objects.update(client_redeem_enabled=True)
    opened = client_api.post("/client/v1/redemptions", ask("TEN"))

    assert (closed.status_code, closed.json()["key"]) == (403, "forbidden")
    assert opened.status_code == 200
    assert Voucher.objects.get().redeemed_quantity == 1


def test_the_old_form_for_one_code(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN SPACE/SLASH", redemption_quantity=2)
    path = "/v1/vouchers/TEN%20SPACE%2FSLASH/redemption"

    with_order = api.post(path, {"order": {"amount": 2000}, "customer": {"source_id": "anna"}})
    without = api.post(path)

    assert with_order.json()["order"]["total_amount"] == 1800
    assert with_order.json()["voucher"]["code"] == "TEN SPACE/SLASH"
    assert without.json()["result"] == "SUCCESS"
    uses = api.get(path).json()
    assert (uses["quantity"], uses["redeemed_quantity"], uses["total"]) == (2, 2, 2)
    assert uses["data_ref"] == "redemption_entries"
    assert [entry["id"] for entry in uses["redemption_entries"]] == [
        without.json()["id"],
        with_order.json()["id"],
    ]


def test_the_number_of_queries_does_not_grow(
    api: APIClient, make_voucher: MakeVoucher, count_queries: Callable[..., int]
) -> None:
    make_voucher("FEW", redemption_quantity=None)
    items = [{"source_id": f"p-{number}", "price": 100} for number in range(2)]
    api.post(URL, ask("FEW", order={"items": items}))

    few = count_queries(lambda: api.post(URL, ask("FEW", order={"items": items})))
    for number in range(50):
        make_voucher(f"OTHER-{number}")
    many_items = [{"source_id": f"p-{number}", "price": 100} for number in range(60)]
    many = count_queries(lambda: api.post(URL, ask("FEW", order={"items": many_items})))

    assert few == many
