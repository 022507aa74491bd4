"""`GET /v1/redemptions` and `GET /v1/redemptions/{id}`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import Campaign
from tests.promotions.conftest import AMOUNT_500, PERCENT_10, MakeVoucher

pytestmark = pytest.mark.django_db

URL = "/v1/redemptions"


@pytest.fixture
def redeemed(api: APIClient, make_voucher: MakeVoucher, now: Any) -> Callable[..., dict[str, Any]]:
    def run(*codes: str, customer: str = "anna") -> dict[str, Any]:
        body = {
            "redeemables": [{"object": "voucher", "id": code} for code in codes],
            "order": {"amount": 10_000},
            "customer": {"source_id": customer},
        }
        return api.post(URL, body).json()

    return run


def ids(answer: Any) -> list[str]:
    return [row["id"] for row in answer.json()["redemptions"]]


def test_lists_newest_first_with_the_envelope(
    api: APIClient, make_voucher: MakeVoucher, redeemed: Any
) -> None:
    make_voucher("TEN", redemption_quantity=None)
    first, second = (redeemed("TEN")["redemptions"][0]["id"] for _ in range(2))

    answer = api.get(URL)

    assert answer.status_code == 200
    assert {key: value for key, value in answer.json().items() if key != "redemptions"} == {
        "object": "list",
        "data_ref": "redemptions",
        "total": 2,
    }
    assert ids(answer) == [second, first]


def test_filters(api: APIClient, make_voucher: MakeVoucher, redeemed: Any, now: Any) -> None:
    campaign = Campaign.objects.create(
        name="Spring", campaign_type="DISCOUNT_COUPONS", discount=PERCENT_10, created_at=now
    )
    make_voucher("TEN", campaign=campaign)
    make_voucher("FIVE", discount=AMOUNT_500)
    ten = redeemed("TEN")["redemptions"][0]
    five = redeemed("FIVE", customer="bert")["redemptions"][0]
    failed = redeemed("TEN")["resource_id"]

    assert ids(api.get(URL, {"result": "FAILURE"})) == [failed]
    assert ids(api.get(URL, {"result": "SUCCESS", "campaign": "Spring"})) == [ten["id"]]
    assert ids(api.get(URL, {"customer": "bert"})) == [five["id"]]
    assert ids(api.get(URL, {"customer": ten["customer_id"], "result": "SUCCESS"})) == [ten["id"]]
    assert ids(api.get(URL, {"filters[voucher_code][conditions][$is]": "FIVE"})) == [five["id"]]
    assert ids(api.get(URL, {"filters[failure_code][conditions][$in][0]": "quantity_exceeded"})) == [failed]
    assert ids(api.get(URL, {"campaign": "Nobody"})) == []
    assert ids(api.get(URL, {"created_at[before]": "2001-01-01"})) == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "page=0", "order=bogus", "result=MAYBE", "limit=1.5"]
)
def test_wrong_queries_are_400(api: APIClient, query: str) -> None:
    answer = api.get(f"{URL}?{query}")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_query_params")


def test_a_page_too_far_is_refused(api: APIClient) -> None:
    assert api.get(URL, {"page": 100}).json()["key"] == "page_over_limit"


def test_a_parent_lists_its_children(api: APIClient, make_voucher: MakeVoucher, redeemed: Any) -> None:
    make_voucher("TEN")
    make_voucher("FIVE", discount=AMOUNT_500)
    body = redeemed("TEN", "FIVE")

    detail = api.get(f"{URL}/{body['parent_redemption']['id']}").json()

    assert [row["id"] for row in detail["redemption_entries"]] == [row["id"] for row in body["redemptions"]]
    assert api.get(URL).json()["total"] == 3


def test_an_unknown_id_is_a_404(api: APIClient) -> None:
    answer = api.get(f"{URL}/r_nobody")

    assert answer.status_code == 404
    assert answer.json()["details"] == "Cannot find redemption with id r_nobody"


def test_rights(anonymous: APIClient, api_as: Callable[[str], APIClient]) -> None:
    assert anonymous.get(URL).status_code == 401
    assert api_as("VIEWER").get(URL).status_code == 200


def test_cost_does_not_grow(
    api: APIClient, make_voucher: MakeVoucher, redeemed: Any, count_queries: Callable[..., int]
) -> None:
    make_voucher("TEN", redemption_quantity=None)
    for _ in range(2):
        redeemed("TEN")
    few = count_queries(lambda: api.get(URL, {"limit": 50}))
    for number in range(20):
        redeemed("TEN", customer=f"c-{number}")

    assert count_queries(lambda: api.get(URL, {"limit": 50})) == few
