from __future__ import annotations

from dataclasses import replace

import pytest

from engine.basket import Basket, Line, LineState, OrderState, open_order, since
from engine.draft import Draft

MUG = Line(price=1000, quantity=3, product_id="prod_mug")
SHIRT = Line(price=2000, quantity=3, product_id="prod_shirt")
BOTTLE = Line(price=2500, quantity=2, product_id="prod_bottle")


def step(order: OrderState, *, whole: int = 0, lines: tuple[int, ...] = ()) -> OrderState:
    """The order after a step that takes so much off its lines, then off the whole of it."""
    draft = Draft(order)
    for index, amount in enumerate(lines):
        draft.take_line(index, amount)
    draft.take_order(whole)
    after = draft.close()
    assert after is not None
    return after


def figures(order: OrderState) -> dict[str, int | None]:
    names = (
        "amount",
        "items_discount_amount",
        "items_applied_discount_amount",
        "discount_amount",
        "applied_discount_amount",
        "total_discount_amount",
        "total_applied_discount_amount",
        "total_amount",
    )
    return {name: getattr(order, name) for name in names}


@pytest.mark.parametrize(
    ("basket", "amount"),
    [
        (Basket(lines=(MUG, SHIRT, BOTTLE)), 14000),
        (Basket(amount=9000, lines=(MUG, SHIRT)), 9000),  # the order's own amount wins
        (Basket(amount=0, lines=(MUG,)), 0),  # zero is an amount
        (Basket(lines=(Line(price=1000, quantity=3, amount=2500), SHIRT)), 8500),  # so does the line's
        (
            Basket(lines=(MUG, Line(product_id="prod_free_shipping"))),
            3000,
        ),  # a line without price adds nothing
        (Basket(lines=(Line(product_id="prod_free_shipping"),)), None),
        (Basket(), None),
    ],
)
def test_amount_of_an_order(basket: Basket, amount: int | None) -> None:
    order = open_order(basket)

    assert order.amount == amount
    assert order.initial_amount == amount
    assert order.total_amount == amount
    assert order.total_discount_amount == 0


def test_line_without_price_has_no_amounts() -> None:
    order = open_order(Basket(lines=(Line(quantity=1, product_id="prod_free_shipping"), MUG)))

    free, mug = order.lines
    assert (free.amount, free.initial_amount, free.subtotal_amount) == (None, None, None)
    assert (mug.amount, mug.initial_amount, mug.subtotal_amount) == (3000, 3000, 3000)


def test_bookkeeping_of_an_item_discount_followed_by_an_order_discount() -> None:
    opening = open_order(Basket(lines=(MUG, SHIRT, BOTTLE)))

    first = step(opening, lines=(2000, 2000, 0))
    second = step(first, whole=2500)
    final = since(opening, second)

    assert figures(first) == {
        "amount": 14000,
        "items_discount_amount": 4000,
        "items_applied_discount_amount": 4000,
        "discount_amount": 0,
        "applied_discount_amount": 0,
        "total_discount_amount": 4000,
        "total_applied_discount_amount": 4000,
        "total_amount": 10000,
    }
    assert figures(second) == {
        "amount": 14000,
        "items_discount_amount": 4000,
        "items_applied_discount_amount": 0,
        "discount_amount": 2500,
        "applied_discount_amount": 2500,
        "total_discount_amount": 6500,
        "total_applied_discount_amount": 2500,
        "total_amount": 7500,
    }
    assert figures(final) == {
        "amount": 14000,
        "items_discount_amount": 4000,
        "items_applied_discount_amount": 4000,
        "discount_amount": 2500,
        "applied_discount_amount": 2500,
        "total_discount_amount": 6500,
        "total_applied_discount_amount": 6500,
        "total_amount": 7500,
    }
    assert [(line.discount_amount, line.subtotal_amount) for line in final.lines] == [
        (2000, 1000),
        (2000, 4000),
        (0, 5000),
    ]
    assert [line.applied_discount_amount for line in second.lines] == [0, 0, 0]
    assert [line.applied_discount_amount for line in final.lines] == [2000, 2000, 0]


