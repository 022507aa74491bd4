from __future__ import annotations

from statistics import median_high

from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_app.crowding import AROUND, Cause, Limits, Load, Reason, reasons, usual
from tests import nightly


def loads(*lives: int) -> list[Load]:
    return [Load(live=live, audiences={}) for live in lives]


@settings(max_examples=nightly.times(30, 500))
@given(st.lists(st.integers(0, 9), min_size=1, max_size=200))
def test_usual_is_the_median_of_the_days_around_with_anything_on_them(amounts: list[int]) -> None:
    found = usual(amounts)

    for place, one in enumerate(found):
        around = [amount for amount in amounts[max(0, place - AROUND) : place + AROUND + 1] if amount]
        assert one == (median_high(around) if len(around) >= 7 else None)


def test_a_day_with_half_as_many_again_as_usual_stands_out() -> None:
    found = reasons(loads(*[6] * 20, 9, 10, *[6] * 20), Limits())

    assert found[20] == ()
    assert found[21] == (Reason(cause=Cause.LIVE, amount=10, usual=6),)
    assert [place for place, why in enumerate(found) if why] == [21]


def test_four_where_two_are_usual_are_no_crowd() -> None:
    found = reasons(loads(*[2] * 20, 4, 5, *[2] * 20), Limits())

    assert [place for place, why in enumerate(found) if why] == [21]


def test_where_hardly_anything_happens_nothing_is_usual() -> None:
    assert reasons(loads(0, 0, 30, 0, 1, 1, 0), Limits()) == [()] * 7


def test_limits_that_people_set_count_instead() -> None:
    day = Load(live=3, audiences={"vip": 3, "new": 2, "old": 4}, budget=500)

    found = reasons([day], Limits(live=2, per_audience=2, budget=499))

    assert found == [
        (
            Reason(cause=Cause.LIVE, amount=3, limit=2),
            Reason(cause=Cause.AUDIENCE, amount=4, limit=2, audience="old"),
            Reason(cause=Cause.AUDIENCE, amount=3, limit=2, audience="vip"),
            Reason(cause=Cause.BUDGET, amount=500, limit=499),
        )
    ]
    assert reasons([day], Limits(live=3, per_audience=4, budget=500)) == [()]
    assert reasons([day], Limits(per_audience=None)) == [()]
