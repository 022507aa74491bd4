from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.intervals import Interval, steady_around

POINTS = st.lists(
    st.integers(-6, 6) | st.integers(-60, 60).map(lambda tenths: Decimal(tenths) / 10), max_size=4
)


def test_up_to_a_limit() -> None:
    assert steady_around(9, (10,), lambda x: x <= 10) == Interval(highest=10)
    assert steady_around(11, (10,), lambda x: x <= 10) == Interval(lowest=11)
    assert steady_around(9, (Decimal("10.5"),), lambda x: x <= Decimal("10.5")) == Interval(highest=10)


def test_between_and_at() -> None:
    assert steady_around(5, (3, 9), lambda x: 3 < x < 9) == Interval(lowest=4, highest=8)
    assert steady_around(3, (3,), lambda x: x == 3) == Interval(lowest=3, highest=3)
    assert steady_around(5, (3, 9), lambda x: True) == Interval()


def test_what_lies_in_both() -> None:
    assert Interval(highest=3) & Interval(lowest=1, highest=5) == Interval(lowest=1, highest=3)
    assert Interval() & Interval() == Interval()


@given(POINTS, st.integers(-9, 9), st.sampled_from(["below", "at", "above", "up to"]))
def test_is_the_widest_interval_with_the_same_answer(
    points: list[int | Decimal], actual: int, question: str
) -> None:
    def answer(x: int) -> tuple[bool, ...]:
        questions: dict[str, Callable[[int | Decimal], bool]] = {
            "below": lambda point: x < point,
            "at": lambda point: x == point,
            "above": lambda point: x > point,
            "up to": lambda point: x <= point,
        }
        return tuple(questions[question](point) for point in points)

    found = steady_around(actual, points, answer)

    low = -20 if found.lowest is None else found.lowest
    high = 20 if found.highest is None else found.highest
    assert low <= actual <= high
    assert {answer(x) for x in range(low, high + 1)} == {answer(actual)}
    assert found.lowest is None or answer(found.lowest - 1) != answer(actual)
    assert found.highest is None or answer(found.highest + 1) != answer(actual)
