"""AMOUNT / APPLY_TO_ITEMS_BY_QUANTITY: a sum off every eligible unit. Contract 5.7."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine.applicability import Entry
from engine.codec import Data
from engine.effects.base import DiscountEffect, DiscountType
from engine.effects.inputs import needs_items
from engine.effects.lines import take
from engine.effects.reading import read_amount_off
from engine.effects.turn import Turn
from engine.picking import Picked

if TYPE_CHECKING:
    from engine.reasons import Reason
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class AmountOffUnits(Data):
    """Each line `min(amount_off * units, subtotal)`; 1000 off 2 + 3 + 3 units of the sample cart -> 8000.

    Bundles multiply the limits on units, never the sum per unit.
    """

    type: DiscountType = DiscountType.AMOUNT
    effect: DiscountEffect = DiscountEffect.APPLY_TO_ITEMS_BY_QUANTITY
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
        def wanted(entry: Entry, pick: Picked) -> int:
            return turn.money(self.amount_off, self.amount_off_formula, pick.index) * pick.units

        targets = turn.chosen_units(per_bundle=True)
        take(turn, targets, wanted, self.amount_limit, self.aggregated_amount_limit)
