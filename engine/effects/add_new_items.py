"""UNIT / ADD_NEW_ITEMS: added units of an article, free. Contract 5.9."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine.codec import Data
from engine.effects import articles
from engine.effects.base import DiscountEffect, DiscountType
from engine.effects.giveaways import give_new
from engine.effects.inputs import needs_order
from engine.effects.reading import read_article, read_dynamic_units
from engine.effects.turn import Turn

if TYPE_CHECKING:
    from engine.reasons import Reason
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class AddNewItems(Data):
    """Always adds `unit_off` units and makes exactly those free; paid ones in the order stay paid."""

    type: DiscountType = DiscountType.UNIT
    effect: DiscountEffect = DiscountEffect.ADD_NEW_ITEMS
    unit_off: int
    unit_off_formula: str | None = None
    unit_type: str

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """:raises InvalidDiscount: `unit_off` or `unit_type` is missing or wrong."""
        unit_off, formula = read_dynamic_units(wire, "unit_off")
        return cls(unit_off=unit_off, unit_off_formula=formula, unit_type=read_article(wire, "unit_type"))

    def refusal(self, situation: Situation) -> Reason | None:
        return needs_order(situation)

    def apply(self, turn: Turn) -> None:
        units = turn.number(self.unit_off, self.unit_off_formula) or 0
        give_new(turn, articles.find(turn, self.unit_type), units * turn.bundles)
