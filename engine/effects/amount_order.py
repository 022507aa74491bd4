"""AMOUNT / APPLY_TO_ORDER: a sum off the whole order. Contract 5.7."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from engine.basket import Change, OrderState
from engine.codec import Data
from engine.effects.base import DiscountEffect, DiscountType, lowest, read_amount, read_limit
from engine.stacking_rules import CalculationMode


@dataclass(frozen=True, kw_only=True, slots=True)
class AmountOffOrder(Data):
    """`min(amount_off, limits, what is still payable)`; 1000 off 17500 -> 16500."""

    type: DiscountType = DiscountType.AMOUNT
    effect: DiscountEffect = DiscountEffect.APPLY_TO_ORDER
    amount_off: int
    amount_limit: int | None = None
    aggregated_amount_limit: int | None = None

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """:raises InvalidDiscount: `amount_off` is missing, negative or not whole."""
        return cls(
            amount_off=read_amount(wire, "amount_off"),
            amount_limit=read_limit(wire, "amount_limit"),
            aggregated_amount_limit=read_limit(wire, "aggregated_amount_limit"),
        )

    def change(self, order: OrderState, mode: CalculationMode) -> Change:
        """The calculation mode does not matter for a fixed sum (contract 5.11)."""
        payable = order.total_amount or 0
        off = lowest(self.amount_off, self.amount_limit, self.aggregated_amount_limit, payable)
        return Change(order_discount=off)
