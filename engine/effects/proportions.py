"""One sum over many lines: largest remainders, what does not fit a line goes to others. Contract: 5.7."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.effects.lines import payable
from engine.effects.turn import Target, Turn
from engine.money import allocate
from engine.picking import Picked


def split(
    turn: Turn, total: int, targets: Sequence[Target], weight: Callable[[Picked], int]
) -> dict[int, int]:
    """Line index -> its share of `total`; together all of it, as far as the lines cost that much."""
    picks = [pick for _, chosen in targets for pick in chosen]
    shares = filled(total, [weight(pick) for pick in picks], [payable(turn, pick) for pick in picks])
    return {pick.index: share for pick, share in zip(picks, shares, strict=True)}


def filled(total: int, weights: Sequence[int], caps: Sequence[int]) -> list[int]:
    """`total` split over `weights`, no part above its cap; the excess is split over the others likewise.

    filled(1000, [5, 1], [300, 2000]) -> [300, 700]
    """
    total = min(total, sum(caps))
    shares = [0] * len(weights)
    open_ones = [place for place, cap in enumerate(caps) if cap]
    while open_ones and total:
        # Lines without weight get something only when the others are full.
        weighing = [weights[place] for place in open_ones]
        parts = allocate(total, weighing if any(weighing) else [1] * len(open_ones))
        full = [place for place, part in zip(open_ones, parts, strict=True) if part >= caps[place]]
        if not full:
            for place, part in zip(open_ones, parts, strict=True):
                shares[place] = part
            break
        for place in full:
            shares[place] = caps[place]
            total -= caps[place]
        open_ones = [place for place in open_ones if place not in set(full)]
    return shares
