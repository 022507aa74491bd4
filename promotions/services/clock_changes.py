"""The project's clock has changed: what limits of days, weeks and months counted is added up again.

A counter's period is the day on which it began, so a redemption of 23:30 may belong to another day now. A
background job goes through campaigns, codes and tiers; what nobody has counted yet needs nothing: a counter
is made from the rows. Budgets count draws, not instants: those stay in the periods in which they were drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from core.actors import Actor
from core.services import project
from integrations.models import AsyncAction
from integrations.registry import Row, SliceResult
from integrations.rows import json_lines
from integrations.services import async_actions
from promotions.models import Counter
from promotions.services import reconciliation

RECOUNT: Final = "COUNTERS.RECOUNT"


def follow(*, changed: Sequence[str], actor: Actor, now: datetime) -> AsyncAction | None:
    """The job that counts anew; None where the clock stayed, or no limit counts by periods."""
    if project.CLOCK_FIELDS.isdisjoint(changed):
        return None
    scopes = _of_periods().order_by("scope", "scope_id").values_list("scope", "scope_id").distinct()
    body, count = json_lines([list(scope) for scope in scopes])
    if not count:
        return None
    return async_actions.create(type=RECOUNT, body=body, rows_count=count, actor=actor, now=now)


def recount_slice(rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime) -> SliceResult:
    """The counters of some campaigns, codes and tiers; each row is one of them."""
    for row in rows:
        scope, scope_id = row.value
        pks = _of_periods().filter(scope=scope, scope_id=scope_id).values_list("pk", flat=True)
        reconciliation.recount(pks=sorted(pks), actor=actor, now=now)
    return SliceResult(done=len(rows))


def _of_periods() -> QuerySet[Counter]:
    return Counter.objects.exclude(period="").exclude(scope=Counter.Scope.BUDGET)
