"""Changes for later: proposed on what the ones before them will leave, carried out when their time comes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from approvals import proposals, registry
from approvals.models import ApprovalRequest
from approvals.proposals import Proposal
from approvals.registry import Subject
from approvals.selectors import policies
from approvals.selectors import requests as known
from approvals.services import requests
from core.actors import Actor
from core.errors import InvalidPayload, MissingPermission


class PastTime(InvalidPayload):
    def __init__(self) -> None:
        super().__init__("Property .effective_at must be in the future")


def propose(
    *,
    operation: str,
    arguments: Mapping[str, Any],
    effective_at: datetime,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> ApprovalRequest:
    """File an operation that takes effect at an instant; nothing changes before.

    `arguments` are the service's own, without `actor` and `now`. It is tried on what is there now and after
    everything of the same thing that takes effect before it. Whoever may do it alone needs nobody's yes.

    :raises PastTime: the instant is not in the future. :raises NothingChanges: as it will be anyway.
    :raises MissingPermission: the actor may neither do it nor ask for it.
    :raises LookupError: there is no such operation. :raises DomainError: as its service.
    """
    if effective_at <= now:
        raise PastTime
    proposal = dry(operation=operation, arguments=arguments, effective_at=effective_at, actor=actor, now=now)
    return requests.submit(proposal=proposal, now=now, reason=reason, effective_at=effective_at)


def dry(
    *, operation: str, arguments: Mapping[str, Any], effective_at: datetime, actor: Actor, now: datetime
) -> Proposal:
    """What would come of it at its time, by what is queued now. Nothing stays."""
    asked = registry.operation(operation)
    if not actor.gets_to(asked.permission):
        raise MissingPermission(f"The permission {asked.permission} is needed.")
    given = {**arguments, "actor": actor, "now": now}
    subject = asked.describe(given, None, None)
    first = [requests.operation_of(one, now) for one in _before(subject, effective_at)]
    return proposals.dry(asked, given, policies.in_force(), first=first)


def made_without(request: ApprovalRequest) -> QuerySet[ApprovalRequest]:
    """What takes effect after this one and was proposed before it: it did not know of it, and will be out of
    date when its time comes.
    """
    later = known.open_about(request.target_type, request.target_id).filter(pk__lt=request.pk)
    return later.filter(effective_at__gt=request.effective_at) if request.effective_at else later.none()


def _before(subject: Subject, effective_at: datetime) -> QuerySet[ApprovalRequest]:
    if not subject.id:
        return ApprovalRequest.objects.none()
    return known.queued(subject.type, subject.id).filter(effective_at__lte=effective_at)
