"""Approved requests are carried out: once, wholly, and only as they were seen."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from approvals import codec, context, proposals, registry
from approvals.models import ApprovalRequest
from approvals.services.requests import actor_of, keep_as_new_revision, tell
from core.actors import Actor
from core.errors import DomainError
from core.locking import lock, retried
from core.places import limited_to

logger = logging.getLogger(__name__)


class _Moved(Exception):
    """What is there, or what would come of it, is not what was seen."""


def carry_out(request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Run an approved operation as its requester, in the caller's transaction, which holds the request.

    If what it is about has moved, or something else than what was seen would come of it, nothing is done and
    the request is out of date. If the service refuses, the request waits for approval again, with the reason.
    """
    try:
        with transaction.atomic(), limited_to(actor_of(request).places, request.requester_id):
            _run(request, now)
    except _Moved:
        request.outdate()
        request.updated_at = now
        request.save(update_fields=["state", "updated_at"])
        tell(request, "approval_request.outdated", actor, now)
    except DomainError as refusal:
        request.reopen()
        request.error = (refusal.details or refusal.message)[:2000]
        request.updated_at = now
        keep_as_new_revision(request, actor, now)
        request.save(update_fields=["state", "error", "revision", "stage", "updated_at"])
        tell(request, "approval_request.failed", actor, now, after={"error": request.error})
    else:
        request.apply()
        request.applied_at = request.updated_at = now
        request.error = ""
        request.save(update_fields=["state", "applied_at", "updated_at", "error", "target_id"])
        tell(request, "approval_request.applied", actor, now)


def has_moved(request: ApprovalRequest, now: datetime) -> bool:
    """Whether what the request is about is no longer what was there when it was proposed."""
    operation = registry.operation(request.operation)
    requester = actor_of(request)
    try:
        with limited_to(requester.places, requester.id):
            arguments = proposals.arguments_of(operation, request.arguments, requester, now)
            present = operation.describe(arguments, None, None)
    except DomainError:
        return True
    return codec.digest(present.content) != request.base_sha256


def _run(request: ApprovalRequest, now: datetime) -> None:
    operation = registry.operation(request.operation)
    arguments = proposals.arguments_of(operation, request.arguments, actor_of(request), now)
    if operation.hold is not None:
        operation.hold(arguments)
    before = operation.describe(arguments, None, None)
    if codec.digest(before.content) != request.base_sha256:
        raise _Moved
    with context.opened():
        result = operation.service(**arguments)
    after = operation.describe(arguments, result, before)
    if codec.digest(after.content) != request.proposal_sha256:
        raise _Moved
    request.target_id = request.target_id or after.id


def carry_out_due(*, now: datetime) -> int:
    """Carry out what is approved for now or earlier, what comes first first; returns how many it tried.

    What fails for a reason that nobody foresaw stays as it was, for the next run, and stops no other.
    """
    state = ApprovalRequest.State.APPROVED
    due = ApprovalRequest.objects.filter(state=state, effective_at__lte=now)
    pks = list(due.order_by("effective_at", "pk").values_list("pk", flat=True))
    for pk in pks:
        try:
            _carry_out_one(pk, now)
        except Exception:
            logger.exception("an approved request could not be carried out")
    return len(pks)


@retried
@transaction.atomic
def _carry_out_one(pk: int, now: datetime) -> None:
    """Somebody may have cancelled it, or another process done it, since it was found."""
    state = ApprovalRequest.State.APPROVED
    for request in lock(ApprovalRequest.objects.filter(pk=pk, state=state, effective_at__lte=now)):
        carry_out(request, Actor.system("approvals", channel="TASK"), now)
