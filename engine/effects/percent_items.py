"""PERCENT / APPLY_TO_ITEMS: a share of every eligible line. Contract 5.8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from engine.applicability import Entry
from engine.codec import Data
from engine.effects.base import DiscountEffect, DiscountType
from engine.effects.inputs import needs_items
from engine.effects.lines import take
from engine.effects.reading import read_percent_off
from engine.effects.turn import Turn
from engine.money import half_up
from engine.picking import Picked

if TYPE_CHECKING:
    from engine.reasons import Reason
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class PercentOffItems(Data):
    """Each line `round(base * units / quantity * percent)`, rounded half up once per line.

    10 % of three lines of the sample cart -> 200 + 450 + 600. With a limit of 2 units on 3333 * 3 -> 667.
    """

    type: DiscountType = DiscountType.PERCENT
    effect: DiscountEffect = DiscountEffect.APPLY_TO_ITEMS
    percent_off: Decimal
    percent_off_formula: str | None = None
    amount_limit: int | None = None
    aggregated_amount_limit: int | None = None

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """:raises InvalidDiscount: `percent_off` or a limit is missing or wrong."""
        return cls(**read_percent_off(wire))

    def refusal(self, situation: Situation) -> Reason | None:
        return needs_items(situation)

    def apply(self, turn: Turn) -> None:
        formula = self.percent_off_formula
        fixed = None if formula else turn.percent(self.percent_off, None).as_integer_ratio()

        def wanted(entry: Entry, pick: Picked) -> int:
            ratio = fixed or turn.percent(self.percent_off, formula, pick.index).as_integer_ratio()
            quantity = turn.lines[pick.index].quantity
            return half_up(turn.base(pick.index) * pick.units * ratio[0], quantity * 100 * ratio[1])

        take(turn, turn.chosen_units(), wanted, self.amount_limit, self.aggregated_amount_limit)
