"""Emergency stops at the checkout: a decision that took long asks again, and what was refused is noted."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from engine import ReasonKey, Step, evaluate
from promotions.models import EmergencyStop, Redemption, StoppedAttempt
from promotions.redeemables import NotRedeemable
from promotions.selectors import stops
from promotions.selectors.snapshots import Loaded
from promotions.selectors.stops import Stop
from promotions.services.counter_moves import DecisionOutdated
from promotions.services.uses import Use

AS_GOOD_AS_NEW_SECONDS: Final = 0.5


def look_again(loaded: Loaded) -> None:
    """The last step of a redemption. Waiting for others' locks takes time: nothing is granted on stops that
    were read more than half a second before the commit.

    No query for whoever was quick.

    :raises DecisionOutdated: something was stopped meanwhile.
    """
    is_old = time.monotonic() - loaded.stops.read_at > AS_GOOD_AS_NEW_SECONDS
    if is_old and stops.read().ids - loaded.stops.ids:
        raise DecisionOutdated


def note_refusal(failed: Redemption, refusal: NotRedeemable, now: datetime) -> None:
    """Keep which stop refused this attempt, if one did. `failed` is its row."""
    if refusal.key != ReasonKey.EMERGENCY_STOP:
        return
    stop = EmergencyStop.objects.get(public_id=refusal.resource_id)
    StoppedAttempt.objects.create(stop=stop, redemption=failed, process=_process(), decided_at=now)


def note_drills(loaded: Loaded, uses: Sequence[Use], now: datetime) -> None:
    """Keep what the drills that run would have refused of these uses; no query without a drill."""
    if not loaded.stops.drills:
        return
    rows = dict(EmergencyStop.objects.filter(is_drill=True, restored_at=None).values_list("public_id", "pk"))
    StoppedAttempt.objects.bulk_create(
        StoppedAttempt(stop_id=rows[drill.id], redemption=use.row, process=_process(), decided_at=now)
        for drill in loaded.stops.drills
        if drill.id in rows
        for use in _would_be_refused(loaded, drill, uses)
    )


def _would_be_refused(loaded: Loaded, drill: Stop, uses: Sequence[Use]) -> list[Use]:
    """Where one refusal fails the whole request, all of them."""
    outcome = evaluate(stops.applied(loaded.snapshot, (*loaded.stops.real, drill), loaded.calling))
    refused = {(step.object, step.key) for step in outcome.steps if _is_stopped_by(step, drill)}
    if refused and not outcome.valid:
        return list(uses)
    return [use for use in uses if (use.step.object, use.step.key) in refused]


def _is_stopped_by(step: Step, drill: Stop) -> bool:
    reason = step.reason
    return reason is not None and reason.key is ReasonKey.EMERGENCY_STOP and reason.resource_id == drill.id


def _process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"[:120]
