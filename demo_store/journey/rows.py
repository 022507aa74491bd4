"""What one row of the data set says. Money is integer US cents, dates are the chain's local dates."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Household:
    id: int
    demographics: Mapping[str, str]
    """Answers by question ("age", "income" …); empty for the two thirds that were never asked."""
    first_seen: datetime
    """Its first receipt."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Product:
    id: int
    attributes: Mapping[str, str]
    """department, brand, product_category, product_type, package_size, manufacturer_id; no unknown ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Campaign:
    id: int
    type: str
    start_date: date
    end_date: date
    """The last day on which its coupons are good."""


class Target(NamedTuple):
    campaign_id: int
    household_id: int


class CouponProduct(NamedTuple):
    """One row of the coupon table: this coupon, handed out in this campaign, is good for this product."""

    upc: int
    campaign_id: int
    product_id: int


class CouponKey(NamedTuple):
    """A coupon as a customer holds it: the printed code and the campaign that handed it out."""

    upc: int
    campaign_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Redemption:
    household_id: int
    coupon: CouponKey
    date: date


class Line(NamedTuple):
    """One line of a till receipt. A named tuple, because there are one and a half million of them.

    `sales_value` is what the chain gets for the line: shelf price less `retail_disc` (loyalty price) and less
    `coupon_match_disc` (what the chain adds to a manufacturer's coupon), before `coupon_disc`, which the
    manufacturer pays back. All for the whole line, in cents.
    """

    product_id: int
    quantity: int
    sales_value: int
    retail_disc: int
    coupon_disc: int
    coupon_match_disc: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Basket:
    id: int
    household_id: int
    store_id: int
    at: datetime
    lines: tuple[Line, ...]

    @property
    def sales_value(self) -> int:
        return sum(line.sales_value for line in self.lines)


class Source(Protocol):
    """Where the rows come from: the package's files, or a handful of rows in a test."""

    def households(self) -> Iterator[Household]: ...

    def products(self) -> Iterator[Product]: ...

    def campaigns(self) -> Iterator[Campaign]: ...

    def targets(self) -> Iterator[Target]: ...

    def coupon_products(self) -> Iterator[CouponProduct]: ...

    def redemptions(self) -> Iterator[Redemption]: ...

    def baskets(self, households: Collection[int] | None = None) -> Iterator[Basket]:
        """Receipts in the order of time; of these households only, when given."""
        ...
