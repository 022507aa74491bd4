"""Move counters: all of a request in one statement, in one order for everybody.

Nobody looks first: the statement moves, and what it returns and the check constraints decide (INVARIANTS,
part 2). Of rows that do not exist only those are made whose subject the caller holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core import prepared
from promotions.selectors.tallies import Tally


@dataclass(frozen=True, kw_only=True)
class Move:
    """What happens to one counter. `back` is what a session of ours had held of it and lets go.

    `base` makes a counter that is not stored: that much was used before, and the caller holds whom it counts.
    The decision relied on the counter (with what others hold) lying between `lowest` and `highest` before;
    None is unbounded. `most` is what value and held may come to.
    """

    amount: int = 0
    back: int = 0
    held: int = 0
    base: int | None = None
    lowest: int | None = None
    highest: int | None = None
    most: int | None = None

    @property
    def is_guarded(self) -> bool:
        return self.lowest is not None or self.highest is not None


class DecisionOutdated(Exception):
    """A counter moved between reading and writing, so that the decision may be another one now."""


def move(moves: Mapping[Tally, Move]) -> dict[Tally, int]:
    """Move the counters that exist and return their values; one statement.

    The row locks last until the transaction ends.

    :raises DecisionOutdated: a guarded counter is outside of its bounds, or is not there.
    :raises IntegrityError: a counter would pass its limit, or fall below zero.
    """
    if not moves:
        return {}
    placed = sorted(moves, key=lambda tally: tally.place)
    with prepared.cursor() as cursor:
        cursor.execute(
            _MOVE,
            [
                [tally.scope for tally in placed],
                [tally.scope_id for tally in placed],
                [tally.subject for tally in placed],
                [tally.name for tally in placed],
                [tally.period for tally in placed],
                [moves[tally].amount for tally in placed],
                [moves[tally].held - moves[tally].back for tally in placed],
                [moves[tally].most for tally in placed],
                [moves[tally].base for tally in placed],
            ],
        )
        after = {Tally(*tally): (value, held) for *tally, value, held in cursor.fetchall()}
    for tally in placed:
        if moves[tally].is_guarded:
            _check(moves[tally], after.get(tally))
    return {tally: value for tally, (value, _) in after.items()}


# Locking in a part of its own fixes the order. What goes down leaves the limit of the last use as it is; that
# of a budget is changed with the budget alone, so a decision on an older limit cannot bring it back.
_MOVE: Final = """
WITH moves AS (
    SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[],
                         %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
        AS move(scope, scope_id, subject, name, period, amount, held, most, base)
), new AS (
    INSERT INTO promotions_counter (scope, scope_id, subject, name, period, value, held, most)
    SELECT scope, scope_id, subject, name, period, base + amount, 0, most FROM moves WHERE base IS NOT NULL
    RETURNING scope, scope_id, subject, name, period, value, held
), mine AS MATERIALIZED (
    SELECT counter.id, moves.amount, moves.held, moves.most
    FROM moves
    JOIN promotions_counter AS counter USING (scope, scope_id, subject, name, period)
    ORDER BY counter.subject = '', counter.scope, counter.scope_id, counter.subject, counter.name,
             counter.period
    FOR NO KEY UPDATE OF counter
), moved AS (
UPDATE promotions_counter AS counter
SET value = counter.value + mine.amount,
    held = counter.held + mine.held,
    most = CASE
        WHEN counter.scope = 'budget' THEN COALESCE(counter.most, mine.most)
        WHEN mine.amount > 0 OR mine.held > 0 THEN mine.most
        ELSE counter.most
    END
FROM mine
WHERE counter.id = mine.id
RETURNING counter.scope, counter.scope_id, counter.subject, counter.name, counter.period,
          counter.value, counter.held
)
SELECT * FROM moved UNION ALL SELECT * FROM new
"""


def _check(move: Move, after: tuple[int, int] | None) -> None:
    if after is None:
        raise DecisionOutdated
    value, held = after
    before = value - move.amount + held - move.held
    if move.lowest is not None and before < move.lowest:
        raise DecisionOutdated
    if move.highest is not None and before > move.highest:
        raise DecisionOutdated
