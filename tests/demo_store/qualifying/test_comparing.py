from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from demo_store.qualifying.comparing import Fault, Shown, differences
from demo_store.qualifying.one_by_one import Fits, Key
from engine import RedeemableObject, Status, Step

A, B, C = (("voucher", name) for name in "ABC")


def step(key: str, status: Status = Status.APPLICABLE) -> Step:
    return Step(key=key, object=RedeemableObject.VOUCHER, status=status)


EXPECTED: dict[Key, Fits] = {
    A: Fits(rank=3, worth=100, steps=(step("A"),)),
    B: Fits(rank=2, worth=300, steps=(step("B"),)),
    C: Fits(rank=1, worth=200, steps=(step("C"),)),
}
SHOWN = [Shown(key=key, fits=fits) for key, fits in EXPECTED.items()]


def compared(shown: list[Shown], **values: Any) -> list[tuple[Fault, Key | None]]:
    asked: dict[str, Any] = {"expected": EXPECTED, "order": [A, B, C], "total": 3, **values}
    return [(found.fault, found.key) for found in differences(shown=shown, **asked)]


def test_the_same_answers_do_not_differ() -> None:
    assert compared(SHOWN) == []


def test_a_page_holds_the_first_ones_and_counts_all() -> None:
    assert compared(SHOWN[:2], order=[A, B]) == []
    assert compared(SHOWN[:2], order=[A, B], total=2) == [(Fault.OTHER_TOTAL, None)]


def test_an_empty_answer_is_compared_too() -> None:
    assert compared([], expected={}, order=[], total=0) == []
    assert compared([], expected={}, order=[], total=1) == [(Fault.OTHER_TOTAL, None)]


@pytest.mark.parametrize(
    ("shown", "fault"),
    [
        ([SHOWN[0], SHOWN[2]], (Fault.MISSING, B)),
        (
            [*SHOWN, Shown(key=("voucher", "D"), fits=Fits(rank=0, worth=5))],
            (Fault.SURPLUS, ("voucher", "D")),
        ),
        ([*SHOWN, SHOWN[0]], (Fault.REPEATED, A)),
        ([SHOWN[1], SHOWN[0], SHOWN[2]], (Fault.OTHER_ORDER, B)),
        (
            [SHOWN[0], Shown(key=B, fits=replace(EXPECTED[B], steps=(step("B", Status.SKIPPED),))), SHOWN[2]],
            (Fault.OTHER_STEP, B),
        ),
    ],
)
def test_names_what_differs(shown: list[Shown], fault: tuple[Fault, Key]) -> None:
    assert compared(shown) == [fault]


def test_a_page_with_another_hit_than_the_best_is_told() -> None:
    assert compared([SHOWN[0], SHOWN[2]], order=[A, B]) == [(Fault.MISSING, B)]
    assert compared(SHOWN, order=[A, B]) == [(Fault.OTHER_ORDER, C)]


def test_says_both_figures() -> None:
    shown = [SHOWN[0], Shown(key=B, fits=Fits(rank=2, worth=301)), SHOWN[2]]

    (found,) = differences(expected=EXPECTED, order=[A, B, C], shown=shown, total=3)

    assert str(found) == "voucher B does something else to the order (worth 300, 301)"
