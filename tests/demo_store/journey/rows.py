"""A handful of rows in the shape of the data set, and a source that hands them out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from demo_store.journey.rows import (
    Basket,
    Campaign,
    CouponKey,
    CouponProduct,
    Household,
    Line,
    Product,
    Redemption,
    Target,
)


def line(
    product: int, sales: int, *, quantity: int = 1, retail: int = 0, coupon: int = 0, match: int = 0
) -> Line:
    return Line(product, quantity, sales, retail, coupon, match)


def basket(
    number: int, *lines: Line, household: int = 1, at: datetime | None = None, store: int = 330
) -> Basket:
    moment = at or datetime(2017, 3, 15, 16, 0, tzinfo=UTC)
    return Basket(id=number, household_id=household, store_id=store, at=moment, lines=lines)


def redemption(
    upc: int, *, campaign: int = 1, household: int = 1, day: date = date(2017, 3, 15)
) -> Redemption:
    return Redemption(household_id=household, coupon=CouponKey(upc, campaign), date=day)


@dataclass(kw_only=True)
class RowsSource:
    """A `Source` made of lists; `baskets` may raise in the middle to play an interruption."""

    household_rows: list[Household] = field(default_factory=list)
    product_rows: list[Product] = field(default_factory=list)
    campaign_rows: list[Campaign] = field(default_factory=list)
    target_rows: list[Target] = field(default_factory=list)
    coupon_rows: list[CouponProduct] = field(default_factory=list)
    redemption_rows: list[Redemption] = field(default_factory=list)
    basket_rows: list[Basket] = field(default_factory=list)
    stop_after_baskets: int | None = None

    def households(self) -> Iterator[Household]:
        return iter(self.household_rows)

    def products(self) -> Iterator[Product]:
        return iter(self.product_rows)

    def campaigns(self) -> Iterator[Campaign]:
        return iter(self.campaign_rows)

    def targets(self) -> Iterator[Target]:
        return iter(self.target_rows)

    def coupon_products(self) -> Iterator[CouponProduct]:
        return iter(self.coupon_rows)

    def redemptions(self) -> Iterator[Redemption]:
        return iter(self.redemption_rows)

    def baskets(self, households: Collection[int] | None = None) -> Iterator[Basket]:
        rows = [row for row in self.basket_rows if households is None or row.household_id in households]
        for position, row in enumerate(rows):
            if households is None and position == self.stop_after_baskets:
                raise KeyboardInterrupt
            yield row
