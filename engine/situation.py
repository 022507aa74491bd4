"""One candidate at its turn: what its rules and effect are judged on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from engine.basket import Line, OrderState
from engine.snapshot import Candidate, Snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """`before` is the running order at the candidate's turn, `after` with its effect (None until computed).

    `lines` are the facts of the order's lines, index by index with `before.lines`: those of the basket, then
    those that earlier discounts added. Both orders are None when no order was sent.
    """

    snapshot: Snapshot
    candidate: Candidate
    zone: tzinfo
    before: OrderState | None = None
    after: OrderState | None = None
    lines: tuple[Line, ...] = ()
