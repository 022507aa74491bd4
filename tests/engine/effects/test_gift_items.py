from __future__ import annotations

import pytest

from engine.applicability import Pick
from engine.basket import Basket
from engine.reasons import ReasonKey
from engine.snapshot import Credits
from tests.engine.effects.shop import after, discount, entry, line, only, taken

PAY = {"type": "GIFT", "effect": "APPLY_TO_ITEMS"}


@pytest.mark.parametrize(
    ("credits", "pick", "expected"),
    [
        (Credits(balance=5000), Pick.EVERY, [2000, 3000, 0, 0]),
        (Credits(balance=90_000, requested=5000), Pick.FROM_MOST_EXPENSIVE, [0, 0, 5000, 0]),
        (Credits(balance=90_000), Pick.EVERY, [2000, 4500, 6000, 0]),
    ],
)
def test_pays_line_by_line(credits: Credits, pick: Pick, expected: list[int]) -> None:
    effected = discount(PAY, credits=credits, targets=only(entry(pick=pick)))

    assert taken(effected) == expected
    assert effected.credits_taken == sum(expected)
    assert after(effected).total_amount == 17500 - sum(expected)


@pytest.mark.parametrize(
    ("basket", "requested", "key"),
    [
        (Basket(amount=500), None, ReasonKey.MISSING_ORDER_ITEMS),
        (Basket(lines=(line("box", None, 1),)), None, ReasonKey.MISSING_ORDER_ITEMS_AMOUNT),
        (None, None, ReasonKey.INVALID_GIFT),
        (Basket(lines=(line("box", 100, 1),)), 600, ReasonKey.GIFT_AMOUNT_EXCEEDED),
    ],
)
def test_refuses_without_items_or_credits(
    basket: Basket | None, requested: int | None, key: ReasonKey
) -> None:
    effected = discount(PAY, basket=basket, credits=Credits(balance=500, requested=requested))

    assert effected.refusal is not None
    assert effected.refusal.key is key


def test_without_an_order_the_credits_are_taken_whole() -> None:
    effected = discount(PAY, basket=None, credits=Credits(balance=500, requested=200))

    assert (effected.refusal, effected.credits_taken) == (None, 200)
