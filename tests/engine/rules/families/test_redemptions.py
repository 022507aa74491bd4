"""Contract: 11.2, the context of the redemption."""

from __future__ import annotations

from typing import Any

import pytest

from engine.reasons import ReasonKey
from engine.snapshot import Call
from tests.engine.rules.building import gap, holds, refusal, situation

CALL = Call(api_key="key_1", user_login="ann@shop", metadata={"shop": "Gdansk"}, points_used=120)


@pytest.mark.parametrize(
    ("name", "conditions", "expected"),
    [
        ("redemption.api_key", {"$is": ["key_1"]}, True),
        ("redemption.api_key", {"$is": ["key_2"]}, False),
        ("redemption.api_key", {"$not_in": ["key_1"]}, False),
        ("redemption.user.login", {"$ends_with": ["@shop"]}, True),
        ("redemption.user.login", {"$is": ["bob@shop"]}, False),
        ("redemption.metadata", {"$is": ["Gdansk"]}, True),
        ("redemption.metadata", {"$is": ["Sopot"]}, False),
        ("redemption.reward.pay_with_points.points_used", {"$more_than": [100]}, True),
        ("redemption.reward.pay_with_points.points_used", {"$less_than": [100]}, False),
    ],
)
def test_of_the_request(name: str, conditions: dict[str, Any], expected: bool) -> None:
    assert holds(name, conditions, situation(None, call=CALL), property="shop") is expected


@pytest.mark.parametrize(
    ("name", "operand"),
    [
        ("redemption.api_key", "key_1"),
        ("redemption.user.login", "ann@shop"),
        ("redemption.metadata", "Gdansk"),
        ("redemption.reward.pay_with_points.points_used", 120),
    ],
)
def test_of_a_request_that_says_nothing(name: str, operand: Any) -> None:
    assert holds(name, {"$is": [operand]}, situation(None), property="shop") is False
    assert holds(name, {"$is_not": [operand]}, situation(None), property="shop") is True


@pytest.mark.parametrize(("is_held", "expected"), [(True, True), (False, False), (None, False)])
def test_only_the_holder(is_held: bool | None, expected: bool) -> None:
    name = "publication.redeemable_by_linked_customer"

    assert holds(name, {"$is": [True]}, situation(None, is_held_by_customer=is_held)) is expected


def test_the_holder_is_asked_for() -> None:
    reason = refusal("publication.redeemable_by_linked_customer", {"$is": [True]}, situation())

    assert (reason.key, reason.remedy) == (
        ReasonKey.REDEMPTION_RULES,
        "Redeem it as the customer who holds it",
    )


def test_a_redemption_is_no_event() -> None:
    assert holds("custom_event.metadata", {"$is": ["x"]}, situation(), property="p") is False
    assert holds("custom_event.metadata", {"$is_not": ["x"]}, situation(), property="p") is True


def test_points_say_how_many_are_missing() -> None:
    name = "redemption.reward.pay_with_points.points_used"

    assert gap(name, {"$more_than_or_equal": [150]}, situation(call=CALL)) == {"kind": "number", "more": 30}
    assert refusal(name, {"$more_than_or_equal": [150]}, situation(call=CALL)).remedy == "30 more are needed"
    assert refusal(name, {"$less_than": [100]}, situation(call=CALL)).remedy == "Use 21 fewer"


def test_metadata_needs_its_value() -> None:
    reason = refusal("redemption.metadata", {"$is": ["Sopot"]}, situation(call=CALL), property="shop")

    assert reason.details == (
        "Discount Coupon CODE cannot be redeemed because of violated validation rules: val_1;"
        " redemption metadata 'shop' must be Sopot; it is Gdansk"
    )
    assert reason.remedy == "Redemption metadata 'shop' must be Sopot"
