"""Taking wanted amounts off picked lines, within all limits on amounts. Contract: 5.5.

Sequential: where a limit over several lines bites, the last ones lose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.applicability import Entry
from engine.effects.base import lowest
from engine.effects.turn import Target, Turn
from engine.money import half_up
from engine.picking import Picked


def take(
    turn: Turn,
    targets: Sequence[Target],
    wanted: Callable[[Entry, Picked], int],
    amount_limit: int | None,
    aggregated_amount_limit: int | None,
) -> None:
    """Take what `wanted` says off every picked line, and note the units that got something.

    A line for all of whose units a cap has no room gets at most what the others cost.
    """
    left = aggregated_amount_limit
    for entry, picks in targets:
        entry_left = entry.aggregated_amount_limit
        for pick in picks:
            units = turn.units_within(pick.units)
            if units < pick.units:
                pick = Picked(index=pick.index, units=units, first=pick.first, step=pick.step)
                most = payable(turn, pick)
                amount = lowest(wanted(entry, pick), most, amount_limit, entry.amount_limit, entry_left, left)
            else:
                amount = lowest(wanted(entry, pick), amount_limit, entry.amount_limit, entry_left, left)
            if amount <= 0:
                continue
            applied = turn.draft.take_line(pick.index, amount)
            if not applied:
                continue
            if left is not None:
                left -= applied
            if entry_left is not None:
                entry_left -= applied
            turn.note(entry, pick.index, pick.units)


def part(turn: Turn, pick: Picked, amount: int) -> int:
    """The share of a line's `amount` that its picked units have, half up."""
    quantity = turn.lines[pick.index].quantity
    return amount if pick.units >= quantity else half_up(amount * pick.units, quantity)


def payable(turn: Turn, pick: Picked) -> int:
    """What the picked units of a line still cost."""
    line = turn.lines[pick.index]
    return 0 if line.amount is None else part(turn, pick, line.amount - line.discount_amount)
