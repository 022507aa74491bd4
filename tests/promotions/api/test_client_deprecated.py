"""`GET /client/v1/validate` and `POST /client/v1/redeem`: the old forms for one code in a browser."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer
from core.models import ProjectSettings
from promotions.models import Redemption, Voucher
from tests.factories.promotions import VoucherFactory, percent
from tests.promotions.api.catalogue import refused

VALIDATE = "/client/v1/validate"
REDEEM = "/client/v1/redeem"


@pytest.fixture
def voucher(db: None) -> Voucher:
    return VoucherFactory(code="TEN 1", discount=percent(10))


def asked(**query: str) -> str:
    return f"{VALIDATE}?" + "&".join(f"{name}={quote(value)}" for name, value in query.items())


def test_an_amount_in_the_query(client_api: APIClient, voucher: Voucher) -> None:
    body = client_api.get(asked(code="TEN 1", amount="10000", tracking_id="anna")).json()

    assert (body["valid"], body["code"]) == (True, "TEN 1")
    assert (body["order"]["amount"], body["order"]["total_amount"]) == (10000, 9000)
    assert body["tracking_id"].startswith("track_")


def test_items_in_the_query(client_api: APIClient, voucher: Voucher) -> None:
    items = (
        "item[0][source_id]=mug&item[0][price]=1000&item[0][quantity]=2&item[1][source_id]=cup&item[1][amount]=500"
        "&order[metadata][shop]=web&metadata[till]=3"
    )

    body = client_api.get(f"{VALIDATE}?code=TEN%201&{items}").json()

    assert (body["order"]["amount"], body["order"]["total_amount"]) == (2500, 2250)
    assert [item["quantity"] for item in body["order"]["items"]] == [2, 1]
    assert body["order"]["metadata"] == {"shop": "web"}


@pytest.mark.parametrize("customer", ["customer=anna", "customer[source_id]=anna"])
def test_a_customer_in_the_query_is_not_created(
    client_api: APIClient, voucher: Voucher, customer: str
) -> None:
    body = client_api.get(f"{VALIDATE}?code=TEN%201&{customer}").json()

    assert body["valid"] is True
    assert body["tracking_id"].startswith("track_")
    assert not Customer.objects.exists()


def test_a_refusal_is_part_of_the_answer(client_api: APIClient, voucher: Voucher) -> None:
    Voucher.objects.update(is_active=False)

    disabled = client_api.get(asked(code="TEN 1"))
    unknown = client_api.get(asked(code="NONE"))

    assert (disabled.status_code, disabled.json()["valid"]) == (200, False)
    assert disabled.json()["reason"] == "voucher is disabled"
    assert unknown.json()["error"]["key"] == "not_found"


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("", "invalid_query_params"),
        ("code=", "invalid_query_params"),
        ("code[a]=TEN", "invalid_query_params"),
        ("code=A&code=B", "invalid_query_params"),
        ("code=TEN&amount=much", "invalid_query_params"),
        ("code=TEN&amount=10.5", "invalid_payload"),
        ("code=TEN&amount=-1", "invalid_payload"),
        ("code=TEN&item=mug", "invalid_query_params"),
        ("code=TEN&item[0]=mug", "invalid_query_params"),
        ("code=TEN&item[0][quantity]=many", "invalid_payload"),
        ("code=TEN&order=1", "invalid_query_params"),
        ("code=TEN&metadata=1", "invalid_payload"),
    ],
)
def test_refuses_wrong_questions(client_api: APIClient, voucher: Voucher, query: str, key: str) -> None:
    refused(client_api.get(f"{VALIDATE}?{query}"), 400, key)


def test_redeems_where_the_project_allows_it(client_api: APIClient, voucher: Voucher) -> None:
    url = f"{REDEEM}?code=TEN%201&tracking_id=anna"
    body = {"order": {"amount": 10000}, "customer": {"source_id": "anna"}}

    refused(client_api.post(url, body), 403, "forbidden")
    assert not Redemption.objects.exists()

    ProjectSettings.objects.update(client_redeem_enabled=True)
    answer = client_api.post(url, body).json()

    row = Redemption.objects.get()
    assert (answer["id"], answer["object"], answer["result"]) == (row.public_id, "redemption", "SUCCESS")
    assert answer["voucher"]["code"] == "TEN 1"
    assert answer["tracking_id"].startswith("track_")
    assert row.discount_amount == 1000


def test_redeeming_refuses(client_api: APIClient, voucher: Voucher) -> None:
    ProjectSettings.objects.update(client_redeem_enabled=True)

    refused(client_api.post(REDEEM, {}), 400, "invalid_query_params")
    refused(client_api.post(f"{REDEEM}?code=NONE", {}), 404, "not_found")
    refused(client_api.post(f"{REDEEM}?code=TEN%201", {"order": {"amount": "1"}}), 400, "invalid_payload")
    assert [row.result for row in Redemption.objects.all()] == [Redemption.Result.FAILURE]
