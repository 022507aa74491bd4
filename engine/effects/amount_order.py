"""AMOUNT / APPLY_TO_ORDER: a sum off the whole order. Contract 5.7."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine.codec import Data
from engine.effects.base import DiscountEffect, DiscountType, lowest
from engine.effects.reading import read_amount_off
from engine.effects.turn import Turn

if TYPE_CHECKING:
    from engine.reasons import Reason
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class AmountOffOrder(Data):
    """`min(amount_off, limits, what is still payable)`; 1000 off 17500 -> 16500."""

    type: DiscountType = DiscountType.AMOUNT
    effect: DiscountEffect = DiscountEffect.APPLY_TO_ORDER
    amount_off: int
    amount_off_formula: str | None = None
    amount_limit: int | None = None
    aggregated_amount_limit: int | None = None

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """:raises InvalidDiscount: `amount_off` or a limit is missing or wrong."""
        return cls(**read_amount_off(wire))

    def refusal(self, situation: Situation) -> Reason | None:
        """Nothing is needed; without an amount nothing is calculated (contract 4.1)."""
        return None

    def apply(self, turn: Turn) -> None:
        """The calculation mode does not matter for a fixed sum (contract 5.11)."""
        off = turn.money(self.amount_off, self.amount_off_formula) * turn.bundles
        turn.draft.take_order(lowest(off, self.amount_limit, self.aggregated_amount_limit))
