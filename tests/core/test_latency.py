"""Percentiles from counts of calls by time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.latency import BOUNDS, PLACES, percentile, place_of


def counted(calls: list[int]) -> list[int]:
    took = [0] * PLACES
    for milliseconds in calls:
        took[place_of(milliseconds)] += 1
    return took


def test_a_call_counts_under_the_first_bound_that_it_did_not_exceed() -> None:
    assert [place_of(milliseconds) for milliseconds in (0, 2, 3, 5, 12, 5_000, 5_001)] == [
        0,
        0,
        1,
        1,
        3,
        16,
        17,
    ]


def test_no_calls_have_no_percentile() -> None:
    assert percentile([0] * PLACES, 95, slowest=0) is None


def test_one_call_is_all_of_its_percentiles() -> None:
    assert [percentile(counted([7]), percent, slowest=7) for percent in (50, 95)] == [7, 7]


def test_calls_are_taken_to_be_spread_evenly_within_a_bound() -> None:
    took = counted([60] * 10)  # between 40 and 60

    assert percentile(took, 50, slowest=60) == 50
    assert percentile(took, 95, slowest=60) == 60


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=60), st.sampled_from([50, 95, 99]))
def test_is_never_off_by_more_than_its_bound(calls: list[int], percent: int) -> None:
    exact = sorted(calls)[-(-len(calls) * percent // 100) - 1]

    found = percentile(counted(calls), percent, slowest=max(calls))

    assert found is not None
    place = place_of(exact)
    low = BOUNDS[place - 1] if place else 0
    high = BOUNDS[place] if place < len(BOUNDS) else max(calls)
    assert low <= found <= min(high, max(calls)) or found == max(calls)
