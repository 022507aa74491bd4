"""Rows of a lane: nothing lies over anything else, and what has no room is named."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.packing import Block, pack


@st.composite
def blocks(draw: st.DrawFn) -> list[Block]:
    number = draw(st.integers(0, 40))
    found = []
    for place in range(number):
        left = draw(st.integers(0, 100))
        width, height = draw(st.integers(1, 60)), draw(st.integers(1, 4))
        found.append(Block(key=str(place), left=left, right=left + width, height=height))
    return found


def test_what_fits_beside_each_other_shares_a_row() -> None:
    packed = pack(
        [
            Block(key="a", left=0, right=5),
            Block(key="b", left=3, right=9),
            Block(key="c", left=6, right=9),
            Block(key="d", left=5, right=6),
        ],
        most_rows=8,
    )

    assert packed.rows == {"a": 0, "b": 1, "c": 0, "d": 0}
    assert packed.height == 2
    assert packed.left_over == []


def test_what_has_no_room_is_left_over_in_its_order() -> None:
    packed = pack([Block(key=str(n), left=0, right=10) for n in range(5)], most_rows=2)

    assert packed.rows == {"0": 0, "1": 1}
    assert packed.left_over == ["2", "3", "4"]


def test_a_campaign_with_more_tiers_than_rows_is_shown_whole() -> None:
    packed = pack([Block(key="high", left=0, right=10, height=9)], most_rows=4)

    assert packed.rows == {"high": 0}
    assert packed.height == 9


@given(found=blocks(), most_rows=st.integers(1, 12))
def test_nothing_lies_over_anything_else(found: list[Block], most_rows: int) -> None:
    packed = pack(found, most_rows=most_rows)

    assert sorted([*packed.rows, *packed.left_over]) == sorted(block.key for block in found)
    taken: set[tuple[int, int]] = set()
    for block in found:
        if block.key not in packed.rows:
            continue
        first = packed.rows[block.key]
        own = {
            (row, place)
            for row in range(first, first + block.height)
            for place in range(block.left, block.right)
        }
        assert not own & taken
        taken |= own
        assert first + block.height <= max(most_rows, block.height)
        assert first + block.height <= packed.height
