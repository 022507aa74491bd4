"""PERCENT / APPLY_TO_ORDER: a share of the whole order. Contract 5.8, 5.11."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from engine.codec import Data
from engine.effects.base import DiscountEffect, DiscountType, lowest
from engine.effects.reading import read_percent_off
from engine.effects.turn import Turn
from engine.money import percent_of

if TYPE_CHECKING:
    from engine.reasons import Reason
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class PercentOffOrder(Data):
    """`min(percent of the base, limits, what is still payable)`, rounded half up once.

    The base is what is still payable, or the initial amount in mode INITIAL_AMOUNT.
    10 % then 20 % of 10000: 1000 + 1800, in INITIAL_AMOUNT 1000 + 2000.
    """

    type: DiscountType = DiscountType.PERCENT
    effect: DiscountEffect = DiscountEffect.APPLY_TO_ORDER
    percent_off: Decimal
    percent_off_formula: str | None = None
    amount_limit: int | None = None
    aggregated_amount_limit: int | None = None

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """:raises InvalidDiscount: `percent_off` or a limit is missing or wrong."""
        return cls(**read_percent_off(wire))

    def refusal(self, situation: Situation) -> Reason | None:
        """Nothing is needed; without an amount nothing is calculated (contract 4.1)."""
        return None

    def apply(self, turn: Turn) -> None:
        order = turn.situation.before
        initial = 0 if order is None else order.initial_amount or 0
        base = initial if turn.is_initial else turn.draft.payable
        off = percent_of(base, turn.percent(self.percent_off, self.percent_off_formula))
        turn.draft.take_order(lowest(off, self.amount_limit, self.aggregated_amount_limit))
