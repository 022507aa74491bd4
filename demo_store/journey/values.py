"""What a coupon is worth: read off the receipts that redeemed it, with stated fallbacks. Pure."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from demo_store.journey.coupons import Fit, Match
from demo_store.journey.rows import CouponKey

MANUFACTURER_COUPON: Final = "5"


class Origin(StrEnum):
    """Where a coupon's value comes from, surest first; the text is what the voucher's metadata says."""

    SEEN = "seen in redeemed baskets"
    SAME_COUPON = "same printed code in another campaign"
    VALUE_CODE = "same value code on other coupons"
    CAMPAIGN = "median of the campaign"
    CAMPAIGN_TYPE = "median of the campaign type"
    ALL = "median of all coupons"


@dataclass(frozen=True, kw_only=True, slots=True)
class CouponValue:
    cents: int
    origin: Origin


class NoEvidence(ValueError):
    """Not one redemption shows a coupon discount: there is nothing to derive values from."""


def evidence(
    matches: Iterable[Match], products: Mapping[CouponKey, tuple[int, ...]]
) -> dict[CouponKey, list[int]]:
    """Coupon discounts that speak for each coupon: those on its own products, on receipts that redeemed it.

    Several coupons of one receipt may list the same product. A line that only one of them lists speaks for
    that one; the others count for a coupon only when it has no line to itself.
    """
    by_basket: dict[int, list[Match]] = defaultdict(list)
    for found in matches:
        if found.fit is Fit.LISTED_DISCOUNT:
            by_basket[found.basket.id].append(found)
    result: dict[CouponKey, list[int]] = defaultdict(list)
    for group in by_basket.values():
        lists = {found.redemption.coupon: frozenset(products[found.redemption.coupon]) for found in group}
        discounts = [
            (line.product_id, line.coupon_disc) for line in group[0].basket.lines if line.coupon_disc > 0
        ]
        claims = Counter(
            product for product, _ in discounts for listed in lists.values() if product in listed
        )
        for coupon, listed in lists.items():
            shared = [amount for product, amount in discounts if product in listed]
            own = [amount for product, amount in discounts if product in listed and claims[product] == 1]
            result[coupon].extend(own or shared)
    return dict(result)


def most_common(amounts: Sequence[int]) -> int:
    """The amount that occurs most often, the smallest of them when several do."""
    counts = Counter(amounts)
    return min(counts, key=lambda amount: (-counts[amount], amount))


def value_code(upc: int) -> str | None:
    """The last two digits of a manufacturer's coupon, which say in the trade what it takes off; else None.

    Eleven digits: 5, the manufacturer, the product family, the value code. What a value code is worth is not
    looked up anywhere but learned from the coupons whose discount was seen.
    """
    digits = str(upc)
    return digits[-2:] if len(digits) == 11 and digits.startswith(MANUFACTURER_COUPON) else None


def derive(
    coupons: Iterable[CouponKey], seen: Mapping[CouponKey, Sequence[int]], campaign_types: Mapping[int, str]
) -> dict[CouponKey, CouponValue]:
    """The value of every coupon in cents.

    1. seen: the most common coupon discount on its own products in the baskets that redeemed it;
    2. the most common discount seen for the same printed code in other campaigns;
    3. the most common value (1) of manufacturer coupons with the same value code;
    4. the median of the values (1) of its campaign, 5. of its campaign's type, 6. of all.
    Medians are the lower middle one, so that every value is one that was seen.

    :raises NoEvidence: there are coupons, and `seen` is empty.
    """
    coupons = list(coupons)
    known = {coupon: most_common(amounts) for coupon, amounts in seen.items() if amounts}
    if not coupons:
        return {}
    if not known:
        raise NoEvidence("No redemption shows a coupon discount on a product of its coupon.")
    same_coupon: dict[int, list[int]] = defaultdict(list)
    by_code: dict[str, list[int]] = defaultdict(list)
    by_campaign: dict[int, list[int]] = defaultdict(list)
    by_type: dict[str, list[int]] = defaultdict(list)
    for coupon, amount in known.items():
        same_coupon[coupon.upc].extend(seen[coupon])
        by_campaign[coupon.campaign_id].append(amount)
        by_type[campaign_types[coupon.campaign_id]].append(amount)
        code = value_code(coupon.upc)
        if code is not None:
            by_code[code].append(amount)
    everything = statistics.median_low(known.values())

    def value_of(coupon: CouponKey) -> CouponValue:
        code = value_code(coupon.upc)
        if coupon in known:
            return CouponValue(cents=known[coupon], origin=Origin.SEEN)
        if coupon.upc in same_coupon:
            return CouponValue(cents=most_common(same_coupon[coupon.upc]), origin=Origin.SAME_COUPON)
        if code is not None and code in by_code:
            return CouponValue(cents=most_common(by_code[code]), origin=Origin.VALUE_CODE)
        if coupon.campaign_id in by_campaign:
            return CouponValue(
                cents=statistics.median_low(by_campaign[coupon.campaign_id]), origin=Origin.CAMPAIGN
            )
        kind = campaign_types[coupon.campaign_id]
        if kind in by_type:
            return CouponValue(cents=statistics.median_low(by_type[kind]), origin=Origin.CAMPAIGN_TYPE)
        return CouponValue(cents=everything, origin=Origin.ALL)

    return {coupon: value_of(coupon) for coupon in coupons}
