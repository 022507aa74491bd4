"""What points are worth: exact, to the nearest minor unit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.worth import Worth, of_coin


@pytest.mark.parametrize(
    ("exchange", "per", "points", "minor"),
    [
        ("20", 100, 200, 4_000),
        ("20", 100, 2_300, 46_000),
        ("1", 1, 5, 500),
        ("0.5", 100, 1, 1),  # half a cent goes up
        ("0.333333", 100, 3, 1),
        ("20", 100, -5, -100),
        ("0.5", 100, -1, -1),  # and away from zero, so that both cancel out
        ("20", 100, 0, 0),
    ],
)
def test_what_the_exchange_ratio_says(exchange: str, per: int, points: int, minor: int) -> None:
    assert of_coin(exchange_ratio=Decimal(exchange), points_ratio=per, reward="").of(points) == minor


@given(
    points=st.integers(-(10**12), 10**12),
    per=st.integers(1, 10**6),
    amount=st.decimals(0, 10**6, places=4),
)
def test_a_debt_is_worth_what_the_same_points_are(points: int, per: int, amount: Decimal) -> None:
    worth = Worth(points=per, amount=amount)

    assert worth.of(points) == -worth.of(-points)
    assert abs(2 * abs(worth.of(points)) * per - 2 * abs(points) * amount) <= per
