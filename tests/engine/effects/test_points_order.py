from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine import effects
from engine.basket import Basket
from engine.effects import InvalidDiscount, PointsOrder
from engine.reasons import ReasonKey
from engine.snapshot import Credits
from tests.engine.effects.shop import after, discount


def pay(exchange: Any, points: Any) -> dict[str, Any]:
    return {"type": "POINTS", "exchange_ratio": exchange, "points_ratio": points}


@pytest.mark.parametrize(
    ("points", "ratio", "basket", "taken", "total"),
    [
        (200, (20, 100), Basket(amount=4500), 4000, 500),
        (300, (20, 100), Basket(amount=6000), 6000, 0),
        (5, (1, 1), Basket(amount=20_000, discount_amount=4600), 500, 14_900),
        (2300, (20, 100), Basket(amount=45_000), 45_000, 0),  # what is too much is charged all the same
        (1, (Decimal("0.005"), 1), Basket(amount=100), 1, 99),  # half a cent goes up
        (1, (1, 3), Basket(amount=100), 33, 67),
    ],
)
def test_points_are_worth_money(
    points: int, ratio: tuple[Any, Any], basket: Basket, taken: int, total: int
) -> None:
    effected = discount(pay(*ratio), basket=basket, credits=Credits(balance=5000, requested=points))

    order = after(effected)
    assert (order.applied_discount_amount, order.total_amount) == (taken, total)
    assert effected.credits_taken == points


@pytest.mark.parametrize(
    ("amount", "balance", "charged", "total"),
    [(4500, 5000, 225, 0), (4501, 5000, 226, 0), (4500, 100, 100, 2500), (0, 100, 0, 0)],
)
def test_without_a_number_as_many_as_the_order_needs(
    amount: int, balance: int, charged: int, total: int
) -> None:
    effected = discount(pay(20, 100), basket=Basket(amount=amount), credits=Credits(balance=balance))

    assert effected.credits_taken == charged
    assert after(effected).total_amount == total


@pytest.mark.parametrize(
    ("basket", "requested", "key"),
    [
        (None, 5, ReasonKey.MISSING_ORDER),
        (Basket(), 5, ReasonKey.MISSING_AMOUNT),
        (Basket(amount=100), 101, ReasonKey.POINTS_EXCEEDED),
    ],
)
def test_refuses(basket: Basket | None, requested: int, key: ReasonKey) -> None:
    effected = discount(pay(1, 1), basket=basket, credits=Credits(balance=100, requested=requested))

    assert effected.refusal is not None
    assert effected.refusal.key is key


@pytest.mark.parametrize("value", [None, 0, -1, True, "x", "NaN", [1], 10**10])
@pytest.mark.parametrize("field", ["exchange_ratio", "points_ratio"])
def test_refuses_wrong_ratios(field: str, value: Any) -> None:
    with pytest.raises(InvalidDiscount) as caught:
        effects.parse({**pay(1, 1), field: value})

    assert caught.value.field == field


def test_is_a_payment_and_no_discount() -> None:
    found = effects.parse(pay("0.2", 1))

    assert found == PointsOrder(exchange_ratio=Decimal("0.2"), points_ratio=Decimal(1))
    assert effects.is_payment(found)
    assert ("POINTS", "APPLY_TO_ORDER") not in effects.supported()
