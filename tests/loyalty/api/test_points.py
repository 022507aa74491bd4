"""Balances, transfers, the ledger, what waits and what expires, over the API. Contract: loyalty 3-9."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine

from core.actors import Actor
from integrations.models import Export
from loyalty.models import LoyaltyCard, PendingPoints, PointsTransaction
from loyalty.services import ledger, pending
from promotions.models import Campaign
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory
from tests.loyalty.books import Account, Type, line
from tests.loyalty.books import card as empty_card
from tests.loyalty.members import member, programme

pytestmark = pytest.mark.django_db
MONTH = {"period_type": "MONTH", "period_value": 1}


@pytest.fixture(autouse=True)
def _today(db):
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def club() -> Campaign:
    return programme(expiration_rules=MONTH)


@pytest.fixture
def anna(club) -> LoyaltyCard:
    made = member(club, "ANNA", CustomerFactory(source_id="anna"))
    return LoyaltyCard.objects.select_related("voucher__holder", "campaign").get(pk=made.pk)


def at(card: LoyaltyCard, what: str, *, of: bool = True) -> str:
    middle = f"/{card.campaign.public_id}" if of else ""
    return f"/v1/loyalties{middle}/members/{card.voucher.code}/{what}"


def wait(card: LoyaltyCard, points: int) -> PendingPoints:
    return pending.add(
        card=ledger.locked(card.pk),
        points=points,
        activates_on=date(2026, 3, 24),
        details={"event": {"id": "ev_1", "type": "customer.order.paid"}},
        actor=Actor.system("tests"),
        now=NOW,
    )


def test_points_by_hand(api, anna) -> None:
    for of, points, balance in ((True, 50, 50), (False, -20, 30)):
        answer = api.post(at(anna, "balance", of=of), {"points": points, "reason": "Sorry", "source_id": "s"})

        assert answer.status_code == 200, answer.json()
        assert answer.json() == {
            "points": points,
            "total": balance,
            "balance": balance,
            "type": "loyalty_card",
            "object": "balance",
            "related_object": {"type": "voucher", "id": anna.voucher.public_id},
            "operation_type": "MANUAL",
        }


def test_total_is_what_would_be_there_if_nothing_were_spent(api, anna) -> None:
    """The example of contract 3: 1000, +200, −50, 300 redeemed, 100 expired: balance 750, total 1050."""
    day = date(2026, 3, 9)
    line(anna, Type.ISSUED, 1000, day)
    line(anna, Type.ACCRUAL, 200, day)
    line(anna, Type.REMOVAL, -50, day, account=Account.ADJUSTED)
    line(anna, Type.REDEMPTION, -300, day, account=Account.SPENT)
    line(anna, Type.EXPIRATION, -100, day, account=Account.EXPIRED)

    newest = api.get(at(anna, "transactions")).json()["data"][0]

    assert newest["details"]["balance"]["balance"] == 750
    assert newest["details"]["balance"]["total"] == 1050


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({}, "invalid_payload"),
        ({"points": "5"}, "invalid_payload"),
        ({"points": 1.5}, "invalid_payload"),
        ({"points": True}, "invalid_payload"),
        ({"points": 0}, "invalid_amount"),
        ({"points": -1}, "loyalty_card_points_exceeded"),
        ({"points": 5, "expiration_type": "SOON"}, "invalid_payload"),
        ({"points": 5, "expiration_type": "CUSTOM_DATE"}, "invalid_expiration_date"),
        (
            {"points": 5, "expiration_type": "CUSTOM_DATE", "expiration_date": "2026-03-09"},
            "invalid_expiration_date",
        ),
        ({"points": 5, "expiration_type": "CUSTOM_DATE", "expiration_date": "soon"}, "invalid_payload"),
        ({"points": 5, "expiration_type": "CUSTOM_DATE", "expiration_date": "2026-02-30"}, "invalid_payload"),
        ([], "invalid_payload"),
    ],
)
def test_says_what_is_wrong_and_moves_nothing(api, anna, body: Any, key: str) -> None:
    answer = api.post(at(anna, "balance"), body)

    assert (answer.status_code, answer.json()["key"]) == (400, key)
    assert not PointsTransaction.objects.exists()


def test_a_card_of_another_programme_is_not_there(api, anna) -> None:
    other = programme("Other")
    path = f"/v1/loyalties/{other.public_id}/members/ANNA"
    calls = (
        lambda: api.post(f"{path}/balance", {"points": 5}),
        lambda: api.get(f"{path}/transactions"),
        lambda: api.get(f"{path}/points-expiration"),
        lambda: api.get(f"{path}/pending-points"),
        lambda: api.post(f"{path}/transfers", [{"code": "ANNA", "points": 5}]),
    )
    for call in calls:
        answer = call()
        assert (answer.status_code, answer.json()["resource_type"]) == (404, "voucher")


def test_a_card_that_nobody_holds_gets_nothing(api, club) -> None:
    answer = api.post(at(empty_card(club, "FREE"), "balance"), {"points": 5})

    assert (answer.status_code, answer.json()["key"]) == (400, "not_published")


def test_the_same_call_again_moves_points_once(api, anna) -> None:
    first, again = (
        api.post(at(anna, "balance"), {"points": 5}, headers={"Idempotency-Key": "one"}) for _ in range(2)
    )

    assert again.json() == first.json()
    assert PointsTransaction.objects.count() == 1


def test_moves_points_between_cards(api, anna, club) -> None:
    ben = member(programme("Other"), "BEN")
    api.post(at(ben, "balance"), {"points": 30})

    answer = api.post(
        at(anna, "transfers"), [{"code": "BEN", "points": 10, "source_id": "t-1", "reason": "Gift"}]
    )

    assert answer.status_code == 200, answer.json()
    shown = answer.json()
    assert (shown["id"], shown["type"]) == (anna.voucher.public_id, "LOYALTY_CARD")
    assert (shown["loyalty_card"]["points"], shown["loyalty_card"]["balance"]) == (10, 10)
    (got,) = api.get(at(anna, "transactions")).json()["data"]
    given = api.get(at(ben, "transactions")).json()["data"][0]
    assert (got["type"], given["type"]) == ("POINTS_TRANSFER_IN", "POINTS_TRANSFER_OUT")
    assert (got["related_transaction_id"], given["related_transaction_id"]) == (given["id"], got["id"])
    assert (got["source_id"], given["source_id"]) == (None, "t-1")
    assert (got["reason"], given["reason"]) == ("Gift", "Gift")
    assert got["details"]["source_voucher"]["code"] == "BEN"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        [{"code": "BEN"}],
        [{"code": "BEN", "points": "5"}],
        [{"code": "BEN", "points": 1}, {"code": "BEN", "points": 1}],
        [{"code": "ANNA", "points": 1}],
    ],
)
def test_refuses_transfers_that_mean_nothing(api, anna, body: Any) -> None:
    ben = member(anna.campaign, "BEN")
    for card in (anna, ben):
        api.post(at(card, "balance"), {"points": 5})

    answer = api.post(at(anna, "transfers"), body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert PointsTransaction.objects.count() == 2


def test_reads_the_ledger_page_by_page(api, anna, club) -> None:
    for points in (1, 2, 3):
        api.post(at(anna, "balance"), {"points": points})
    api.post(at(member(club, "BEN"), "balance"), {"points": 4})

    first = api.get(f"/v1/loyalties/{club.public_id}/transactions?limit=3").json()
    after = first["more_starting_after"]
    second = api.get(f"/v1/loyalties/{club.public_id}/transactions?starting_after_id={after}").json()
    oldest = api.get(f"{at(anna, 'transactions')}?order=id").json()

    def amounts(page: Any) -> list[int]:
        return [row["details"]["balance"]["points"] for row in page["data"]]

    assert (amounts(first), first["has_more"]) == ([4, 3, 2], True)
    assert (amounts(second), second["has_more"]) == ([1], False)
    assert amounts(oldest) == [1, 2, 3]
    row = oldest["data"][0]
    assert row == {
        "id": row["id"],
        "source_id": None,
        "voucher_id": anna.voucher.public_id,
        "campaign_id": club.public_id,
        "type": "POINTS_ADDITION",
        "source": row["source"],
        "reason": None,
        "details": {"balance": row["details"]["balance"]},
        "related_transaction_id": None,
        "created_at": "2026-03-10T12:00:00.000Z",
    }


def test_costs_the_same_for_many_lines(api, anna, count_queries) -> None:
    api.post(at(anna, "balance"), {"points": 1})
    few = count_queries(lambda: api.get(f"{at(anna, 'transactions')}?limit=100"))
    for _ in range(9):
        api.post(at(anna, "balance"), {"points": 1})

    assert count_queries(lambda: api.get(f"{at(anna, 'transactions')}?limit=100")) == few


def test_shows_what_expires_when(api, anna) -> None:
    api.post(at(anna, "balance"), {"points": 5})
    api.post(at(anna, "balance"), {"points": 7, "expiration_type": "NON_EXPIRING"})

    shown = api.get(at(anna, "points-expiration")).json()

    assert (shown["total"], shown["data_ref"]) == (2, "data")
    assert [(row["expires_at"], row["bucket"], row["status"]) for row in shown["data"]] == [
        ("2026-04-10", {"total_points": 5}, "ACTIVE"),
        (None, {"total_points": 7}, "ACTIVE"),
    ]
    assert shown["data"][0]["object"] == "loyalty_points_bucket"


def test_shows_what_waits_and_lets_it_go(api, anna, club) -> None:
    one, two, three = (wait(anna, points) for points in (10, 20, 30))
    of_one = f"/v1/loyalties/members/ANNA/pending-points/{one.public_id}"

    shown = api.get(at(anna, "pending-points")).json()
    assert [row["points"] for row in shown["data"]] == [30, 20, 10]
    assert shown["data"][2] == {
        "id": one.public_id,
        "voucher_id": anna.voucher.public_id,
        "campaign_id": club.public_id,
        "customer_id": anna.voucher.holder.public_id,
        "order_id": None,
        "points": 10,
        "activates_at": "2026-03-24",
        "details": {"event": {"id": "ev_1", "type": "customer.order.paid"}},
        "created_at": "2026-03-10T12:00:00.000Z",
        "updated_at": None,
    }
    assert len(api.get(f"/v1/loyalties/{club.public_id}/pending-points").json()["data"]) == 3

    more = api.post(f"{of_one}/balance", {"points": 5})
    assert (more.status_code, more.json()["points"], more.json()["total"]) == (200, 5, 65)
    usable = api.post(f"{of_one}/activate")
    assert (usable.status_code, usable.json()["points"], usable.json()["balance"]) == (200, 15, 15)
    again = api.post(f"{of_one}/activate")
    assert (again.status_code, again.json()["key"]) == (400, "invalid_pending_points_state")
    cancelled = api.post(f"/v1/loyalties/members/ANNA/pending-points/{two.public_id}/cancel")
    assert (cancelled.status_code, cancelled.content) == (204, b"")
    left = api.get("/v1/loyalties/members/ANNA/pending-points").json()["data"]
    assert [row["id"] for row in left] == [three.public_id]
    refused = api.post(
        f"/v1/loyalties/members/ANNA/pending-points/{three.public_id}/balance", {"points": -30}
    )
    assert (refused.status_code, refused.json()["key"]) == (400, "invalid_amount")


def test_pending_points_of_somebody_else_are_not_there(api, anna, club) -> None:
    theirs = wait(member(club, "BEN"), 10)
    for verb in ("activate", "cancel", "balance"):
        answer = api.post(
            f"/v1/loyalties/members/ANNA/pending-points/{theirs.public_id}/{verb}", {"points": 1}
        )
        assert (answer.status_code, answer.json()["resource_type"]) == (404, "pending_points")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("transactions/export", "voucher_transactions"),
        ("points-expiration/export", "points_expiration"),
        ("members/ANNA/transactions/export", "voucher_transactions"),
    ],
)
def test_has_files_written(api, anna, club, path: str, name: str) -> None:
    answer = api.post(f"/v1/loyalties/{club.public_id}/{path}", {"parameters": {}})

    assert answer.status_code == 200, answer.json()
    assert (answer.json()["exported_object"], answer.json()["status"]) == (name, "SCHEDULED")
    assert Export.objects.count() == 1


def test_the_wrong_right_moves_nothing(api_as, anna) -> None:
    viewer = api_as("VIEWER")
    body = {"points": 5}

    assert viewer.get(at(anna, "transactions")).status_code == 200
    assert viewer.post(at(anna, "balance"), body).status_code == 403
    assert viewer.post(at(anna, "transfers"), [{"code": "ANNA", **body}]).status_code == 403
    assert not PointsTransaction.objects.exists()
