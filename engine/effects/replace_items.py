"""UNIT / REPLACE_ITEMS: an upgrade; units make room for units of a better article. Contract 5.9.

The wire's shape is not public; ours is `{"type": "UNIT", "effect": "REPLACE_ITEMS", "unit_off": units of the
new article for each replaced unit, "unit_type": the new article}`. What is replaced says `applicable_to`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine.basket import ApplicationDetail, Line
from engine.codec import Data
from engine.draft import Row
from engine.effects import articles
from engine.effects.base import DiscountEffect, DiscountType
from engine.effects.inputs import needs_order_with_items
from engine.effects.reading import read_article, read_dynamic_units
from engine.effects.turn import Turn
from engine.money import half_up
from engine.picking import Picked

if TYPE_CHECKING:
    from engine.reasons import Reason
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplaceItems(Data):
    """The customer never pays more: `discount = max(0, value added - value removed)`, on its line.

    Bottle 2500 * 3, one replaced by three mugs at 1000: amount 8000, discount 500, total 7500. Only paid
    units are replaced, and no more than leave the line its earlier discounts.
    """

    type: DiscountType = DiscountType.UNIT
    effect: DiscountEffect = DiscountEffect.REPLACE_ITEMS
    unit_off: int
    unit_off_formula: str | None = None
    unit_type: str

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """:raises InvalidDiscount: `unit_off` or `unit_type` is missing or wrong."""
        unit_off, formula = read_dynamic_units(wire, "unit_off")
        return cls(unit_off=unit_off, unit_off_formula=formula, unit_type=read_article(wire, "unit_type"))

    def refusal(self, situation: Situation) -> Reason | None:
        return needs_order_with_items(situation)

    def apply(self, turn: Turn) -> None:
        article = articles.find(turn, self.unit_type)
        own = articles.line_of(turn, article)
        for entry, picks in turn.chosen_units(per_bundle=True):
            for pick in picks:
                if pick.index != own:
                    replaced = self._replace(turn, article, pick)
                    if replaced:
                        turn.note(entry, pick.index, replaced)

    def _replace(self, turn: Turn, article: Line, pick: Picked) -> int:
        draft, source = turn.draft, turn.draft.row(pick.index)
        units = turn.units_within(min(pick.units, _replaceable(source, draft.subtotal(pick.index))))
        each = turn.number(self.unit_off, self.unit_off_formula, pick.index) or 0
        if units <= 0 or each <= 0:
            return 0
        removed = half_up((source.amount or 0) * units, source.quantity)
        added_units = units * each
        known = articles.line_of(turn, article)
        price = article.price if known is None else draft.row(known).price
        if removed - (price or 0) * added_units > draft.payable:
            return 0  # an order discount has eaten what the units would give back
        draft.add_units(pick.index, -units, -removed)
        target, added = articles.add(turn, article, added_units)
        taken = draft.take_line(target, max(0, added - removed))
        detail = ApplicationDetail(
            source_index=pick.index,
            source_applied_quantity=-units,
            source_applied_quantity_amount=-removed,
            target_index=target,
            target_applied_quantity=added_units,
            target_applied_quantity_amount=added,
            target_applied_discount_amount=taken,
        )
        for row in (draft.row(pick.index), draft.row(target)):
            row.details = (*row.details, detail)
        return units


def _replaceable(source: Row, subtotal: int) -> int:
    """Paid units whose value no earlier discount of the line has used up."""
    paid = source.quantity - source.free
    if not source.amount:
        return paid
    return min(paid, subtotal * source.quantity // source.amount)
