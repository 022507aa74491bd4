"""The worked example of the contract (governance 4): three campaigns in March, told apart.

A: 1 to 31 March, everything, category Joint. B: 10 to 12 March, shoes, category Exclusive. C: Saturdays from
16 to 22, shoes, category Joint. The evaluator always combines JOINT ones, also with EXCLUSIVE ones.
"""

from __future__ import annotations

from datetime import time
from typing import Final

import pytest

from calendar_app.overlaps import Answer, Item, Kind, between, sentence
from engine import Category, DailyHours, StackingType, Validity
from tests.calendar_app.overlaps.made import SHOES, collection, day, item, percent, world

JOINT: Final = Category(id="cat_joint", name="Joint", stacking_type=StackingType.JOINT)
EXCLUSIVE: Final = Category(id="cat_excl", name="Exclusive", stacking_type=StackingType.EXCLUSIVE)
SATURDAYS: Final = Validity(
    daily_hours=(DailyHours(days_of_week=(6,), start_time=time(16), expiration_time=time(22)),)
)
A: Final = item(1, "A", discount=percent(10), starts_at=day(1), ends_at=day(1, 4), category=JOINT)


def b(first: int = 10, last: int = 12) -> Item:
    shoes = percent(20, items=True)
    return item(
        2,
        "B",
        discount=shoes,
        only=collection(SHOES),
        starts_at=day(first),
        ends_at=day(last + 1),
        category=EXCLUSIVE,
    )


C: Final = item(
    3,
    "C",
    discount=percent(30, items=True),
    only=collection(SHOES),
    starts_at=day(1),
    ends_at=day(1, 4),
    validity=SATURDAYS,
    category=JOINT,
)


def test_a_and_b_both_apply_though_b_is_exclusive_and_take_shoes_twice() -> None:
    (found,) = between([A], [b()], world())

    assert found.kind is Kind.DOUBLE_DISCOUNT
    assert found.certainty is Answer.OVERLAPS
    assert found.spans == ((day(10), day(13)),)
    assert found.together_percent == 28
    assert sentence(found).startswith(
        "A and B meet from Tue 10 Mar to Thu 12 Mar; together they take 28 % off"
    )
    assert "always stackable, so both apply" in sentence(found)


def test_b_and_c_meet_only_where_b_holds_a_saturday() -> None:
    with_saturday = b(10, 14)

    assert between([b()], [C], world()) == []
    (found,) = between([with_saturday], [C], world())
    assert found.kind is Kind.DOUBLE_DISCOUNT
    assert found.spans == ((day(14, hour=16), day(14, hour=22)),)
    assert " on Sat 14 Mar 16:00–22:00" in sentence(found)


def test_a_and_c_are_meant_to_stand_together() -> None:
    assert between([A], [C], world()) == []


def test_what_is_meant_to_stand_together_is_told_from_half_the_price_on() -> None:
    deep = item(1, "A", discount=percent(30), starts_at=day(1), category=JOINT)

    (found,) = between([deep], [C], world())

    assert found.kind is Kind.DOUBLE_DISCOUNT
    assert found.together_percent == 60


def test_a_common_one_clashes_with_an_exclusive_one() -> None:
    common = item(4, "D", discount=percent(10), starts_at=day(1), ends_at=day(1, 4))

    (found,) = between([b()], [common], world())

    assert found.kind is Kind.EXCLUSIVE_CLASH
    assert found.winner == "left"
    assert found.left.name == "B"
    assert sentence(found) == (
        "B and D meet from Tue 10 Mar to Thu 12 Mar; only B applies: "
        "B is in the exclusive category Exclusive, beside which D, which is common, may not stand."
    )


@pytest.mark.parametrize("own", [EXCLUSIVE, None])
def test_products_that_are_not_shared_do_not_meet(own: Category | None) -> None:
    tea = {"included": [{"object": "product", "id": "prod_tea"}]}
    other = item(5, "Tea", discount=percent(10, items=True), only=tea, category=own)

    assert between([b()], [other], world()) == []
