"""The receipt of a collision: exact amounts, alone and together, in the order of application."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from calendar_app.receipts import receipt_of
from engine import Basket, Call, Candidate, Category, Customer, Line, StackingType, effects
from engine.algebra import Witness, World

AT = datetime(2026, 3, 14, 16, 0, tzinfo=UTC)


def code(key: str, discount: dict[str, Any], *, kind: StackingType | None = None) -> Candidate:
    category = None if kind is None else Category(id=f"cat_{key}", name=key, hierarchy=1, stacking_type=kind)
    return Candidate(key=key, discount=effects.parse(discount), category=category)


def percent(percent_off: int) -> dict[str, Any]:
    return {"type": "PERCENT", "percent_off": percent_off, "effect": "APPLY_TO_ORDER"}


WITNESS = Witness(
    customer=Customer(id="cust_1", segments=("seg_vip",)),
    basket=Basket(lines=(Line(product_id="prod_mug", name="Mug", quantity=2, price=1_000),)),
    call=Call(),
    at=AT,
)
WORLD = World()


def test_both_apply_one_after_the_other() -> None:
    found = receipt_of(code("left", percent(20)), code("right", percent(25)), WITNESS, world=WORLD)

    assert found is not None
    assert found["lines"] == [
        {"id": "prod_mug", "name": "Mug", "quantity": 2, "amount": 2_000, "discount": 0}
    ]
    assert [(one["side"], one["alone"], one["together"], one["refused"]) for one in found["steps"]] == [
        ("left", 400, 400, ""),
        ("right", 500, 400, ""),
    ]
    assert (found["amount"], found["discount"], found["percent"]) == (2_000, 800, "40")
    assert (found["customer"], found["segments"]) == ("cust_1", ["seg_vip"])
    assert found["at"] == AT.isoformat()


def test_one_that_is_refused_beside_the_other_says_why() -> None:
    left = code("left", percent(10), kind=StackingType.EXCLUSIVE)

    found = receipt_of(left, code("right", percent(25)), WITNESS, world=WORLD)

    assert found is not None
    by_side = {one["side"]: one for one in found["steps"]}
    refused = [side for side, one in by_side.items() if one["refused"]]
    assert len(refused) == 1
    assert by_side[refused[0]]["together"] == 0
    assert by_side[refused[0]]["alone"] > 0
    assert found["discount"] == sum(one["together"] for one in by_side.values())


def test_a_blackout_has_one_side_and_nothing_to_show_without_a_basket() -> None:
    found = receipt_of(code("left", percent(10)), None, WITNESS, world=WORLD)

    assert found is not None
    assert [one["side"] for one in found["steps"]] == ["left"]
    assert receipt_of(code("left", percent(10)), None, None, world=WORLD) is None


def test_percents_are_exact_to_a_tenth() -> None:
    amount = {"type": "AMOUNT", "amount_off": 333, "effect": "APPLY_TO_ORDER"}

    found = receipt_of(code("left", amount), None, WITNESS, world=WORLD)

    # 333 of 2,000 are 16.65 %: half up.
    assert found is not None
    assert found["percent"] == "16.7"
