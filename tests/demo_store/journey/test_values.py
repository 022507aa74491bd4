from __future__ import annotations

import pytest

from demo_store.journey.coupons import Match, match
from demo_store.journey.rows import Basket, CouponKey
from demo_store.journey.values import (
    CouponValue,
    NoEvidence,
    Origin,
    derive,
    evidence,
    most_common,
    value_code,
)
from tests.demo_store.journey.rows import basket, line, redemption

FIRST = CouponKey(51380041076, 1)
SECOND = CouponKey(54000000033, 1)
TYPES = {1: "Type B", 2: "Type B", 3: "Type A", 4: "Type C"}


def matched(products: dict[CouponKey, tuple[int, ...]], receipt: Basket) -> tuple[Match, ...]:
    wanted = [redemption(key.upc, campaign=key.campaign_id) for key in products]
    return match(wanted, [receipt], products).matches


def test_the_discount_on_the_coupons_own_product_is_evidence():
    products = {FIRST: (7,)}
    receipt = basket(1, line(7, 300, coupon=100, match=50), line(9, 200, coupon=40))

    assert evidence(matched(products, receipt), products) == {FIRST: [100]}


def test_a_coupon_handed_in_twice_is_evidence_twice():
    products = {FIRST: (7, 8)}
    receipt = basket(1, line(7, 300, coupon=100), line(8, 300, coupon=75))

    assert evidence(matched(products, receipt), products) == {FIRST: [100, 75]}


def test_a_line_that_two_coupons_list_goes_to_the_one_without_a_line_of_its_own():
    products = {FIRST: (7, 8), SECOND: (7,)}
    receipt = basket(1, line(7, 300, coupon=100), line(8, 300, coupon=75))

    assert evidence(matched(products, receipt), products) == {FIRST: [75], SECOND: [100]}


def test_discounts_elsewhere_on_the_receipt_are_no_evidence():
    products = {FIRST: (7,)}
    receipt = basket(1, line(7, 300), line(9, 0, coupon=100))

    assert evidence(matched(products, receipt), products) == {}


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [([100], 100), ([100, 100, 75], 100), ([75, 100], 75), ([200, 50, 200, 50, 10], 50)],
)
def test_the_most_common_amount_wins_and_the_smaller_breaks_ties(amounts: list[int], expected: int):
    assert most_common(amounts) == expected


@pytest.mark.parametrize(("upc", "code"), [(51380041013, "13"), (10000085320, None), (5138004101, None)])
def test_only_manufacturers_coupons_carry_a_value_code(upc: int, code: str | None):
    assert value_code(upc) == code


def test_values_fall_back_from_own_evidence_to_the_median_of_everything():
    seen = {
        CouponKey(51111111176, 1): [100, 100, 75],
        CouponKey(52222222250, 1): [50],
        CouponKey(10000000001, 1): [20],
        CouponKey(10000000002, 3): [300],
        CouponKey(10000000003, 3): [500],
    }
    asked = {
        CouponKey(51111111176, 1): CouponValue(cents=100, origin=Origin.SEEN),
        CouponKey(51111111176, 2): CouponValue(cents=100, origin=Origin.SAME_COUPON),
        CouponKey(59999999950, 3): CouponValue(cents=50, origin=Origin.VALUE_CODE),
        CouponKey(59999999999, 3): CouponValue(cents=300, origin=Origin.CAMPAIGN),
        CouponKey(19999999950, 1): CouponValue(cents=50, origin=Origin.CAMPAIGN),
        CouponKey(19999999950, 2): CouponValue(cents=50, origin=Origin.CAMPAIGN_TYPE),
        CouponKey(19999999950, 4): CouponValue(cents=100, origin=Origin.ALL),
    }

    assert derive(asked, seen, TYPES) == asked


def test_without_any_evidence_there_are_no_values():
    with pytest.raises(NoEvidence):
        derive([FIRST], {}, TYPES)


def test_without_coupons_no_evidence_is_needed():
    assert derive([], {}, TYPES) == {}
