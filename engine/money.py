"""Arithmetic on minor units. Everything that rounds does so here, once, without `float`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal


def percent_of(base: int, percent: Decimal) -> int:
    """`percent` per cent of `base` minor units, half up to a whole unit (contract 5.2).

    percent_of(103350, Decimal(3)) -> 3101
    """
    numerator, denominator = percent.as_integer_ratio()
    return half_up(base * numerator, 100 * denominator)


def half_up(numerator: int, denominator: int) -> int:
    """`numerator` by `denominator`, to the nearest whole; a half goes up. half_up(9999 * 2, 30) -> 667"""
    return (2 * numerator + denominator) // (2 * denominator)


def clamp(value: int, low: int, high: int) -> int:
    """`value`, but at least `low` and at most `high`; `low` wins when the bounds cross."""
    return max(low, min(value, high))


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` minor units over `weights` so that the parts add up exactly.

    Floor each share, then give the left-over units to the largest remainders (ties: earlier first).
    All weights zero -> all parts zero. Contract 5.7.

    allocate(100, [1, 1, 1]) -> [34, 33, 33]

    :raises ValueError: a negative total or weight.
    """
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError("total and weights must not be negative")
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    # sorted() is stable, so equal remainders keep their order.
    largest_first = sorted(range(len(weights)), key=lambda index: -remainders[index])
    for index in largest_first[: total - sum(parts)]:
        parts[index] += 1
    return parts
