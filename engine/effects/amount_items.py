"""AMOUNT / APPLY_TO_ITEMS: a sum off every eligible line. Contract 5.7."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine.applicability import Entry
from engine.codec import Data
from engine.effects.base import DiscountEffect, DiscountType
from engine.effects.inputs import needs_items
from engine.effects.lines import payable, take
from engine.effects.reading import read_amount_off
from engine.effects.turn import Turn
from engine.picking import Picked

if TYPE_CHECKING:
    from engine.reasons import Reason
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class AmountOffItems(Data):
    """Each line `min(amount_off, what its picked units cost)`; nothing spills over to another line.

    1000 off three lines of the sample cart -> 3000. Limits on units do not concern it.
    """

    type: DiscountType = DiscountType.AMOUNT
    effect: DiscountEffect = DiscountEffect.APPLY_TO_ITEMS
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
            off = turn.money(self.amount_off, self.amount_off_formula, pick.index) * turn.bundles
            return min(off, payable(turn, pick))

        take(turn, turn.chosen(), wanted, self.amount_limit, self.aggregated_amount_limit)
