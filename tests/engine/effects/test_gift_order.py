from __future__ import annotations

import pytest

from engine.basket import Basket
from engine.reasons import ReasonKey
from engine.snapshot import Credits
from tests.engine.effects.shop import after, discount

PAY = {"type": "GIFT", "effect": "APPLY_TO_ORDER"}


@pytest.mark.parametrize(
    ("amount", "credits", "taken"),
    [
        (200_000, Credits(balance=100), 100),
        (3000, Credits(balance=5000), 3000),
        (3000, Credits(balance=5000, requested=4000), 3000),
        (3000, Credits(balance=5000, requested=1200), 1200),
        (3000, Credits(balance=5000, requested=0), 0),
        (3000, Credits(balance=1000, held=700), 300),
        (3000, Credits(balance=1000, held=700, requested=300), 300),
        (3000, Credits(balance=0), 0),
        (0, Credits(balance=500), 0),
    ],
)
def test_pays_what_is_payable(amount: int, credits: Credits, taken: int) -> None:
    effected = discount(PAY, basket=Basket(amount=amount), credits=credits)

    order = after(effected)
    assert (order.applied_discount_amount, order.total_amount) == (taken, amount - taken)
    assert effected.credits_taken == taken
    assert effected.applied == (taken > 0)


@pytest.mark.parametrize(
    "credits", [Credits(balance=100, requested=101), Credits(balance=1000, held=700, requested=400)]
)
def test_refuses_more_than_there_is(credits: Credits) -> None:
    effected = discount(PAY, basket=Basket(amount=3000), credits=credits)

    assert effected.refusal is not None
    assert effected.refusal.key is ReasonKey.GIFT_AMOUNT_EXCEEDED
    assert effected.refusal.message == "gift amount exceeded"
    assert (effected.order, effected.credits_taken) == (None, None)


@pytest.mark.parametrize(
    ("basket", "key"), [(None, ReasonKey.INVALID_GIFT), (Basket(), ReasonKey.MISSING_AMOUNT)]
)
def test_without_an_amount_the_credits_have_to_be_said(basket: Basket | None, key: ReasonKey) -> None:
    silent = discount(PAY, basket=basket, credits=Credits(balance=500))
    said = discount(PAY, basket=basket, credits=Credits(balance=500, requested=200))

    assert silent.refusal is not None
    assert silent.refusal.key is key
    assert (said.refusal, said.credits_taken, said.applied) == (None, 200, True)
