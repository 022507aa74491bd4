"""What else the API says of programmes and cards: lists, wallets, summaries, baskets, calendar."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db
BODY = {
    "name": "Club",
    "vouchers_count": 2,
    "voucher": {"type": "LOYALTY_CARD", "loyalty_card": {"points": 500}},
}
ORDER = {"amount": 10_000, "items": [{"source_id": "tee", "quantity": 1, "price": 10_000}]}


@pytest.fixture
def club(api: APIClient) -> dict[str, Any]:
    made = api.post("/v1/loyalties", BODY).json()
    made["card"] = api.post(f"/v1/loyalties/{made['id']}/members", {"customer": {"source_id": "anna"}}).json()
    return dict(made)


def test_the_wallet_shows_the_card(api: APIClient, club: dict[str, Any]) -> None:
    holder = club["card"]["holder_id"]
    found = api.get(f"/v1/customers/{holder}/redeemables").json()

    assert found["total"] == 1
    assert api.get("/v1/publications?voucher_type=loyalty").json()["total"] == 1
    assert api.get("/v1/publications?voucher_type=gift").json()["total"] == 0


def test_a_card_alone_pays_nothing(api: APIClient, club: dict[str, Any]) -> None:
    body = {
        "redeemables": [{"object": "voucher", "id": club["card"]["code"]}],
        "customer": {"source_id": "anna"},
        "order": ORDER,
    }
    answer = api.post("/v1/validations", body).json()

    assert answer["valid"] is False
    error = answer["redeemables"][0]["result"]["error"]
    assert error["details"]
    assert api.post("/v1/redemptions", body).status_code == 400


def test_a_basket_may_be_asked_about(api: APIClient, club: dict[str, Any]) -> None:
    body = {"customer": {"source_id": "anna"}, "order": ORDER, "scenario": "ALL"}
    answer = api.post("/v1/qualifications", body)

    assert answer.status_code == 200
    codes = [one["id"] for one in answer.json()["redeemables"]["data"]]
    assert club["card"]["code"] not in codes


def test_a_draft_is_launched_with_its_cards(api: APIClient) -> None:
    made = api.post("/v1/campaigns", {**BODY, "draft": True}).json()
    assert made["creation_status"] == "DRAFT"
    changed = api.put(f"/v1/campaigns/{made['id']}", {"loyalty_card": {"points": 7}}).json()
    assert changed["voucher"]["loyalty_card"]["points"] == 7


def test_a_switched_off_programme_gives_nothing_and_takes_nothing(
    api: APIClient, club: dict[str, Any]
) -> None:
    assert api.post(f"/v1/campaigns/{club['id']}/disable").status_code == 200
    card = api.get(f"/v1/loyalties/members/{club['card']['code']}").json()
    assert card["loyalty_card"]["balance"] == 500


def test_one_card_for_all_is_none(api: APIClient) -> None:
    answer = api.post("/v1/loyalties", {**BODY, "type": "STANDALONE"})
    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_campaign_params")


def test_a_draft_does_not_become_one_with_a_card_for_all(api: APIClient) -> None:
    made = api.post("/v1/campaigns", {**BODY, "draft": True}).json()

    answer = api.put(f"/v1/campaigns/{made['id']}", {"type": "STANDALONE"})

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_campaign_params")
    assert api.get(f"/v1/campaigns/{made['id']}").json()["type"] == made["type"]


def test_the_bin_takes_cards_along(api: APIClient, club: dict[str, Any]) -> None:
    answer = api.delete(f"/v1/loyalties/{club['id']}")
    assert answer.status_code == 200
    assert answer.json()["async_action_id"]
    assert api.get(f"/v1/loyalties/members/{club['card']['code']}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/v1/campaigns?filters[voucher_type][conditions][$is]=LOYALTY_CARD",
        "/v1/vouchers?filters[type][conditions][$is]=LOYALTY_CARD",
        "/v1/calendar",
        "/v1/campaigns/{id}/summary",
        "/v1/campaigns/{id}/transactions",
        "/v1/vouchers/{code}",
        "/v1/vouchers/{code}/transactions",
        "/v1/vouchers/{code}/publications",
        "/v1/customers/anna/activity?campaign_type=LOYALTY_PROGRAM",
        "/v1/reports/points",
    ],
)
def test_everything_beside_answers(api: APIClient, club: dict[str, Any], path: str) -> None:
    answer = api.get(path.format(id=club["id"], code=club["card"]["code"]))
    assert answer.status_code == 200, answer.json()


def test_points_under_the_address_of_the_code(api: APIClient, club: dict[str, Any]) -> None:
    code = club["card"]["code"]

    changed = api.post(f"/v1/vouchers/{code}/balance", {"amount": 25, "reason": "Sorry"}).json()

    assert (changed["amount"], changed["points"], changed["balance"]) == (25, 25, 525)
    assert changed["type"] == "loyalty_card"
    lines = api.get(f"/v1/vouchers/{code}/transactions").json()["data"]
    assert [one["type"] for one in lines] == ["POINTS_ADDITION", "POINTS_ADDITION"]
    assert api.get(f"/v1/campaigns/{club['id']}/transactions").json()["data"] == lines
    for path in (f"/v1/vouchers/{code}", f"/v1/campaigns/{club['id']}"):
        assert api.post(f"{path}/transactions/export", {}).status_code == 200
