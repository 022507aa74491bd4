"""The contract's worked examples, over the API, to the point and to the cent (loyalty 3 to 10)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from demo_store.wire import Refused
from tests.factories.commerce import ProductFactory
from tests.loyalty.clubs import Club, per

pytestmark = pytest.mark.django_db


def test_3_the_numbers_of_a_card_agree() -> None:
    """Initial 1000, +200 earned, −50 by hand, 300 redeemed, 100 expired."""
    # The 200 expire first: half of them are spent in time, the other half is not.
    soon = {"expiration_rules": {"period_type": "MONTH", "period_value": 1}}
    club = Club(per(100, 2, **soon), first=date(2026, 1, 1), points=1_000)
    anna, mug = club.join(), club.reward({"product": {"id": ProductFactory().public_id}}, 100)
    club.pay("o-1", 10_000, on=date(2026, 1, 10))
    club.spend(anna, mug)
    club.night(date(2026, 2, 11))
    club.add(anna, -50)
    club.spend(anna, mug)
    club.spend(anna, mug)

    member = club.ask(f"/v1/loyalties/members/{anna}")
    card = member["loyalty_card"]

    assert card["points"] == 1_200
    assert card["subtracted_points"] == 50
    assert card["expired_points"] == 100
    assert member["redemption"]["redeemed_points"] == 300
    assert card["balance"] == 750
    newest = club.ask(f"/v1/loyalties/members/{anna}/transactions?limit=1")["data"][0]
    assert newest["details"]["balance"]["total"] == 1_050
    assert newest["details"]["balance"]["balance"] == 750


def test_5_2_five_points_for_every_ten_and_the_tier_that_multiplies_them() -> None:
    club = Club(per(1_000, 5), first=date(2026, 1, 1))
    anna = club.join()
    club.ask("/v1/products", {"source_id": "shoe", "name": "Shoe", "price": 12_999})
    coupon = {
        "code": "TWENTY",
        "type": "DISCOUNT_VOUCHER",
        "discount": {"type": "AMOUNT", "amount_off": 2_000},
    }
    club.ask("/v1/vouchers/TWENTY", coupon)

    def buy(number: str) -> None:
        redeemables = [{"object": "voucher", "id": "TWENTY"}]
        order = {"source_id": number, "amount": 12_999}
        customer = {"source_id": "anna"}
        club.ask("/v1/redemptions", {"redeemables": redeemables, "order": order, "customer": customer})

    buy("o-1")
    assert club.balance(anna) == 50
    club.tiers(
        {
            "name": "Gold",
            "points": {"from": 1},
            "earning_rules": {club.rules[0]["id"]: {"type": "MULTIPLY", "multiplier": 1.5}},
        }
    )
    club.add(anna, 1)
    buy("o-2")

    assert club.balance(anna) == 50 + 1 + 75


def test_5_2_units_that_are_free_earn_nothing() -> None:
    quantity = {
        "event": "order.paid",
        "loyalty": {
            "type": "PROPORTIONAL",
            "calculation_type": "ORDER_ITEMS_QUANTITY",
            "order_items": {"quantity": {"every": 2, "points": 3, "object": "product", "id": ""}},
        },
        "source": {"banner": "Three for two"},
    }
    club = Club(first=date(2026, 1, 1))
    tea = club.ask("/v1/products", {"source_id": "tea", "name": "Tea", "price": 500})["id"]
    quantity["loyalty"]["order_items"]["quantity"]["id"] = tea  # type: ignore[index]
    club.ask(f"{club.path}/earning-rules", [quantity])
    anna = club.join()
    free = {
        "type": "DISCOUNT_VOUCHER",
        "discount": {
            "type": "UNIT",
            "unit_off": 1,
            "unit_type": tea,
            "effect": "ADD_NEW_ITEMS",
        },
    }
    club.ask("/v1/vouchers/FREE", free)
    item = {"source_id": "tea", "related_object": "product", "quantity": 4, "price": 500}
    club.ask(
        "/v1/redemptions",
        {
            "redeemables": [{"object": "voucher", "id": "FREE"}],
            "order": {"source_id": "o-1", "items": [item]},
            "customer": {"source_id": "anna"},
        },
    )

    assert club.balance(anna) == 6


@pytest.mark.parametrize(
    ("rules", "earned", "expires"),
    [
        ({"period_type": "MONTH", "period_value": 1}, date(2026, 1, 25), "2026-02-25"),
        ({"period_type": "MONTH", "period_value": 0}, date(2026, 1, 1), "2026-01-01"),
        ({"period_type": "MONTH", "period_value": 1}, date(2026, 1, 31), "2026-02-28"),
        (
            {"period_type": "MONTH", "period_value": 1, "rounding_type": "END_OF_MONTH"},
            date(2026, 1, 10),
            "2026-02-28",
        ),
        (
            {"period_type": "MONTH", "period_value": 3, "rounding_type": "END_OF_QUARTER"},
            date(2026, 1, 10),
            "2026-06-30",
        ),
        (
            {"period_type": "MONTH", "period_value": 4, "rounding_type": "END_OF_HALF_YEAR"},
            date(2026, 10, 10),
            "2027-06-30",
        ),
        (
            {
                "period_type": "MONTH",
                "period_value": 1,
                "rounding_type": "PARTICULAR_MONTH",
                "rounding_value": 2,
            },
            date(2026, 3, 5),
            "2027-02-28",
        ),
        (
            {"period_type": "FIXED_DAY_OF_YEAR", "fixed_month": 1, "fixed_day": 1},
            date(2026, 12, 20),
            "2027-01-01",
        ),
    ],
)
def test_6_the_last_day_of_points(rules: dict[str, Any], earned: date, expires: str) -> None:
    club = Club(per(100, 1, expiration_rules=rules), first=date(2026, 1, 1))
    anna = club.join()

    club.pay("o-1", 10_000, on=earned)

    assert club.buckets(anna) == [(expires, 100)]


def test_7_pending_points_wait_fourteen_days_and_then_a_month() -> None:
    later = {
        "pending_points": {"period_type": "DAY", "period_value": 14},
        "expiration_rules": {"period_type": "MONTH", "period_value": 1},
    }
    club = Club(per(100, 1, **later), first=date(2026, 6, 1))
    anna = club.join()
    club.pay("o-1", 10_000, on=date(2026, 6, 3))
    (waiting,) = club.ask(f"/v1/loyalties/members/{anna}/pending-points")["data"]
    assert (waiting["points"], waiting["activates_at"]) == (100, "2026-06-17")
    club.night(date(2026, 6, 16))
    assert (club.balance(anna), club.card(anna).pending_points) == (0, 100)

    club.night(date(2026, 6, 17))

    assert (club.balance(anna), club.card(anna).pending_points) == (100, 0)
    assert club.buckets(anna) == [("2026-07-17", 100)]
    assert club.lines(anna) == [("PENDING_" + "POINTS_ACTIVATION", 100)]


@pytest.mark.parametrize(
    ("points", "ratio", "amount", "discount", "total"),
    [
        (200, ("20", "100"), 4_500, 4_000, 500),
        (300, ("20", "100"), 6_000, 6_000, 0),
        (5, ("1", "1"), 20_000, 500, 19_500),
        (2_300, ("20", "100"), 45_000, 45_000, 0),
    ],
)
def test_8_2_points_pay(points: int, ratio: tuple[str, str], amount: int, discount: int, total: int) -> None:
    club = Club(first=date(2026, 1, 1), points=5_000)
    anna, coin = club.join(), club.coin(ratio[0], int(ratio[1]))

    paid = club.spend(anna, coin, points, order={"source_id": "o-1", "amount": amount})

    assert paid["amount"] == points
    assert (paid["order"]["total_discount_amount"], paid["order"]["total_amount"]) == (discount, total)
    # What pays more than there is to pay is charged all the same.
    assert club.balance(anna) == 5_000 - points


def test_10_4_a_tier_multiplies_and_makes_cheaper() -> None:
    fixed = {
        "event": "order.paid",
        "loyalty": {"type": "FIXED", "points": 35},
        "source": {"banner": "A"},
    }
    club = Club(fixed, first=date(2026, 1, 1), points=100)
    mug = club.ask("/v1/products", {"source_id": "mug", "name": "Mug"})["id"]
    reward = club.reward({"product": {"id": mug}}, 25)
    assignment = club.ask(f"{club.path}/reward-assignments")["data"][0]["id"]
    club.tiers(
        {
            "name": "Gold",
            "points": {"from": 100},
            "earning_rules": {club.rules[0]["id"]: {"type": "MULTIPLY", "multiplier": 2}},
            "rewards": {assignment: {"type": "MULTIPLY", "multiplier": 0.5}},
        }
    )
    anna = club.join()

    club.pay("o-1", 100, on=date(2026, 1, 2))
    assert club.balance(anna) == 170
    taken = club.spend(anna, reward)

    assert taken["amount"] == 13
    assert club.balance(anna) == 157


def test_9_what_has_expired_or_waits_cannot_move() -> None:
    soon = {"expiration_rules": {"period_type": "MONTH", "period_value": 1}}
    later = {"pending_points": {"period_type": "DAY", "period_value": 14}}
    club = Club(per(100, 1, **soon), per(100, 1, **later), first=date(2026, 1, 1))
    anna, bert = club.join("anna"), club.join("bert")
    club.pay("o-1", 1_000, on=date(2026, 1, 5))
    club.add(anna, 3, expiration_type="NON_EXPIRING")

    def move(points: int, day: date) -> None:
        sent = [{"code": anna, "points": points, "source_id": f"t-{points}"}]
        club.ask(f"{club.path}/members/{bert}/transfers", sent, on=day)

    with pytest.raises(Refused):
        move(14, date(2026, 1, 6))  # ten wait
    move(12, date(2026, 1, 6))

    assert (club.balance(anna), club.balance(bert)) == (1, 12)
    # What would have ended first went first.
    assert club.buckets(anna)[-1][1] == 1
    with pytest.raises(Refused):
        move(-1, date(2026, 1, 6))
