"""Decisions about requests. Contract: governance 2.3; INVARIANTS A1, A2."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from approvals.models import ApprovalRequest, Decision
from approvals.selectors import people
from approvals.selectors import requests as known
from approvals.services import carrying_out
from approvals.services.requests import check_text, open_one, tell
from core import second_factor
from core.actors import Actor, ActorKind
from core.errors import DomainError, InvalidPayload, MissingPermission
from core.locking import retried

_EMERGENCY_PEOPLE: Final = 2


class OwnRequest(DomainError):
    status = 403
    key = "approval_own_request"
    message = "Nobody decides about his own request"


class AlreadySaid(DomainError):
    status = 409
    key = "approval_already_said"
    message = "Already decided by you"


class SeenOutdated(DomainError):
    status = 409
    key = "approval_outdated"
    message = "The request is out of date"


def decide(
    *,
    request_id: int,
    verdict: Decision.Verdict,
    revision: int,
    comment: str,
    actor: Actor,
    now: datetime,
) -> ApprovalRequest:
    """Approve, reject, or ask for changes, about the revision that was seen. The last yes carries it out.

    :raises OwnRequest: the actor asked for it, or changed it last.
    :raises MissingPermission: the present stage asks other people.
    :raises SeenOutdated: it was changed since, or what it is about was.
    :raises RequestClosed: somebody else decided first.
    :raises AlreadySaid: one yes a person.
    :raises SecondFactorNeeded: the project asks for the second step, and the actor has not taken it.
    :raises InvalidPayload: a no, or a wish for changes, without a word why.
    """
    request, has_moved = _decide(request_id, verdict, revision, comment, actor, now)
    if has_moved:
        # Said after the transaction: that the request is out of date stays written.
        raise SeenOutdated(
            "What the request is about was changed in the meantime: it has to be proposed anew."
        )
    return request


@retried
@transaction.atomic
def _decide(
    request_id: int, verdict: Decision.Verdict, revision: int, comment: str, actor: Actor, now: datetime
) -> tuple[ApprovalRequest, bool]:
    request = open_one(request_id)
    if verdict == Decision.Verdict.REJECT and request.state == ApprovalRequest.State.STALE:
        pass
    elif request.state != ApprovalRequest.State.PENDING:
        raise SeenOutdated(
            f"The request is not waiting for a decision: {request.get_state_display().lower()}."
        )
    in_place_of = _refuse_others(request, verdict, revision, actor, now)
    if verdict in (Decision.Verdict.REJECT, Decision.Verdict.REQUEST_CHANGES) and not comment.strip():
        raise InvalidPayload("Property .comment is required: say what should be otherwise")
    if verdict == Decision.Verdict.EMERGENCY and not comment.strip():
        raise InvalidPayload("Property .comment is required: say why this cannot wait")
    says_yes = verdict in (Decision.Verdict.APPROVE, Decision.Verdict.EMERGENCY)
    if says_yes and not _is_queued(request) and carrying_out.has_moved(request, now):
        request.outdate()
        request.updated_at = now
        request.save(update_fields=["state", "updated_at"])
        tell(request, "approval_request.outdated", actor, now)
        return request, True
    _keep(request, verdict, comment, in_place_of, actor, now)
    match verdict:
        case Decision.Verdict.REJECT:
            request.reject()
            name = "approval_request.rejected"
        case Decision.Verdict.REQUEST_CHANGES:
            request.request_changes()
            name = "approval_request.changes_requested"
        case _:
            name = _approved(request, verdict)
    request.updated_at = now
    request.decided_at = None if request.state == ApprovalRequest.State.PENDING else now
    request.save(update_fields=["state", "stage", "is_emergency", "updated_at", "decided_at"])
    tell(request, name, actor, now, after={"verdict": verdict, "comment": comment, "stage": request.stage})
    is_due = request.effective_at is None or request.effective_at <= now
    if request.state == ApprovalRequest.State.APPROVED and is_due:
        carrying_out.carry_out(request, actor, now)
    return request, False


def _is_queued(request: ApprovalRequest) -> bool:
    """Something else of the same thing takes effect before it: it was made on what that will leave."""
    return known.queued_before(request).exists()


def _refuse_others(
    request: ApprovalRequest, verdict: Decision.Verdict, revision: int, actor: Actor, now: datetime
) -> str:
    """Who may not decide; returns in whose place he does, or ""."""
    second_factor.demand(actor, now=now)
    if actor.id in (request.requester_id, request.last_editor_id):
        raise OwnRequest("Somebody else has to decide: you asked for this, or changed it last.")
    if revision != request.revision:
        raise SeenOutdated("The request was changed since you looked at it. Look at it again.")
    if Decision.objects.filter(request=request, revision=request.revision, actor_id=actor.id).exists():
        raise AlreadySaid("You decided about this revision already; every yes needs another person.")
    if verdict == Decision.Verdict.EMERGENCY:
        if not request.allows_emergency:
            raise MissingPermission("The policies of this request allow no short way.")
        if actor.kind is not ActorKind.USER or not actor.may("approvals.decide"):
            raise MissingPermission("In an emergency two people with the right approvals.decide say yes.")
        return ""
    in_place_of = people.decides_as(request, actor, now)
    if in_place_of is None:
        stage = people.stage_of(request)
        asked = stage.name if stage else "nobody"
        raise MissingPermission(f"This stage is decided by others: {asked}.")
    return in_place_of


def _approved(request: ApprovalRequest, verdict: Decision.Verdict) -> str:
    """Count the yes; returns the name of what happened."""
    of_now = Decision.objects.filter(request=request, revision=request.revision, verdict=verdict)
    if verdict == Decision.Verdict.EMERGENCY:
        if of_now.count() < _EMERGENCY_PEOPLE:
            return "approval_request.emergency_supported"
        request.is_emergency = True
        request.approve()
        return "approval_request.approved"
    stage = people.stage_of(request)
    if stage is not None and of_now.filter(stage=request.stage).count() >= stage.needed:
        request.stage += 1
    if request.stage < len(request.stages):
        return "approval_request.stage_approved"
    request.approve()
    return "approval_request.approved"


def _keep(
    request: ApprovalRequest,
    verdict: Decision.Verdict,
    comment: str,
    in_place_of: str,
    actor: Actor,
    now: datetime,
) -> None:
    Decision.objects.create(
        request=request,
        revision=request.revision,
        stage=request.stage,
        verdict=verdict,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label,
        requester_id=request.requester_id,
        last_editor_id=request.last_editor_id,
        on_behalf_of=in_place_of,
        comment=check_text(comment, "comment"),
        proposal_sha256=request.proposal_sha256,
        created_at=now,
    )
