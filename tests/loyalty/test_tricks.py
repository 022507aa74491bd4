"""Tricks with points come to nothing (PROOFS A7): what was bought and brought back leaves no profit."""

from __future__ import annotations

from datetime import date

import pytest

from demo_store.wire import Refused
from loyalty.models import PointsTransaction
from tests.factories.commerce import ProductFactory
from tests.loyalty.clubs import Club, per

pytestmark = pytest.mark.django_db

DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def club() -> Club:
    return Club(per(100, 1), first=date(2026, 3, 1), months=1)


def bring_back(club: Club, order: str, quantity: int = 2) -> None:
    items = [{"source_id": "shoe", "quantity": quantity}]
    club.ask(f"/v1/orders/{order}/returns", {"items": items}, on=NEXT)


def mug(club: Club, price: int) -> str:
    """A reward that no order has to do with."""
    return club.reward({"product": {"id": ProductFactory().public_id}}, price)


def shoe(quantity: int = 1) -> list[dict[str, object]]:
    return [{"source_id": "shoe", "related_object": "product", "quantity": quantity, "price": 5_000}]


def test_points_of_an_order_that_comes_back_go_with_it(club: Club) -> None:
    anna = club.join()
    order = club.pay("o-1", 0, on=DAY, items=shoe(2))["id"]
    assert club.balance(anna) == 100

    bring_back(club, order)

    assert club.balance(anna) == 0
    assert sum(points for _, points in club.lines(anna)) == 0


def test_points_that_were_spent_before_the_goods_come_back_are_written_off_and_counted(club: Club) -> None:
    anna, reward = club.join(), mug(club, 80)
    order = club.pay("o-1", 0, on=DAY, items=shoe(2))["id"]
    club.spend(anna, reward)
    assert club.balance(anna) == 20

    bring_back(club, order)

    assert club.balance(anna) == 0
    by_account = {
        account: sum(PointsTransaction.objects.filter(account=account).values_list("amount", flat=True))
        for account in ("PROGRAMME", "REVERSED", "WRITTEN_OFF", "SPENT")
    }
    assert by_account["PROGRAMME"] == 100
    assert by_account["REVERSED"] + by_account["WRITTEN_OFF"] == -20
    assert by_account["SPENT"] == -80
    # He starts from nothing, without a debt that eats what he earns.
    club.pay("o-2", 3_000, on=NEXT)
    assert club.balance(anna) == 30


def test_an_order_in_many_small_ones_earns_no_more(club: Club) -> None:
    anna, bert = club.join("anna"), club.join("bert")

    club.pay("whole", 10_099, who="anna", on=DAY)
    for number in range(51):
        club.pay(f"part-{number}", 198, who="bert", on=DAY)

    assert club.balance(anna) == 100
    assert club.balance(bert) == 51


def test_part_by_part_an_order_takes_back_no_more_and_no_less_than_it_gave(club: Club) -> None:
    anna = club.join()
    order = club.pay("o-1", 0, on=DAY, items=[{**shoe(3)[0], "price": 3_333}])["id"]
    assert club.balance(anna) == 99
    line = {"source_id": "shoe", "quantity": 1}

    left = []
    for _ in range(3):
        club.ask(f"/v1/orders/{order}/returns", {"items": [line]}, on=NEXT)
        left.append(club.balance(anna))

    assert left == sorted(left, reverse=True)
    assert left[-1] == 0


def test_an_order_that_is_told_again_or_paid_again_earns_once(club: Club) -> None:
    anna = club.join()
    order = club.pay("o-1", 9_900, on=DAY)["id"]
    for _ in range(3):
        club.pay("o-1", 9_900, on=NEXT)
    club.ask(f"/v1/orders/{order}", {"status": "PAID"}, method="PUT")

    assert club.balance(anna) == 99


def test_a_redemption_that_is_taken_back_after_the_points_ended_gives_them_for_a_day(club: Club) -> None:
    anna, reward = club.join(), mug(club, 30)
    club.add(anna, 50, on=DAY)
    used = club.spend(anna, reward)["id"]
    club.night(date(2026, 4, 3))  # 2 April was their last day
    assert club.balance(anna) == 0

    club.ask(f"/v1/redemptions/{used}/rollback", {}, on=date(2026, 4, 5))

    assert club.balance(anna) == 30
    club.night(date(2026, 4, 6))
    assert club.balance(anna) == 0
    assert club.lines(anna)[-2:] == [("REFUND", 30), ("EXPIRATION", -30)]


def test_what_was_given_for_an_order_and_moved_on_does_not_come_back_twice(club: Club) -> None:
    anna, bert = club.join("anna"), club.join("bert")
    order = club.pay("o-1", 0, on=DAY, items=shoe(2))["id"]
    moved = [{"code": anna, "points": 100, "source_id": "t-1"}]
    club.ask(f"{club.path}/members/{bert}/transfers", moved)

    bring_back(club, order)

    # Bert keeps what was his by then; Anna has nothing left that could be taken.
    assert (club.balance(anna), club.balance(bert)) == (0, 100)
    accounts = PointsTransaction.objects.filter(account="TRANSIT")
    assert sum(accounts.values_list("amount", flat=True)) == 0


def test_one_card_under_two_spellings_pays_once(club: Club) -> None:
    anna, coin = club.join(), club.coin(1, 10)
    club.add(anna, 50, on=DAY)
    both = [
        {"object": "voucher", "id": code, "reward": {"id": coin, "points": 50}}
        for code in (anna, f" {anna} ".strip())
    ]

    with pytest.raises(Refused):
        club.ask("/v1/redemptions", {"redeemables": both, "order": {"amount": 10_000}})

    assert club.balance(anna) == 50


def test_more_than_there_is_cannot_be_spent_in_one_basket(club: Club) -> None:
    anna, coin = club.join(), club.coin(1, 10)
    club.add(anna, 50, on=DAY)

    with pytest.raises(Refused, match="loyalty_card_points_exceeded"):
        club.spend(anna, coin, 51, order={"amount": 100_000})

    assert club.lines(anna) == [("ADDITION", 50)]
