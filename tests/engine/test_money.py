from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.money import allocate, clamp, percent_of
from tests.nightly import times

AMOUNTS = st.integers(min_value=0, max_value=10**15)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**9), max_size=30)


@pytest.mark.parametrize(
    ("base", "percent", "expected"),
    [
        (103350, "3", 3101),  # 3100.5 goes up
        (17500, "10", 1750),
        (199900, "20", 39980),
        (9999, "10", 1000),  # 999.9
        (10, "4", 0),  # 0.4
        (10, "5", 1),  # 0.5
        (25, "10", 3),  # 2.5: half up, not half even
        (333, "12.5", 42),  # 41.625
        (10**15, "99.999999", 999999990000000),
        (0, "50", 0),
        (500, "0", 0),
        (500, "100", 500),
    ],
)
def test_percent_rounds_half_up(base: int, percent: str, expected: int) -> None:
    assert percent_of(base, Decimal(percent)) == expected


@given(base=AMOUNTS, percent=st.decimals(min_value=0, max_value=100, places=4))
def test_percent_is_within_half_a_unit_of_the_exact_share(base: int, percent: Decimal) -> None:
    exact = Fraction(percent) * base / 100

    error = percent_of(base, percent) - exact

    assert Fraction(-1, 2) < error <= Fraction(1, 2)


@pytest.mark.parametrize(("value", "expected"), [(-1, 0), (0, 0), (3, 3), (5, 5), (6, 5)])
def test_clamp_keeps_within_the_bounds(value: int, expected: int) -> None:
    assert clamp(value, 0, 5) == expected


def test_clamp_prefers_the_lower_bound_when_they_cross() -> None:
    assert clamp(7, 0, -3) == 0


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (1000, [5, 5, 5], [334, 333, 333]),
        (1000, [2000, 4500, 6000], [160, 360, 480]),
        (1000, [2, 3, 3], [250, 375, 375]),
        (2, [1, 1, 1], [1, 1, 0]),
        (5, [1, 2], [2, 3]),  # 1.67 and 3.33: the larger fraction gets the unit
        (7, [0, 3, 0], [0, 7, 0]),
        (9, [0, 0], [0, 0]),
        (0, [1, 2], [0, 0]),
        (5, [], []),
    ],
)
def test_allocate_gives_left_over_units_to_the_largest_remainders(
    total: int, weights: list[int], expected: list[int]
) -> None:
    assert allocate(total, weights) == expected


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, [1, -1])])
def test_allocate_refuses_negative_input(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        allocate(total, weights)


@settings(max_examples=times(day=400, night=2000))
@given(total=AMOUNTS, weights=WEIGHTS)
def test_parts_sum_to_the_total_and_stay_within_one_unit_of_the_exact_share(
    total: int, weights: list[int]
) -> None:
    parts = allocate(total, weights)

    whole = sum(weights)
    assert sum(parts) == (total if whole else 0)
    assert len(parts) == len(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * whole - total * weight) < max(whole, 1)
        assert weight > 0 or part == 0


@settings(max_examples=times(day=400, night=2000))
@given(total=AMOUNTS, weights=WEIGHTS)
def test_a_heavier_part_never_gets_less(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)

    ordered = sorted(zip(weights, parts, strict=True))
    for (light, small), (heavy, large) in zip(ordered, ordered[1:], strict=False):
        assert light == heavy or small <= large
