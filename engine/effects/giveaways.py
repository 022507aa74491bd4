"""The two ways to give units of an article away. Contract: 5.9."""

from __future__ import annotations

from engine.basket import Line
from engine.effects import articles
from engine.effects.turn import Turn
from engine.money import half_up


def give_new(turn: Turn, article: Line, units: int) -> None:
    """Add `units` and make exactly those free."""
    units = turn.units_within(units)
    if units <= 0:
        return
    index, value = articles.add(turn, article, units)
    turn.draft.make_free(index, units, value)
    turn.discounted_units += units


def give_missing(turn: Turn, article: Line, units: int) -> None:
    """Make `units` free: paid ones that are in the order first, then added ones. Free ones count no more."""
    left = units
    for index in articles.paid_lines(turn, article):
        row = turn.draft.row(index)
        paid = row.quantity - row.free
        freed = turn.units_within(min(paid, left))
        if freed > 0:
            turn.draft.make_free(index, freed, half_up(turn.draft.subtotal(index) * freed, paid))
            turn.discounted_units += freed
            left -= freed
    give_new(turn, article, left)
