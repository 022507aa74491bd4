"""Requests that wait too long: reminders, and others who may decide, too. Contract: governance 2, beyond it.

What a request says about when stands on it since it was filed; here time only passes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from approvals.models import ApprovalRequest, Decision
from approvals.selectors import people
from approvals.services.requests import tell
from core.actors import Actor
from core.locking import lock, retried

MOST_AT_ONCE: Final = 200
_ACTOR: Final = Actor.system("approvals", channel="TASK")
_PENDING: Final = Q(state=ApprovalRequest.State.PENDING)


def remind_due(*, now: datetime) -> int:
    """Remind those who may decide, once a request and revision; returns how many requests it was.

    The event `approval_request.reminded` names in `users` whoever has not decided yet. At most
    `MOST_AT_ONCE`, the longest waiting first: what is left is for the next time.
    """
    return _each(_PENDING & Q(remind_at__lte=now, reminded_at=None), "remind_at", _remind, now)


def escalate_overdue(*, now: datetime) -> int:
    """Let the members of `escalate_to` decide, too, about what is overdue; returns how many requests it was.

    The event `approval_request.escalated` names them in `users`. At most `MOST_AT_ONCE`, as above.
    """
    overdue = _PENDING & Q(due_at__lte=now, escalated_at=None) & ~Q(escalate_to="")
    return _each(overdue, "due_at", _escalate, now)


def _each(due: Q, instant: str, act: Callable[[ApprovalRequest, datetime], None], now: datetime) -> int:
    rows = ApprovalRequest.objects.filter(due).order_by(instant, "pk")
    pks = list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])
    return sum(_one(pk, due, act, now) for pk in pks)


@retried
@transaction.atomic
def _one(pk: int, due: Q, act: Callable[[ApprovalRequest, datetime], None], now: datetime) -> bool:
    """Somebody may have decided since it was found, or another process been faster."""
    rows = lock(ApprovalRequest.objects.filter(due, pk=pk))
    for request in rows:
        act(request, now)
    return bool(rows)


def _remind(request: ApprovalRequest, now: datetime) -> None:
    request.reminded_at = now
    request.save(update_fields=["reminded_at"])
    _tell(request, "approval_request.reminded", people.deciders(request, now), now)


def _escalate(request: ApprovalRequest, now: datetime) -> None:
    request.escalated_at = now
    request.save(update_fields=["escalated_at"])
    _tell(request, "approval_request.escalated", people.of_group(request.escalate_to), now)


def _tell(request: ApprovalRequest, name: str, told: list[User], now: datetime) -> None:
    decided = Decision.objects.filter(request=request, revision=request.revision)
    said = decided.values_list("actor_id", flat=True)
    apart = {request.requester_id, request.last_editor_id, *said}
    keys = [person.pk for person in told if str(person.pk) not in apart]
    tell(request, name, _ACTOR, now, payload={"users": keys})
