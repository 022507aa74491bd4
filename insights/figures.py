"""Figures of metrics as code and people use them: frozen, without a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from statistics import median_low


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Numbers, and amounts in minor units. A rollback or a return counts where its redemption was made.

    `redemptions` stand, `rollbacks` were taken back, `refusals` never were any. `discount_amount` leaves out
    gift cards, which are money (`gift_amount`). `revenue_amount` is what was paid and not refunded for the
    orders; `costed_*` the part of them whose cost is known. A customer counts with the first redemption of
    the campaign that stands; new: he had bought nothing before. Validations are kept by whole days.
    """

    redemptions: int = 0
    rollbacks: int = 0
    refusals: int = 0
    discount_amount: int = 0
    gift_amount: int = 0
    orders: int = 0
    revenue_amount: int = 0
    costed_orders: int = 0
    costed_revenue_amount: int = 0
    cost_amount: int = 0
    new_customers: int = 0
    returning_customers: int = 0
    points_spent: int = 0
    points_earned: int = 0
    validations: int = 0
    failed_validations: int = 0

    @property
    def attempts(self) -> int:
        return self.redemptions + self.rollbacks + self.refusals

    @property
    def customers(self) -> int:
        return self.new_customers + self.returning_customers

    @property
    def margin_amount(self) -> int | None:
        """Of the orders whose cost is known; None: of none of them."""
        return self.costed_revenue_amount - self.cost_amount if self.costed_orders else None

    @property
    def refused_percent(self) -> int | None:
        """Of all attempts, rounded; None: there were none."""
        return round(100 * self.refusals / self.attempts) if self.attempts else None

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            **{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        )


@dataclass(frozen=True, kw_only=True)
class Point:
    """An hour or a day, by its beginning."""

    at: datetime
    totals: Totals


@dataclass(frozen=True, kw_only=True)
class Share:
    """What came through one channel or in one store. An empty `key`: no store was named."""

    key: str
    totals: Totals


@dataclass(frozen=True, kw_only=True)
class Usual:
    """The same hours of the weeks before, the last week first; only weeks of which there are metrics."""

    weeks: Sequence[Totals] = field(default_factory=tuple)

    @property
    def redemptions(self) -> list[int]:
        return [one.redemptions for one in self.weeks]

    @property
    def refusals(self) -> list[int]:
        return [one.refusals for one in self.weeks]

    @property
    def discount_amount(self) -> list[int]:
        return [one.discount_amount for one in self.weeks]

    @property
    def median_redemptions(self) -> int | None:
        return _median(self.redemptions)

    @property
    def median_refusals(self) -> int | None:
        return _median(self.refusals)

    @property
    def median_discount_amount(self) -> int | None:
        return _median(self.discount_amount)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`counted_at`: everything known then is in the metrics. `differences`: what the last proof put right."""

    counted_at: datetime | None = None
    is_counting_history: bool = True
    proved_at: datetime | None = None
    differences: int = 0

    def lag(self, now: datetime) -> timedelta | None:
        return None if self.counted_at is None else max(now - self.counted_at, timedelta())


def _median(values: Sequence[int]) -> int | None:
    return median_low(values) if values else None
