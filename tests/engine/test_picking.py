from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.applicability import Entry, Pick, Target
from engine.basket import Basket, Line, LineState, open_order
from engine.items import ItemObject, ItemRef
from engine.picking import Picked, pick, unit_price

ANY = ItemRef(object=ItemObject.COLLECTION, id="pc_any")


def states(*prices_and_quantities: tuple[int | None, int]) -> tuple[LineState, ...]:
    lines = tuple(Line(price=price, quantity=quantity) for price, quantity in prices_and_quantities)
    return open_order(Basket(lines=lines)).lines


def picked(lines: tuple[LineState, ...], **options: Any) -> list[tuple[int, list[int]]]:
    """Line index and the numbers of its picked units, in application order."""
    entry = Entry(item=ANY, **options)
    return [(one.index, _numbers(one)) for one in pick(entry, range(len(lines)), lines)]


def _numbers(one: Picked) -> list[int]:
    return [one.first + place * one.step for place in range(one.units)]


SHOP = states((2000, 2), (1500, 1), (2500, 3))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [0, 1, 2]),
        ({"pick": Pick.CHEAPEST}, [1]),
        ({"pick": Pick.CHEAPEST, "skip_initially": 1}, [0]),
        ({"pick": Pick.CHEAPEST, "skip_initially": 3}, []),
        ({"pick": Pick.MOST_EXPENSIVE}, [2]),
        ({"pick": Pick.MOST_EXPENSIVE, "skip_initially": 2}, [1]),
        ({"pick": Pick.FROM_CHEAPEST}, [1, 0, 2]),
        ({"pick": Pick.FROM_MOST_EXPENSIVE}, [2, 0, 1]),
        ({"pick": Pick.FROM_MOST_EXPENSIVE, "repeat": 2}, [2, 1]),
        ({"skip_initially": 1}, [1, 2]),
        ({"skip_initially": 1, "repeat": 5}, [1]),
        ({"repeat": 0}, [0, 1, 2]),
    ],
)
def test_picks_lines(options: dict[str, Any], expected: list[int]) -> None:
    assert [index for index, _ in picked(SHOP, **options)] == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [(0, [1, 2]), (1, [1]), (2, [1, 2, 3])]),
        ({"skip_initially": 1, "repeat": 3}, [(0, [2]), (2, [2])]),
        ({"pick": Pick.FROM_CHEAPEST, "repeat": 2}, [(1, [1]), (0, [2]), (2, [2])]),
        ({"pick": Pick.CHEAPEST}, [(1, [1])]),
        ({"pick": Pick.CHEAPEST, "skip_initially": 2}, [(0, [2])]),
        ({"pick": Pick.MOST_EXPENSIVE, "skip_initially": 1}, [(2, [2])]),
        ({"skip_initially": 6}, []),
    ],
)
def test_picks_units(options: dict[str, Any], expected: list[tuple[int, list[int]]]) -> None:
    assert picked(SHOP, target=Target.UNIT, **options) == expected


def test_ten_units_skip_one_repeat_three() -> None:
    entry = {"target": Target.UNIT, "skip_initially": 1, "repeat": 3}

    assert picked(states((100, 10)), **entry) == [(0, [2, 5, 8])]
    assert picked(states((100, 4), (100, 6)), **entry) == [(0, [2]), (1, [1, 4])]


@pytest.mark.parametrize("order", [Pick.FROM_CHEAPEST, Pick.FROM_MOST_EXPENSIVE])
def test_equal_prices_keep_the_order_of_the_request(order: Pick) -> None:
    assert [index for index, _ in picked(states((7, 1), (7, 1), (7, 1)), pick=order)] == [0, 1, 2]


def test_a_unit_without_a_price_costs_its_share_of_the_amount() -> None:
    lines = open_order(
        Basket(lines=(Line(amount=1000, quantity=3), Line(price=333), Line(), Line(amount=5)))
    ).lines

    assert [unit_price(line) for line in lines] == [Fraction(1000, 3), 333, 0, 5]
    assert [index for index, _ in picked(lines, pick=Pick.FROM_MOST_EXPENSIVE)] == [0, 1, 3, 2]


def test_lines_without_units_are_left_out() -> None:
    assert [index for index, _ in picked(states((5, 0), (5, 2)))] == [1]
    assert picked(states((5, 0), (5, 2)), target=Target.UNIT) == [(1, [1, 2])]


def test_a_billion_units_are_three_numbers() -> None:
    entry = Entry(item=ANY, target=Target.UNIT, skip_initially=1, repeat=3)

    (one,) = pick(entry, [0], states((1, 10**9)))

    assert (one.units, one.first, one.step) == (333_333_333, 2, 3)


@given(
    shop=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), max_size=5),
    how=st.sampled_from(Pick),
    skip=st.integers(0, 8),
    repeat=st.integers(1, 5),
)
def test_arithmetic_picks_what_counting_out_every_unit_picks(
    shop: list[tuple[int, int]], how: Pick, skip: int, repeat: int
) -> None:
    units = [
        (index, number, price) for index, (price, many) in enumerate(shop) for number in range(1, many + 1)
    ]
    if how in (Pick.CHEAPEST, Pick.FROM_CHEAPEST):
        units.sort(key=lambda unit: unit[2])
    if how in (Pick.MOST_EXPENSIVE, Pick.FROM_MOST_EXPENSIVE):
        units.sort(key=lambda unit: -unit[2])
    chosen = units[skip : skip + 1] if how in (Pick.CHEAPEST, Pick.MOST_EXPENSIVE) else units[skip::repeat]

    found = picked(
        states(*((price, many) for price, many in shop)),
        pick=how,
        target=Target.UNIT,
        skip_initially=skip,
        repeat=repeat,
    )

    assert [(index, number) for index, numbers in found for number in numbers] == [
        unit[:2] for unit in chosen
    ]
