"""AMOUNT / APPLY_TO_ITEMS_PROPORTIONALLY: one sum, split by what the lines cost. Contract 5.7."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine.codec import Data
from engine.effects.base import DiscountEffect, DiscountType
from engine.effects.inputs import needs_items
from engine.effects.lines import part, take
from engine.effects.proportions import split
from engine.effects.reading import read_amount_off
from engine.effects.turn import Turn

if TYPE_CHECKING:
    from engine.reasons import Reason
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class AmountProportionally(Data):
    """`min(amount_off, sum of subtotals)` over eligible lines; 1000 on the sample cart -> 160 + 360 + 480.

    In mode INITIAL_AMOUNT the weights are the initial amounts. Limits on units do not concern it.
    """

    type: DiscountType = DiscountType.AMOUNT
    effect: DiscountEffect = DiscountEffect.APPLY_TO_ITEMS_PROPORTIONALLY
    amount_off: int
    amount_off_formula: str | None = None
    amount_limit: int | None = None
    aggregated_amount_limit: int | None = None

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """:raises InvalidDiscount: `amount_off` or a limit is missing or wrong."""
        return cls(**read_amount_off(wire))

    def refusal(self, situation: Situation) -> Reason | None:
        return needs_items(situation)

    def apply(self, turn: Turn) -> None:
        total = turn.money(self.amount_off, self.amount_off_formula) * turn.bundles
        targets = turn.chosen()
        shares = split(turn, total, targets, lambda pick: part(turn, pick, turn.base(pick.index)))
        take(
            turn,
            targets,
            lambda entry, pick: shares[pick.index],
            self.amount_limit,
            self.aggregated_amount_limit,
        )
