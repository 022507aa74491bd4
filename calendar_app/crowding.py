"""Which days hold too much, and why. Pure arithmetic over days. Contract: governance K11.

A limit is a number that people set, or what is usual: the median of the days around, as far as anything
happened on them. A day stands out by half as much again.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

AROUND: Final = 45
"""Days before and after that say what is usual: with the day itself 13 weeks."""
_FEWEST: Final = 7
"""Days with anything on them, or nothing is usual yet."""
_MORE_AT_LEAST: Final = 3
"""Promotions above the usual number: four where two are usual are no crowd."""


class Cause(StrEnum):
    LIVE = "LIVE"
    AUDIENCE = "AUDIENCE"
    BUDGET = "BUDGET"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """None: of promotions and of budget what is usual counts, of one audience nothing."""

    live: int | None = None
    per_audience: int | None = 5
    budget: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """Of one day: promotions that are live, of them those that name each segment, planned budget."""

    live: int = 0
    audiences: Mapping[str, int]
    budget: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """`amount` is more than `limit`, or than the `usual` amount if nobody set a limit."""

    cause: Cause
    amount: int
    limit: int | None = None
    usual: int | None = None
    audience: str = ""


def reasons(loads: Sequence[Load], limits: Limits) -> list[tuple[Reason, ...]]:
    """Of each day why it is crowded; an empty tuple: it is not. The days follow each other without a gap."""
    usual_live = usual([load.live for load in loads])
    usual_budget = usual([load.budget for load in loads])
    return [
        (
            *_above(Cause.LIVE, load.live, limits.live, live, more=_MORE_AT_LEAST),
            *_audiences(load.audiences, limits.per_audience),
            *_above(Cause.BUDGET, load.budget, limits.budget, budget, more=1),
        )
        for load, live, budget in zip(loads, usual_live, usual_budget, strict=True)
    ]


def usual(amounts: Sequence[int]) -> list[int | None]:
    """Of each day the median of the days around with anything on them; None: there are too few."""
    within: list[int] = sorted(amount for amount in amounts[:AROUND] if amount)
    found: list[int | None] = []
    for place in range(len(amounts)):
        if place + AROUND < len(amounts) and amounts[place + AROUND]:
            insort(within, amounts[place + AROUND])
        gone = place - AROUND - 1
        if gone >= 0 and amounts[gone]:
            del within[bisect_left(within, amounts[gone])]
        found.append(within[len(within) // 2] if len(within) >= _FEWEST else None)
    return found


def _above(
    cause: Cause, amount: int, limit: int | None, usual_amount: int | None, *, more: int
) -> tuple[Reason, ...]:
    if limit is not None:
        return (Reason(cause=cause, amount=amount, limit=limit),) if amount > limit else ()
    if usual_amount is None or 2 * amount <= 3 * usual_amount or amount - usual_amount < more:
        return ()
    return (Reason(cause=cause, amount=amount, usual=usual_amount),)


def _audiences(audiences: Mapping[str, int], limit: int | None) -> list[Reason]:
    """Of the most crowded one first."""
    if limit is None:
        return []
    crowded = sorted(((-amount, audience) for audience, amount in audiences.items() if amount > limit))
    return [
        Reason(cause=Cause.AUDIENCE, amount=-amount, limit=limit, audience=audience)
        for amount, audience in crowded
    ]
