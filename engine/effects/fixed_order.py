"""FIXED / APPLY_TO_ORDER: a new price for the whole order. Contract 5.8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine.codec import Data
from engine.effects.base import DiscountEffect, DiscountType
from engine.effects.reading import read_dynamic_amount
from engine.effects.turn import Turn

if TYPE_CHECKING:
    from engine.reasons import Reason
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class FixedOrder(Data):
    """`max(0, base - fixed_amount)`, at most what is still payable.

    17500 at 15000 -> 2500 off, at 20000 -> nothing.

    The base is what is still payable, or the initial amount in mode INITIAL_AMOUNT. Bundles change nothing.
    """

    type: DiscountType = DiscountType.FIXED
    effect: DiscountEffect = DiscountEffect.APPLY_TO_ORDER
    fixed_amount: int
    fixed_amount_formula: str | None = None

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """:raises InvalidDiscount: `fixed_amount` or a limit is missing or wrong."""
        fixed_amount, formula = read_dynamic_amount(wire, "fixed_amount")
        return cls(
            fixed_amount=fixed_amount,
            fixed_amount_formula=formula,
        )

    def refusal(self, situation: Situation) -> Reason | None:
        """Nothing is needed; without an amount nothing is calculated (contract 4.1)."""
        return None

    def apply(self, turn: Turn) -> None:
        order = turn.situation.before
        initial = 0 if order is None else order.initial_amount or 0
        base = initial if turn.is_initial else turn.draft.payable
        turn.draft.take_order(base - turn.money(self.fixed_amount, self.fixed_amount_formula))
