"""`POST /v1/validations`: who may ask, and what is no question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.promotions.api.test_validations_post import URL, ask
from tests.promotions.conftest import MakeVoucher

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"redeemables": []},
        {"redeemables": {}},
        {"redeemables": [{"object": "voucher"}]},
        {"redeemables": [{"object": "spell", "id": "x"}]},
        {"redeemables": [{"object": "voucher", "id": 7}]},
        {"redeemables": [{"object": "voucher", "id": "A"}] * 31},
        {"redeemables": [{"object": "voucher", "id": "A"}], "order": {"amount": -1}},
        {"redeemables": [{"object": "voucher", "id": "A"}], "order": {"amount": True}},
        {"redeemables": [{"object": "voucher", "id": "A"}], "order": {"amount": "100"}},
        {"redeemables": [{"object": "voucher", "id": "A"}], "order": {"items": [{"quantity": 1.5}]}},
        {"redeemables": [{"object": "voucher", "id": "A"}], "order": []},
        {"redeemables": [{"object": "voucher", "id": "A"}], "customer": "anna"},
        {"redeemables": [{"object": "voucher", "id": "A"}], "options": {"expand": ["everything"]}},
        [],
        7,
        None,
    ],
)
def test_a_wrong_shape_is_a_400_that_names_the_property(api: APIClient, body: Any) -> None:
    answer = api.post(URL, body)

    assert answer.status_code == 400
    error = answer.json()
    assert error["key"] == "invalid_payload"
    assert error["details"]
    assert error["request_id"].startswith("v-")


def test_one_code_twice_is_refused(api: APIClient, make_voucher: MakeVoucher) -> None:
    voucher = make_voucher("TEN")

    by_code = api.post(URL, ask("TEN", "TEN"))
    by_id = api.post(URL, ask("TEN", voucher.public_id))

    assert [by_code.status_code, by_id.status_code] == [400, 400]
    assert by_code.json()["key"] == by_id.json()["key"] == "duplicated_redeemables"


def test_an_unknown_order_id_is_a_404(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")

    answer = api.post(URL, ask("TEN", order={"id": "ord_nobody"}))

    assert answer.status_code == 404
    assert (answer.json()["key"], answer.json()["resource_type"]) == ("not_found", "order")


def test_needs_a_key_that_may(anonymous: APIClient, api_as: Callable[[str], APIClient]) -> None:
    assert anonymous.post(URL, ask("TEN")).status_code == 401
    assert anonymous.get(URL).status_code == 401
    assert api_as("VIEWER").post(URL, ask("TEN")).json()["key"] == "missing_required_permission"
    assert api_as("MERCHANT").post(URL, ask("TEN")).status_code == 200


def test_only_post(api: APIClient) -> None:
    assert api.put(URL, {}).status_code == 405
    assert api.put(URL, {}).json()["key"] == "method_not_allowed"


def test_works_with_a_trailing_slash(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")

    assert api.post(URL + "/", ask("TEN")).status_code == 200


def test_a_client_key_validates_from_its_origin_only(
    client_api: APIClient, make_voucher: MakeVoucher
) -> None:
    make_voucher("TEN")

    answer = client_api.post("/client/v1/validations", ask("TEN"))
    elsewhere = client_api.post(
        "/client/v1/validations", ask("TEN"), headers={"Origin": "https://evil.example"}
    )

    assert answer.json()["order"]["total_amount"] == 9000
    assert answer["Access-Control-Allow-Origin"] == "https://shop.example"
    assert elsewhere.status_code == 403
