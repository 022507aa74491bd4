from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.alert_math import Off, is_many, off_usual, twice_median

BOTH = (Off.FEWER, Off.MORE)
WEEKS = [98, 102, 100, 100]


def judged(current: int, weeks: list[int] = WEEKS, was: Off | None = None, **more: int) -> Off | None:
    numbers = {"share": 60, "least": 20, **more}
    return off_usual(current, weeks, looks_at=BOTH, was=was, **numbers)


@pytest.mark.parametrize(
    ("current", "expected"), [(41, None), (40, Off.FEWER), (100, None), (159, None), (160, Off.MORE)]
)
def test_begins_exactly_at_the_share(current: int, expected: Off | None) -> None:
    assert judged(current) is expected


@pytest.mark.parametrize(("current", "expected"), [(41, Off.FEWER), (55, Off.FEWER), (56, None)])
def test_ends_at_three_quarters_of_what_began_it(current: int, expected: Off | None) -> None:
    assert judged(current, was=Off.FEWER) is expected


def test_one_strange_week_is_no_usual() -> None:
    assert judged(100, [98, 900, 100, 102]) is None
    assert judged(40, [98, 900, 100, 102]) is Off.FEWER
    assert judged(45, [40, 100, 100, 160], share=30) is None


@pytest.mark.parametrize(("weeks", "expected"), [([19] * 4, None), ([20] * 4, Off.FEWER)])
def test_small_numbers_say_nothing(weeks: list[int], expected: Off | None) -> None:
    assert judged(0, weeks) is expected


@pytest.mark.parametrize(("current", "expected"), [(19, None), (20, Off.MORE)])
def test_many_where_there_were_none(current: int, expected: Off | None) -> None:
    assert judged(current, [0, 0, 0, 0]) is expected


def test_chance_is_no_trouble() -> None:
    """20 redemptions vary by 13 (three deviations), whatever percentage that is."""
    assert judged(8, [20] * 4, share=50) is None
    assert judged(6, [20] * 4, share=50) is Off.FEWER


def test_less_than_three_weeks_are_no_usual() -> None:
    assert judged(0, [100, 100]) is None
    assert judged(0, [100, 100, 100]) is Off.FEWER


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**6), min_size=3, max_size=4), st.integers(10, 100))
def test_what_is_the_median_is_never_off(current: int, weeks: list[int], share: int) -> None:
    usual = twice_median(weeks)
    if usual % 2 == 0:
        assert judged(usual // 2, weeks, share=share) is None
    off = judged(current, weeks, share=share)
    assert off is not Off.FEWER or 2 * current < usual
    assert off is not Off.MORE or 2 * current > usual
    assert off is None or judged(current, weeks, was=off, share=share) is off


@pytest.mark.parametrize(
    ("part", "whole", "was", "expected"),
    [
        (20, 40, False, True),
        (20, 41, False, False),
        (19, 19, False, False),
        (19, 40, True, True),
        (15, 40, True, True),
        (14, 14, True, False),
        (20, 54, True, False),
        (0, 0, True, False),
    ],
)
def test_many_are_a_share_and_a_number(part: int, whole: int, was: bool, expected: bool) -> None:
    assert is_many(part, whole, share=50, least=20, was=was) is expected
