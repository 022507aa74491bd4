"""Refunds by hand: cards that paid, amounts beside the lines, several requests, units, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine import Basket, Credits, Line, Snapshot, evaluate
from engine.returning.policy import Decision
from engine.returning.quotes import Returned, UnitsBack
from engine.returns import NotReturnable
from tests.engine.return_cases import Case, granted
from tests.engine.return_examples import AGAIN, CHARGE, MUG, NOW, TEE, TEN_OFF, candidate, case, rule


def test_a_gift_card_gets_back_what_it_paid_for_the_returned_units() -> None:
    """It paid 20.00 of 50.00: 40 % of every unit."""
    card = candidate({"type": "GIFT"}, key="GIFT-1", credits=Credits(balance=2000))

    quotes = case(card).send_back([({0: 1}, 0), ({0: 2}, 0), ({1: 1}, 0)])

    assert [(quote.refund, quote.money) for quote in quotes] == [(1000, 600), (2000, 1200), (2000, 1200)]
    backs = [quote.redeemables[0].taken_back for quote in quotes]
    assert [(back.credits, back.refund) for back in backs] == [(400, 400), (800, 800), (800, 800)]
    assert quotes[0].texts[1] == "4.00 back to GIFT-1"


def test_no_card_gets_less_back_because_more_is_returned() -> None:
    """14 cents, 6 and 6 by card: largest remainders would give the money 2 of 10 units, but 1 of 11."""
    cards = [
        candidate({"type": "GIFT"}, key=f"GIFT-{number}", credits=Credits(balance=6)) for number in (1, 2)
    ]
    cents = case(*cards, lines=(Line(product_id="prod_cent", price=1, quantity=14),))

    totals = [Returned.by(cents.send_back(way)) for way in ([({0: 10}, 0), ({0: 1}, 0)], [({0: 11}, 0)])]

    assert totals[0] == totals[1]
    assert [one.refund for one in totals[0].taken_back.values()] == [4, 5]


def test_a_card_that_paid_one_line_gets_nothing_for_another() -> None:
    target = {"included": [{"object": "product", "id": "prod_mug"}]}
    card = candidate(
        {"type": "GIFT", "effect": "APPLY_TO_ITEMS"},
        key="FOOD",
        applicable_to=target,
        credits=Credits(balance=2000),
    )

    quotes = case(card).send_back([({0: 3}, 0), ({1: 1}, 0)])

    assert [(quote.money, quote.redeemables[0].taken_back.credits) for quote in quotes] == [
        (3000, 0),
        (0, 2000),
    ]


def test_points_go_back_as_points() -> None:
    """200 points paid 40.00 of 50.00."""
    card = candidate(
        {"type": "POINTS", "exchange_ratio": 20, "points_ratio": 100},
        key="LOYAL",
        credits=Credits(balance=500, requested=200),
    )

    quotes = case(card).send_back([({0: 1}, 0), ({0: 2, 1: 1}, 0)])

    assert [quote.money for quote in quotes] == [200, 800]
    assert [quote.redeemables[0].taken_back.credits for quote in quotes] == [40, 160]
    assert quotes[0].texts[1] == "40 back to LOYAL, worth 8.00"


def test_a_charge_back_is_shared_by_card_and_money() -> None:
    """50.00 - 10.00 = 40.00, half of it by card; the mug is kept at 20.00, so 20.00 come back."""
    above = rule("order.amount", "$more_than", 4000)
    card = candidate({"type": "GIFT"}, key="GIFT-1", credits=Credits(balance=2000))
    bought = case(candidate(TEN_OFF, above), card, policy=CHARGE)

    quotes = bought.send_back([({0: 3}, 0), ({1: 1}, 0)])

    assert [(quote.refund, quote.money) for quote in quotes] == [(2000, 1000), (2000, 1000)]


def test_evaluated_again_a_card_pays_its_part_of_the_rest_first() -> None:
    """The card paid 20.00 of 50.00, then 10 % of 30.00 came off; of the mug it pays 8.00: 10 % of 12.00."""
    card = candidate({"type": "GIFT"}, key="GIFT-1", credits=Credits(balance=2000))
    bought = case(card, candidate({"type": "PERCENT", "percent_off": 10}), policy=AGAIN)

    quote = bought.quote(({0: 3}, 0))

    assert quote.redeemables[1].kept_discount == 120
    assert quote.refund == 4700 - (2000 - 120)


def test_an_order_without_lines_is_returned_by_amount() -> None:
    ten = candidate({"type": "PERCENT", "percent_off": 10})
    bought = case(ten, lines=(), amount=10_000)

    quotes = bought.send_back([({}, 4000), ({}, 6000)])

    assert [quote.refund for quote in quotes] == [3600, 5400]
    assert quotes[0].texts[0] == "40.00 of 100.00, 36.00 of 90.00 paid"
    assert quotes[1].is_complete


def test_an_amount_above_the_lines_is_shared_over_them() -> None:
    """5.00 of shipping in the amount: 3.00 for the T-shirts, 2.00 for the mug."""
    quotes = case(candidate(TEN_OFF), amount=5500).send_back([({1: 1}, 0), ({0: 3}, 0)])

    assert [quote.refund for quote in quotes] == [1800, 2700]


def test_an_amount_below_the_lines_is_shared_over_them() -> None:
    """40.00 for lines of 50.00: the shop gave 10.00, 6.00 of it for the T-shirts."""
    quotes = case(candidate(TEN_OFF), amount=4000).send_back([({1: 1}, 0), ({0: 3}, 0)])

    assert [quote.refund for quote in quotes] == [1200, 1800]


def test_a_second_request_on_the_order_keeps_its_own_share() -> None:
    first = case(candidate(TEN_OFF))
    before = first.decisions[0]
    lines = tuple(
        replace(fact, discount_amount=line.discount_amount)
        for fact, line in zip((TEE, MUG), first.order.lines, strict=True)
    )
    snapshot = Snapshot(
        now=NOW,
        basket=Basket(lines=lines, discount_amount=first.order.discount_amount),
        candidates=(candidate({"type": "AMOUNT", "amount_off": 500}, key="AGAIN"),),
    )
    outcome = evaluate(snapshot)
    both = Case(
        order=granted(outcome),
        decisions=(before, Decision(id="r_2", snapshot=snapshot, outcome=outcome)),
    )

    quote = both.quote(({1: 1}, 0))

    assert (quote.paid, quote.refund) == (3500, 1400)
    assert [(one.request, one.taken_back.discount) for one in quote.redeemables] == [
        ("r_1", 400),
        ("r_2", 200),
    ]


def test_a_discount_that_no_decision_knows_stays_with_the_lines() -> None:
    order = case(candidate(TEN_OFF)).order

    quote = Case(order=order, decisions=()).quote(({1: 1}, 0))

    assert (quote.refund, quote.redeemables) == (1600, ())


def test_units_that_count_against_a_limit_are_given_back_in_proportion() -> None:
    entry = {
        "object": "product",
        "id": "prod_tee",
        "product_campaign_quantity_limit": 2,
    }
    limited = candidate(
        {"type": "AMOUNT", "amount_off": 100, "effect": "APPLY_TO_ITEMS_BY_QUANTITY"},
        applicable_to={"included": [entry]},
    )

    quotes = case(limited).send_back([({0: 1}, 0), ({0: 1}, 0), ({0: 1}, 0), ({1: 1}, 0)])

    back = [quote.redeemables[0].taken_back.units for quote in quotes]
    one = (UnitsBack(entry="prod_tee", article="prod_tee", units=1),)
    assert back == [(), one, one, ()]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (({0: 4}, 0), "line 0: 3 can be returned, not 4"),
        (({0: -1}, 0), "line 0: 3 can be returned, not -1"),
        (({7: 1}, 0), "no line at"),
        (({}, 0), "nothing is returned"),
        (({}, 100), "nothing is returned"),
    ],
)
def test_impossible_returns_are_mistakes_of_the_caller(step: Any, message: str) -> None:
    with pytest.raises(NotReturnable, match=message):
        case(candidate(TEN_OFF)).quote(step)


def test_what_is_back_cannot_come_back_again() -> None:
    bought = case(candidate(TEN_OFF))
    first = bought.quote(({0: 2}, 0))

    with pytest.raises(NotReturnable, match="line 0: 1 can be returned, not 2"):
        bought.quote(({0: 2}, 0), [first])
