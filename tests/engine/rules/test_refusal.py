"""The contract's errors, with what would help. Contract: 2.2, 11.6, 11.7."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine import rules
from engine.reasons import Reason, ReasonKey
from engine.rules.words import either, instant, money
from engine.snapshot import Customer
from tests.engine.rules.building import rule, rule_set, situation

SEGMENT = rule("customer.segment", {"$is": ["VIP"]})
AMOUNT = rule("order.amount", {"$more_than_or_equal": [18700]})
COUNT = rule("redemption.count.daily", {"$less_than_or_equal": [1]})
YES = rule("order.amount", {"$more_than": [1]})
USED = {"redemption.count.daily": 1}


def reason(
    *entries: dict[str, Any], logic: str | None = None, object: str = "voucher", **more: Any
) -> Reason:
    at = situation(customer=Customer(id="cust_1"), counts=USED)
    verdict = rules.judge(rule_set(*entries, logic=logic, **more), at)
    return rules.refusal(verdict, label="CODE", object=object)


@pytest.mark.parametrize(
    ("entries", "logic", "key"),
    [
        ((SEGMENT, AMOUNT, COUNT), None, ReasonKey.CUSTOMER_RULES),
        ((AMOUNT, SEGMENT, COUNT), None, ReasonKey.ORDER_RULES),
        ((COUNT, SEGMENT, AMOUNT), None, ReasonKey.REDEMPTION_RULES),
        ((YES, COUNT), None, ReasonKey.REDEMPTION_RULES),
        ((COUNT, AMOUNT), "2 or 1", ReasonKey.REDEMPTION_RULES),
        ((COUNT, AMOUNT, YES), "3 and 2", ReasonKey.ORDER_RULES),
    ],
)
def test_the_first_failing_leaf_in_rule_order_decides(
    entries: Any, logic: str | None, key: ReasonKey
) -> None:
    assert reason(*entries, logic=logic).key is key


@pytest.mark.parametrize(
    ("object", "noun"),
    [("voucher", "Discount Coupon"), ("gift", "Gift Card"), ("loyalty_card", "Loyalty Card"),
     ("promotion_tier", "Promotion Tier"), ("other", "Discount Coupon")],
)  # fmt: skip
def test_a_redemption_rule_names_what_was_refused(object: str, noun: str) -> None:
    found = reason(COUNT, object=object)

    start = f"{noun} CODE cannot be redeemed because of violated validation rules: val_1; "
    assert (found.details or "").startswith(start)
    assert (found.resource_id, found.resource_type) == ("val_1", "validation_rules")


def test_a_verdict_that_holds_is_no_refusal() -> None:
    with pytest.raises(ValueError, match="nothing to refuse"):
        reason(YES)


@pytest.mark.parametrize(
    ("entries", "logic", "expected"),
    [
        ((AMOUNT,), None, "Add 12.00 more"),
        ((SEGMENT, AMOUNT), None, "For customers of segment VIP and add 12.00 more"),
        ((SEGMENT, AMOUNT), "1 or 2", "For customers of segment VIP or add 12.00 more"),
        ((AMOUNT, YES), None, "Add 12.00 more"),
        ((AMOUNT, AMOUNT), None, "Add 12.00 more"),
        ((AMOUNT, COUNT), None, "Add 12.00 more and works again from Thursday 26 November 00:00"),
        ((YES, SEGMENT, AMOUNT), "(1 or 2) and 3", "Add 12.00 more"),
    ],
)
def test_remedies_are_joined_like_the_rules(entries: Any, logic: str | None, expected: str) -> None:
    assert reason(*entries, logic=logic).remedy == expected


def test_what_cannot_be_helped_is_not_promised() -> None:
    never = rule("redemption.date", {"$before": ["2026-01-01"]})

    assert reason(never).remedy is None
    assert reason(AMOUNT, never).remedy is None
    assert reason(AMOUNT, never, logic="1 or 2").remedy == "Add 12.00 more"


def test_custom_messages() -> None:
    own = {**AMOUNT, "error": {"message": "Spend more!"}}
    set_text = {"error": {"message": "Sorry"}}

    assert reason(AMOUNT).custom_message is None
    assert reason(own).custom_message == "Spend more!"
    assert reason(own, **set_text).custom_message == "Spend more!"
    assert reason(AMOUNT, **set_text).custom_message == "Sorry"
    assert reason(SEGMENT, own, **set_text).custom_message == "Sorry"
    below = rule("order.items.any", {}, rules={"1": {**rule("order.items.price", {"$is": [1]}),
                                                     "error": {"message": "Only pennies"}}})  # fmt: skip
    assert reason(below, **set_text).custom_message == "Only pennies"


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(0, "0.00"), (5, "0.05"), (1200, "12.00"), (123456789, "1,234,567.89"), (Decimal("0.5"), "0.005")],
)
def test_money(amount: Any, expected: str) -> None:
    assert money(amount) == expected


@pytest.mark.parametrize(
    ("text", "since", "expected"),
    [
        ("2026-11-27T09:00:00+01:00", "2026-11-25T09:00:00+01:00", "Friday 27 November 09:00"),
        ("2027-01-01T00:00:00+01:00", "2026-11-25T09:00:00+01:00", "Friday 1 January 2027 00:00"),
        ("2026-11-27T09:00:05+01:00", None, "Friday 27 November 09:00:05"),
    ],
)
def test_instants(text: str, since: str | None, expected: str) -> None:
    assert instant(text, since) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a or b"),
        (["a", "b", "c"], "a, b or c"),
        (["a", "b", "c", "d", "e"], "a, b, c or 2 others"),
    ],
)
def test_lists(parts: list[str], expected: str) -> None:
    assert either(parts) == expected
