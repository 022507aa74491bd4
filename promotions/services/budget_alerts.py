"""Telling people that a budget runs out: once for each counter and threshold. Goes beyond the contract."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from core import events
from core.actors import Actor
from promotions import budget_subjects
from promotions.models import Budget

WHOLE: Final = 100
THRESHOLD_REACHED: Final = "budget.threshold_reached"
EXHAUSTED: Final = "budget.exhausted"


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """One counter of a budget reached `thresholds`; `used` and `limit` are in the budget's unit."""

    budget_id: int
    subject: str
    period: str
    thresholds: Sequence[int]
    used: int
    limit: int


def reached(*, limit: int, thresholds: Collection[int], used: int) -> list[int]:
    """The thresholds that `used` is at or above, ascending. A limit of 0 is used up by nothing.

    reached(limit=200, thresholds=[50, 80], used=100) -> [50]
    """
    return sorted({share for share in thresholds if used > 0 and used * WHOLE >= limit * share})


def crossed(*, limit: int, thresholds: Collection[int], before: int, after: int) -> list[int]:
    """The thresholds that a counter came to by growing from `before` to `after`, ascending.

    crossed(limit=200, thresholds=[50, 80, 95, 100], before=90, after=165) -> [50, 80]
    """
    known = reached(limit=limit, thresholds=thresholds, used=before)
    return [share for share in reached(limit=limit, thresholds=thresholds, used=after) if share not in known]


def raise_alerts(crossings: Collection[Crossing], actor: Actor, now: datetime) -> None:
    """Note what was reached and tell it, in the transaction of the change; without crossings no statement.

    `budget.threshold_reached` for each threshold, ascending, and `budget.exhausted` after that of 100 %. What
    was told before of the same subject and period stays untold.
    """
    crossings = [crossing for crossing in crossings if crossing.thresholds]
    if not crossings:
        return
    new = _noted(crossings, now)
    if not new:
        return
    budgets = Budget.objects.in_bulk({crossing.budget_id for crossing in crossings})
    for crossing in sorted(crossings, key=lambda found: (found.budget_id, found.subject, found.period)):
        budget = budgets[crossing.budget_id]
        for threshold in sorted(crossing.thresholds):
            if (crossing.budget_id, crossing.subject, crossing.period, threshold) not in new:
                continue
            payload = _payload(budget, crossing)
            events.emit(
                THRESHOLD_REACHED,
                entity=budget,
                actor=actor,
                now=now,
                payload={**payload, "threshold": threshold},
            )
            if threshold == WHOLE:
                events.emit(EXHAUSTED, entity=budget, actor=actor, now=now, payload=payload)


def _payload(budget: Budget, crossing: Crossing) -> dict[str, Any]:
    payload: dict[str, Any] = {"budget_id": budget.public_id, "used": crossing.used, "limit": crossing.limit}
    if crossing.period:
        payload["period"] = crossing.period
    # Whose use it was is personal where customers are counted: programs ask for it with a key.
    subject = budget_subjects.read(crossing.subject)
    if subject is not None and subject.kind in (budget_subjects.CHANNEL, budget_subjects.STORE):
        payload[subject.kind] = subject.key
    return payload


def _noted(crossings: Sequence[Crossing], now: datetime) -> set[tuple[int, str, str, int]]:
    """Insert the rows that are not there yet; which those were only the insert itself knows."""
    rows = [(crossing, threshold) for crossing in crossings for threshold in crossing.thresholds]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO promotions_budgetalert "
            '(budget_id, subject, period, threshold, used, "limit", reached_at) '
            "SELECT *, %s FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::bigint[], "
            "%s::bigint[]) ON CONFLICT DO NOTHING RETURNING budget_id, subject, period, threshold",
            [
                now,
                [crossing.budget_id for crossing, _ in rows],
                [crossing.subject for crossing, _ in rows],
                [crossing.period for crossing, _ in rows],
                [threshold for _, threshold in rows],
                [crossing.used for crossing, _ in rows],
                [crossing.limit for crossing, _ in rows],
            ],
        )
        return set(cursor.fetchall())
