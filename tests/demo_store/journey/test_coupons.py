from __future__ import annotations

from datetime import UTC, date, datetime

from demo_store.journey.coupons import Fit, book, match
from demo_store.journey.rows import CouponKey, CouponProduct
from tests.demo_store.journey.rows import basket, line, redemption

UPC = 51380041013
KEY = CouponKey(UPC, 1)


def test_a_coupon_of_one_campaign_keeps_its_printed_code():
    coupons = book([CouponProduct(UPC, 1, 7), CouponProduct(UPC, 1, 5)])

    assert coupons.codes == {KEY: "51380041013"}
    assert coupons.products == {KEY: (7, 5)}
    assert coupons.repeated_rows == 0


def test_a_coupon_of_several_campaigns_gets_a_code_in_each():
    coupons = book([CouponProduct(UPC, 1, 7), CouponProduct(UPC, 26, 8), CouponProduct(UPC, 26, 7)])

    assert coupons.codes == {KEY: "51380041013-C1", CouponKey(UPC, 26): "51380041013-C26"}
    assert coupons.products[CouponKey(UPC, 26)] == (8, 7)


def test_repeated_rows_count_but_do_not_repeat_products():
    coupons = book([CouponProduct(UPC, 1, 7), CouponProduct(UPC, 1, 7), CouponProduct(UPC, 1, 7)])

    assert coupons.products == {KEY: (7,)}
    assert coupons.repeated_rows == 2


def test_each_kind_of_receipt_has_its_fit():
    receipts = {
        Fit.LISTED_DISCOUNT: basket(1, line(7, 300, coupon=100)),
        Fit.PRODUCT_AND_DISCOUNT: basket(2, line(7, 300), line(9, 0, coupon=100)),
        Fit.DISCOUNT: basket(3, line(9, 300, coupon=100)),
        Fit.PRODUCT: basket(4, line(7, 300)),
        Fit.SAME_DAY: basket(5, line(9, 300)),
    }

    found = {
        fit: match([redemption(UPC)], [receipt], {KEY: (7,)}).matches[0] for fit, receipt in receipts.items()
    }

    assert {fit: (got.fit, got.basket.id) for fit, got in found.items()} == {
        fit: (fit, receipt.id) for fit, receipt in receipts.items()
    }


def test_the_best_fitting_receipt_of_the_day_wins():
    early = basket(1, line(7, 300), at=datetime(2017, 3, 15, 12, tzinfo=UTC))
    late = basket(2, line(7, 300, coupon=50), at=datetime(2017, 3, 15, 20, tzinfo=UTC))

    matching = match([redemption(UPC)], [early, late], {KEY: (7,)})

    assert [(found.basket.id, found.fit) for found in matching.matches] == [(2, Fit.LISTED_DISCOUNT)]


def test_equally_good_receipts_are_told_apart_by_discount_then_time():
    noon = datetime(2017, 3, 15, 16, tzinfo=UTC)
    evening = datetime(2017, 3, 15, 22, tzinfo=UTC)
    small = basket(3, line(7, 300, coupon=50), at=noon)
    large_late = basket(2, line(7, 300, coupon=75), at=evening)
    large_early = basket(1, line(7, 300, coupon=75), at=noon)

    matching = match([redemption(UPC)], [small, large_late, large_early], {KEY: (7,)})

    assert matching.matches[0].basket.id == 1


def test_only_the_household_and_its_local_day_count():
    day_before_in_new_york = basket(1, line(7, 300, coupon=50), at=datetime(2017, 3, 15, 3, 59, tzinfo=UTC))
    same_day_in_new_york = basket(2, line(9, 300), at=datetime(2017, 3, 16, 3, 59, tzinfo=UTC))
    neighbour = basket(3, line(7, 300, coupon=50), household=2)

    matching = match(
        [redemption(UPC)], [day_before_in_new_york, same_day_in_new_york, neighbour], {KEY: (7,)}
    )

    assert [found.basket.id for found in matching.matches] == [2]


def test_a_day_without_receipts_leaves_the_redemption_unmatched():
    lost = redemption(UPC, day=date(2017, 3, 17))

    matching = match([lost], [basket(1, line(7, 300))], {KEY: (7,)})

    assert matching.matches == ()
    assert matching.unmatched == (lost,)


def test_matches_come_in_the_order_of_the_receipts():
    morning = basket(2, line(7, 300), at=datetime(2017, 3, 14, 16, tzinfo=UTC))
    later = basket(1, line(7, 300), at=datetime(2017, 3, 15, 16, tzinfo=UTC))

    matching = match([redemption(UPC), redemption(UPC, day=date(2017, 3, 14))], [morning, later], {KEY: (7,)})

    assert [found.basket.id for found in matching.matches] == [2, 1]
