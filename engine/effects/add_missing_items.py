"""UNIT / ADD_MISSING_ITEMS: free units of an article, added where they are missing. Contract 5.9."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine.codec import Data
from engine.effects import articles
from engine.effects.base import DiscountEffect, DiscountType
from engine.effects.giveaways import give_missing
from engine.effects.inputs import needs_order
from engine.effects.reading import read_article, read_dynamic_units
from engine.effects.turn import Turn

if TYPE_CHECKING:
    from engine.reasons import Reason
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class AddMissingItems(Data):
    """Makes `unit_off` units free; those in the order come first.

    Free shipping is this, with the shipping product.

    2 free, 1 in the order -> 1 added, both free.
    """

    type: DiscountType = DiscountType.UNIT
    effect: DiscountEffect = DiscountEffect.ADD_MISSING_ITEMS
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
        give_missing(turn, articles.find(turn, self.unit_type), units * turn.bundles)
