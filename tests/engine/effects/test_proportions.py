from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.effects.proportions import filled

PARTS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 2000)), max_size=7)


@pytest.mark.parametrize(
    ("total", "weights", "caps", "expected"),
    [
        (1000, [1, 1, 1], [9999] * 3, [334, 333, 333]),
        (1000, [5, 1], [300, 2000], [300, 700]),
        (1000, [5, 1, 1], [300, 2000, 100], [300, 600, 100]),
        (1000, [1, 1], [200, 300], [200, 300]),
        (0, [1, 2], [5, 5], [0, 0]),
        (10, [], [], []),
        (10, [0, 0], [7, 7], [5, 5]),
        # Without weight only what the others cannot take.
        (10, [1, 0], [7, 7], [7, 3]),
    ],
)
def test_fills(total: int, weights: list[int], caps: list[int], expected: list[int]) -> None:
    assert filled(total, weights, caps) == expected


@given(total=st.integers(0, 9000), parts=PARTS)
def test_parts_add_up_within_their_caps(total: int, parts: list[tuple[int, int]]) -> None:
    weights, caps = [weight for weight, _ in parts], [cap for _, cap in parts]

    shares = filled(total, weights, caps)

    assert sum(shares) == min(total, sum(caps))
    assert all(0 <= share <= cap for share, cap in zip(shares, caps, strict=True))


@given(total=st.integers(0, 9000), parts=PARTS)
def test_more_weight_never_means_less_where_there_is_room(total: int, parts: list[tuple[int, int]]) -> None:
    weights = [weight for weight, _ in parts]

    shares = filled(total, weights, [10_000] * len(weights))

    pairs = sorted(zip(weights, shares, strict=True))
    assert all(low[1] <= high[1] for low, high in zip(pairs, pairs[1:], strict=False) if low[0] < high[0])
