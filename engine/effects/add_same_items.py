"""UNIT / ADD_SAME_ITEMS: more of what is bought, free. Contract 5.9."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine.codec import Data
from engine.effects import articles
from engine.effects.base import DiscountEffect, DiscountType
from engine.effects.inputs import needs_order_with_items
from engine.effects.reading import read_dynamic_units
from engine.effects.turn import Turn
from engine.picking import Picked

if TYPE_CHECKING:
    from engine.reasons import Reason
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class AddSameItems(Data):
    """Adds `unit_off` free units to every eligible line; the entry's limits count the added units."""

    type: DiscountType = DiscountType.UNIT
    effect: DiscountEffect = DiscountEffect.ADD_SAME_ITEMS
    unit_off: int
    unit_off_formula: str | None = None

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """:raises InvalidDiscount: `unit_off` is missing or wrong."""
        unit_off, formula = read_dynamic_units(wire, "unit_off")
        return cls(unit_off=unit_off, unit_off_formula=formula)

    def refusal(self, situation: Situation) -> Reason | None:
        return needs_order_with_items(situation)

    def apply(self, turn: Turn) -> None:
        for entry, picks in turn.chosen():
            wanted = [Picked(index=pick.index, units=self._units(turn, pick.index)) for pick in picks]
            for gift in turn.within_limits(entry, wanted):
                units = turn.units_within(gift.units)
                if units:
                    value = articles.add_at(turn.draft, gift.index, units, None)
                    turn.draft.make_free(gift.index, units, value)
                    turn.note(entry, gift.index, units)

    def _units(self, turn: Turn, index: int) -> int:
        return (turn.number(self.unit_off, self.unit_off_formula, index) or 0) * turn.bundles
