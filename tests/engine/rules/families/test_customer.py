"""Contract: 11.2, customer rules."""

from __future__ import annotations

from typing import Any

import pytest

from engine.reasons import ReasonKey
from engine.snapshot import Customer
from tests.engine.rules.building import gap, holds, refusal, situation

VIP = Customer(
    id="cust_1", segments=("seg_vip", "seg_new"), loyalty_tiers=("ltr_gold",), metadata={"age": 40}
)


@pytest.mark.parametrize(
    ("name", "conditions", "expected"),
    [
        ("customer.segment", {"$is": ["seg_vip"]}, True),
        ("customer.segment", {"$is": ["seg_old"]}, False),
        ("customer.segment", {"$is_not": ["seg_old"]}, True),
        ("customer.segment", {"$is_not": ["seg_new"]}, False),
        ("customer.segment", {"$in": ["seg_old", "seg_new"]}, True),
        ("customer.segment", {"$not_in": ["seg_old"]}, True),
        ("customer_segment", {"$is": ["seg_vip"]}, True),
        ("customer.loyalty_tier", {"$is": ["ltr_gold"]}, True),
        ("customer.loyalty_tier", {"$is": ["ltr_silver"]}, False),
        ("customer.loyalty_tier", {"$is_not": ["ltr_silver"]}, True),
        ("customer.metadata", {"$more_than": [39]}, True),
        ("customer_metadata", {"$more_than": [40]}, False),
    ],
)
def test_known_customer(name: str, conditions: dict[str, Any], expected: bool) -> None:
    assert holds(name, conditions, situation(customer=VIP), property="age") is expected


@pytest.mark.parametrize("name", ["customer.segment", "customer.loyalty_tier", "customer.metadata"])
def test_without_a_customer_only_the_negative_holds(name: str) -> None:
    assert holds(name, {"$is": ["x"]}, situation(), property="p") is False
    assert holds(name, {"$is_not": ["x"]}, situation(), property="p") is True
    assert gap(name, {"$is": ["x"]}, situation(), property="p") == {"kind": "customer"}


def test_says_which_segment_to_join_or_leave() -> None:
    assert gap("customer.segment", {"$is": ["seg_old"]}, situation(customer=VIP)) == {
        "kind": "segment",
        "join": ["seg_old"],
    }
    assert gap("customer.segment", {"$not_in": ["seg_old", "seg_new"]}, situation(customer=VIP)) == {
        "kind": "segment",
        "leave": ["seg_new"],
    }
    assert gap("customer.loyalty_tier", {"$is": ["ltr_top"]}, situation(customer=VIP)) == {
        "kind": "tier",
        "join": ["ltr_top"],
    }


def test_a_segment_has_a_message_of_its_own() -> None:
    reason = refusal("customer.segment", {"$is": ["seg_old"]}, situation(customer=VIP))

    assert (reason.key, reason.message) == (
        ReasonKey.CUSTOMER_RULES,
        "customer does not match segment rules",
    )
    assert reason.details == "CODE: customer segment must be seg_old; it is seg_vip and seg_new"
    assert reason.remedy == "For customers of segment seg_old"


def test_metadata_refuses_with_the_customer_key() -> None:
    reason = refusal("customer.metadata", {"$is": [41]}, situation(customer=VIP), property="age")

    assert (reason.key, reason.message) == (
        ReasonKey.CUSTOMER_RULES,
        "customer does not match validation rules",
    )
    assert reason.details == "CODE: customer metadata 'age' must be 41; it is 40"
