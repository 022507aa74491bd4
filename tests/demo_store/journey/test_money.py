from __future__ import annotations

import pytest

from demo_store.journey.money import NotWholeCents, cents


@pytest.mark.parametrize(
    ("dollars", "expected"),
    [
        (0.0, 0),
        (0.29, 29),
        (2.78, 278),
        (1.1, 110),
        (4.35, 435),
        (840.0, 84_000),
        (130.02, 13_002),
        (-0.57, -57),
    ],
)
def test_reads_the_decimal_that_was_written(dollars: float, expected: int):
    assert cents(dollars) == expected


@pytest.mark.parametrize("dollars", [1.776357e-15, 4.440892e-16, 0.1 + 0.2 - 0.3])
def test_takes_the_remainder_of_a_float_subtraction_for_nothing(dollars: float):
    assert cents(dollars) == 0


@pytest.mark.parametrize("dollars", [0.005, 1.234, 0.0001, float("nan"), float("inf")])
def test_refuses_what_is_not_whole_cents(dollars: float):
    with pytest.raises(NotWholeCents):
        cents(dollars)


def test_thousands_of_prices_add_up_exactly():
    prices = [hundredths / 100 for hundredths in range(100_000)]

    total = sum(cents(price) for price in prices)

    assert total == 99_999 * 100_000 // 2