def test_earlier_discounts_of_a_continued_order_count_but_are_not_applied_again() -> None:
    lines = (Line(price=1000, quantity=3, discount_amount=2000), SHIRT)

    order = open_order(Basket(lines=lines, discount_amount=500))

    assert order.total_discount_amount == 2500
    assert order.total_amount == 6500
    assert order.total_applied_discount_amount == 0
    assert order.lines[0].subtotal_amount == 1000


def test_line_discount_stops_at_the_subtotal() -> None:
    order = open_order(Basket(lines=(Line(price=2000), Line(price=700))))

    order = step(order, lines=(1000, 1000))

    assert [line.applied_discount_amount for line in order.lines] == [1000, 700]
    assert order.total_amount == 1000


def test_item_discounts_are_cut_in_order_when_the_order_discount_ate_the_money() -> None:
    order = open_order(Basket(lines=(Line(price=1000), Line(price=1000))))
    order = step(order, whole=1500)

    order = step(order, lines=(400, 400))

    assert [line.applied_discount_amount for line in order.lines] == [400, 100]
    assert order.total_amount == 0


def test_earlier_discounts_are_cut_to_a_basket_that_shrank() -> None:
    basket = Basket(
        lines=(Line(price=300, discount_amount=900), Line(price=500, discount_amount=400)),
        discount_amount=5000,
    )

    order = open_order(basket)

    assert [line.discount_amount for line in order.lines] == [300, 400]
    assert order.discount_amount == 100
    assert order.total_discount_amount == 800
    assert order.total_amount == 0


def test_own_amount_of_the_order_limits_earlier_item_discounts() -> None:
    order = open_order(
        Basket(amount=250, lines=(Line(price=300, discount_amount=200), Line(price=300, discount_amount=200)))
    )

    assert [line.discount_amount for line in order.lines] == [200, 50]
    assert order.total_amount == 0


def test_discount_on_an_order_without_amount_changes_nothing() -> None:
    order = open_order(Basket())

    assert step(order, whole=1000) == order


def test_a_continued_order_knows_what_it_was_before_its_discounts() -> None:
    shirt = Line(
        price=2900,
        quantity=2,
        initial_quantity=1,
        initial_amount=2900,
        discount_amount=2900,
        discount_quantity=1,
    )

    order = open_order(Basket(initial_amount=2900, lines=(shirt,)))

    (line,) = order.lines
    assert (line.quantity, line.initial_quantity, line.discount_quantity) == (2, 1, 1)
    assert (line.amount, line.initial_amount, line.subtotal_amount) == (5800, 2900, 2900)
    assert (order.amount, order.initial_amount, order.total_amount) == (5800, 2900, 2900)
    assert (line.applied_quantity, line.applied_discount_quantity) == (0, 0)


def test_free_units_are_never_more_than_there_are() -> None:
    assert open_order(Basket(lines=(Line(price=5, discount_quantity=7),))).lines[0].discount_quantity == 1


def test_lines_that_the_request_added_are_applied_from_their_first_unit() -> None:
    opening = open_order(Basket(lines=(MUG,)))
    cap = LineState(
        quantity=2,
        initial_quantity=0,
        price=700,
        amount=1400,
        initial_amount=0,
        discount_amount=1400,
        subtotal_amount=0,
        discount_quantity=2,
    )

    order = since(opening, replace(opening, amount=4400, lines=(*opening.lines, cap)))

    added = order.lines[1]
    assert (added.applied_quantity, added.applied_quantity_amount) == (2, 1400)
    assert (added.applied_discount_quantity, added.applied_discount_amount) == (2, 1400)
    assert (order.items_applied_discount_amount, order.total_amount) == (1400, 3000)


@pytest.mark.parametrize("figure", [{"amount": -1}, {"price": -1}, {"quantity": -1}, {"discount_amount": -1}])
def test_refuses_negative_figures_on_a_line(figure: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="never negative"):
        Line(**figure)


@pytest.mark.parametrize("figure", [{"amount": -1}, {"discount_amount": -1}])
def test_refuses_negative_figures_on_the_order(figure: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="never negative"):
        Basket(**figure)
