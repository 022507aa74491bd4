"""What a coupon is called, which products it is good for, and which receipt it was handed in with. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from demo_store.journey.clock import local_date
from demo_store.journey.rows import Basket, CouponKey, CouponProduct, Line, Redemption


@dataclass(frozen=True, kw_only=True, slots=True)
class CouponBook:
    """All coupons of the data set.

    `products` lists each product of a coupon once, in the order of the file; `codes` gives the voucher code;
    `repeated_rows` counts rows of the file that say again what an earlier row said.
    """

    products: Mapping[CouponKey, tuple[int, ...]]
    codes: Mapping[CouponKey, str]
    repeated_rows: int


def book(rows: Iterable[CouponProduct]) -> CouponBook:
    """Collect the rows of the coupon table, keyed by printed code and campaign.

    A code exists once in a project. 151 printed codes were handed out in two to five campaigns with different
    dates and lists, so those get the campaign's number behind them: `51380041013-C26`.
    """
    products: dict[CouponKey, dict[int, None]] = defaultdict(dict)
    campaigns: dict[int, set[int]] = defaultdict(set)
    seen = 0
    for upc, campaign, product in rows:
        seen += 1
        products[CouponKey(upc, campaign)][product] = None
        campaigns[upc].add(campaign)
    codes = {
        key: str(key.upc) if len(campaigns[key.upc]) == 1 else f"{key.upc}-C{key.campaign_id}"
        for key in products
    }
    return CouponBook(
        products={key: tuple(listed) for key, listed in products.items()},
        codes=codes,
        repeated_rows=seen - sum(len(listed) for listed in products.values()),
    )


class Fit(IntEnum):
    """How well a receipt of the right household and day fits a redemption, worst to best."""

    SAME_DAY = 0
    """Nothing but household and day."""
    PRODUCT = 1
    """A product of the coupon was bought, but the receipt shows no coupon discount at all."""
    DISCOUNT = 2
    """The receipt shows coupon discounts, on products that the coupon does not list."""
    PRODUCT_AND_DISCOUNT = 3
    """A product of the coupon was bought; a coupon discount is booked on another line."""
    LISTED_DISCOUNT = 4
    """A product of the coupon was bought and carries a coupon discount."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A redemption and the receipt it belongs to."""

    redemption: Redemption
    basket: Basket
    fit: Fit


@dataclass(frozen=True, kw_only=True, slots=True)
class Matching:
    matches: tuple[Match, ...]
    """In the order of the receipts' time; redemptions of one receipt in the order of the file."""
    unmatched: tuple[Redemption, ...]
    """The household bought nothing on that day."""


def match(
    redemptions: Iterable[Redemption],
    baskets: Iterable[Basket],
    products: Mapping[CouponKey, tuple[int, ...]],
) -> Matching:
    """Find the receipt of each redemption: same household, same local day, best fit.

    Among receipts that fit equally well, the one with the larger coupon discount on the coupon's products,
    then the earlier one, then the smaller receipt number.
    """
    wanted = list(redemptions)
    days = {(redemption.household_id, redemption.date) for redemption in wanted}
    by_day: dict[tuple[int, date], list[Basket]] = defaultdict(list)
    for basket in baskets:
        day = (basket.household_id, local_date(basket.at))
        if day in days:
            by_day[day].append(basket)
    listed = {key: frozenset(ids) for key, ids in products.items()}
    matches: list[Match] = []
    unmatched: list[Redemption] = []
    for redemption in wanted:
        candidates = by_day.get((redemption.household_id, redemption.date), [])
        best = best_fit(candidates, listed.get(redemption.coupon, frozenset()))
        if best is None:
            unmatched.append(redemption)
        else:
            matches.append(Match(redemption=redemption, basket=best[0], fit=best[1]))
    matches.sort(key=lambda found: (found.basket.at, found.basket.id))
    return Matching(matches=tuple(matches), unmatched=tuple(unmatched))


def best_fit(candidates: Sequence[Basket], listed: frozenset[int]) -> tuple[Basket, Fit] | None:
    ranked = [(*_fit(basket.lines, listed), basket) for basket in candidates]
    if not ranked:
        return None
    fit, _, basket = min(ranked, key=lambda rank: (-rank[0], -rank[1], rank[2].at, rank[2].id))
    return basket, fit


def _fit(lines: Sequence[Line], listed: frozenset[int]) -> tuple[Fit, int]:
    """The fit of a receipt and the coupon discount on the coupon's products, in cents."""
    bought = False
    discounted = False
    discount = 0
    for line in lines:
        discounted = discounted or line.coupon_disc > 0
        if line.product_id in listed:
            bought = True
            discount += line.coupon_disc
    if discount > 0:
        return Fit.LISTED_DISCOUNT, discount
    if bought:
        return (Fit.PRODUCT_AND_DISCOUNT if discounted else Fit.PRODUCT), 0
    return (Fit.DISCOUNT if discounted else Fit.SAME_DAY), 0
