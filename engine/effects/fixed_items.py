"""FIXED / APPLY_TO_ITEMS: a new price for every eligible unit. Contract 5.8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine.applicability import Entry
from engine.codec import Data
from engine.effects.base import DiscountEffect, DiscountType
from engine.effects.inputs import needs_items
from engine.effects.lines import take
from engine.effects.reading import read_dynamic_amount
from engine.effects.turn import Turn
from engine.money import half_up
from engine.picking import Picked

if TYPE_CHECKING:
    from engine.reasons import Reason
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class FixedItems(Data):
    """Each line `units * max(0, price of a unit - new price)`; never a surcharge.

    The entry's own price beats `fixed_amount`. 1000 on the sample cart -> 0 + 500 * 3 + 1000 * 3 = 4500.
    Bundles multiply the limits on units.
    """

    type: DiscountType = DiscountType.FIXED
    effect: DiscountEffect = DiscountEffect.APPLY_TO_ITEMS
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
        return needs_items(situation)

    def apply(self, turn: Turn) -> None:
        def wanted(entry: Entry, pick: Picked) -> int:
            price = self._price(turn, entry, pick.index)
            quantity = turn.lines[pick.index].quantity
            return half_up(pick.units * (turn.base(pick.index) - quantity * price), quantity)

        take(turn, turn.chosen_units(per_bundle=True), wanted, None, None)

    def _price(self, turn: Turn, entry: Entry, index: int) -> int:
        general = turn.money(self.fixed_amount, self.fixed_amount_formula, index)
        if entry.price is None and entry.price_formula is None:
            return general
        own = general if entry.price is None else entry.price
        return turn.money(own, entry.price_formula, index)
