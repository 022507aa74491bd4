from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace

import pytest

from engine.basket import Basket, Line, LineState, open_order
from engine.draft import Draft
from engine.line_states import discounted

BASKET = Basket(
    lines=(Line(price=1000, quantity=3), Line(price=2000, quantity=1), Line()), discount_amount=500
)


def test_takes_no_more_than_the_line_or_the_order_still_costs() -> None:
    draft = Draft(open_order(BASKET))

    assert draft.payable == 4500
    assert [draft.take_line(0, 2500), draft.take_line(0, 2500), draft.take_line(2, 5)] == [2500, 500, 0]
    assert draft.take_line(1, 1800) == 1500
    assert draft.take_order(9) == 0
    assert draft.taken == 4500
    assert draft.payable == 0


def test_takes_no_more_than_there_is_room_for() -> None:
    draft = Draft(open_order(BASKET), 700)

    assert [draft.take_order(400), draft.take_line(0, 200), draft.take_order(200)] == [400, 200, 100]
    assert draft.take_line(1, 5) == 0
    assert draft.taken == 700


@pytest.mark.parametrize("amount", [0, -1])
def test_takes_nothing_below_one(amount: int) -> None:
    draft = Draft(open_order(BASKET))

    assert (draft.take_line(0, amount), draft.take_order(amount)) == (0, 0)
    assert not draft.has_changed


def test_a_step_that_does_nothing_leaves_the_same_lines() -> None:
    order = open_order(BASKET)

    after = Draft(order).close()

    assert after == order
    assert after is not None
    assert after.lines is order.lines


def test_without_an_order_there_is_nothing_to_take() -> None:
    draft = Draft(None)

    assert (draft.take_order(5), draft.payable, draft.close()) == (0, 0, None)


def test_what_an_earlier_step_applied_is_not_shown_again() -> None:
    first = Draft(open_order(BASKET))
    first.add_units(0, 2, 2000)
    first.make_free(0, 2, 2000)
    order = first.close()
    second = Draft(order)
    second.take_order(100)
    after = second.close()

    assert order is not None
    assert after is not None
    shown = order.lines[0]
    assert (shown.applied_quantity, shown.applied_discount_quantity, shown.applied_discount_amount) == (
        2,
        2,
        2000,
    )
    assert after.lines[0] == replace(
        shown,
        applied_quantity=0,
        applied_quantity_amount=0,
        applied_discount_quantity=0,
        applied_discount_amount=0,
    )
    assert (after.amount, after.total_amount) == (7000, 4400)


def test_an_appended_line_starts_from_nothing() -> None:
    draft = Draft(open_order(BASKET))
    index = draft.append(Line(price=300, product_id="prod_cap", quantity=0))
    draft.add_units(index, 2, 600)

    after = draft.close()

    assert (index, draft.lines_count, draft.subtotal(index)) == (3, 4, 600)
    assert after is not None
    cap = after.lines[3]
    assert (cap.initial_quantity, cap.initial_amount, cap.quantity, cap.amount) == (0, 0, 2, 600)
    assert (cap.product_id, cap.applied_quantity, cap.subtotal_amount) == ("prod_cap", 2, 600)


def test_lines_made_fast_are_lines() -> None:
    line = open_order(BASKET).lines[0]

    fast = discounted(line, 400)

    assert type(fast) is LineState
    slow = replace(line, discount_amount=400, applied_discount_amount=400, subtotal_amount=2600)
    assert (fast, hash(fast), repr(fast)) == (slow, hash(slow), repr(slow))
    assert pickle.loads(pickle.dumps(fast)) == slow  # noqa: S301
    assert LineState.from_json(fast.to_json()) == slow
    with pytest.raises(FrozenInstanceError):
        fast.quantity = 1  # type: ignore[misc]
