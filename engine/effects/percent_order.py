"""PERCENT / APPLY_TO_ORDER: a share of the whole order. Contract 5.8, 5.11."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from engine.basket import Change, OrderState
from engine.codec import Data
from engine.effects.base import DiscountEffect, DiscountType, lowest, read_limit, read_percent
from engine.money import percent_of
from engine.stacking_rules import CalculationMode


@dataclass(frozen=True, kw_only=True, slots=True)
class PercentOffOrder(Data):
    """`min(percent of the base, limits, what is still payable)`, rounded half up once.

    The base is what is still payable, or the initial amount in mode INITIAL_AMOUNT.
    10 % then 20 % of 10000: 1000 + 1800, in INITIAL_AMOUNT 1000 + 2000.
    """

    type: DiscountType = DiscountType.PERCENT
    effect: DiscountEffect = DiscountEffect.APPLY_TO_ORDER
    percent_off: Decimal
    amount_limit: int | None = None
    aggregated_amount_limit: int | None = None

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """:raises InvalidDiscount: `percent_off` is missing or not within 0 to 100."""
        return cls(
            percent_off=read_percent(wire, "percent_off"),
            amount_limit=read_limit(wire, "amount_limit"),
            aggregated_amount_limit=read_limit(wire, "aggregated_amount_limit"),
        )

    def change(self, order: OrderState, mode: CalculationMode) -> Change:
        payable = order.total_amount or 0
        base = (order.initial_amount or 0) if mode is CalculationMode.INITIAL_AMOUNT else payable
        off = percent_of(base, self.percent_off)
        return Change(order_discount=lowest(off, self.amount_limit, self.aggregated_amount_limit, payable))
