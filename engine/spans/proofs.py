"""Proofs that two validities are never open at the same time, this year or any other."""

from __future__ import annotations

from datetime import datetime, tzinfo
from itertools import combinations
from typing import Final

from engine.spans.plan import Plan, plan_of, together
from engine.spans.rhythms import Rhythm, can_meet, of_week, of_windows
from engine.spans.search import Unsettled, first_of
from engine.spans.stretches import DAY, FIRST, ticks
from engine.validity import Validity

_SHORT: Final = 800 * DAY
"""A common period that is looked through instant by instant."""


def never_meet(
    one: Validity,
    other: Validity,
    zone: tzinfo,
    other_zone: tzinfo | None = None,
    *,
    since: datetime | None = None,
) -> bool:
    """True only if it is proved that both are never open at once (from `since` on, where it is given).

    Proofs: start and end dates, weekdays and hours of one zone, the rhythm of timeframes, and the search
    through a common period of up to two years. False: they meet, or it could not be proved.
    """
    plan = together((plan_of(one, zone), plan_of(other, zone if other_zone is None else other_zone)))
    start = plan.start if since is None else max(plan.start, ticks(since))
    if plan.is_closed or start >= plan.end or _rhythms_never_meet(plan):
        return True
    if start <= FIRST or plan.end - start > _SHORT:
        return False
    try:
        return first_of(plan, start, plan.end) is None
    except Unsettled:
        return False


def _rhythms_never_meet(plan: Plan) -> bool:
    """Any two limits that must hold at once, and never do."""
    limits: list[tuple[Rhythm, ...]] = [of_week(week) for week in plan.weeks]
    limits.extend(rhythms for frame in plan.windows if (rhythms := of_windows(frame)))
    return any(
        not any(can_meet(bar, beside) for bar in bars for beside in others)
        for bars, others in combinations(limits, 2)
    )
