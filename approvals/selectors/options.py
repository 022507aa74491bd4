"""What one person may do with one request: exactly what the services would allow, so that a page shows no
button that is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from approvals.models import ApprovalRequest, Decision
from approvals.selectors import people
from core.actors import Actor

_State = ApprovalRequest.State


@dataclass(frozen=True, kw_only=True)
class Options:
    """`in_place_of`: for whom the person stands in. `why_not`: why he does not decide, if somebody has to."""

    approve: bool = False
    request_changes: bool = False
    reject: bool = False
    emergency: bool = False
    withdraw: bool = False
    propose_anew: bool = False
    schedule: bool = False
    comment: bool = False
    in_place_of: str = ""
    why_not: str = ""

    @property
    def decides(self) -> bool:
        return self.approve or self.request_changes or self.reject


def withdraws(request: ApprovalRequest, actor: Actor) -> bool:
    """Whether the person may call it off; without a query, for lists."""
    if not request.is_open:
        return False
    is_over = request.state == _State.APPROVED and actor.may("approvals.decide")
    return actor.id == request.requester_id or actor.may("approvals.configure") or is_over


def of(request: ApprovalRequest, actor: Actor, now: datetime) -> Options:
    asked = actor.id == request.requester_id
    is_own = asked or actor.id == request.last_editor_id
    decider, configures = actor.may("approvals.decide"), actor.may("approvals.configure")
    is_approved, is_pending = request.state == _State.APPROVED, request.state == _State.PENDING
    said = _said(request, actor) if request.is_open else False
    is_free = request.is_open and not is_own and not said
    place = people.decides_as(request, actor, now) if is_free else None
    turn = place is not None
    return Options(
        approve=turn and is_pending,
        request_changes=turn and is_pending,
        reject=turn and (is_pending or request.state == _State.STALE),
        emergency=is_free and is_pending and decider and request.allows_emergency,
        withdraw=withdraws(request, actor),
        propose_anew=request.is_open and not is_approved and (asked or configures),
        schedule=request.is_open and not is_approved and (asked or decider),
        comment=asked or turn or said or decider or actor.may("approvals.comment"),
        in_place_of=place or "",
        why_not="" if turn or not is_pending else _why_not(request, is_own=is_own, said=said),
    )


def _said(request: ApprovalRequest, actor: Actor) -> bool:
    of_now = Decision.objects.filter(request=request, revision=request.revision)
    return of_now.filter(actor_id=actor.id).exists()


def _why_not(request: ApprovalRequest, *, is_own: bool, said: bool) -> str:
    if is_own:
        return "Somebody else decides: you asked for this, or changed it last."
    if said:
        return "You decided about this already. It waits for others now."
    stage = people.stage_of(request)
    return f"This stage is decided by others: {stage.name}." if stage else ""
