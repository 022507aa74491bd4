"""Requests, as lists and pages show them."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from approvals.models import OPEN, ApprovalRequest, Comment, Decision
from core.errors import NotFound


def get(public_id: str) -> ApprovalRequest:
    """:raises NotFound: there is no such request."""
    found = ApprovalRequest.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound.of("approval_request", public_id)
    return found


def listed() -> QuerySet[ApprovalRequest]:
    """All of them, without the contents that only the page of one request shows."""
    return ApprovalRequest.objects.defer("arguments", "base", "proposal", "facts")


def printable(public_id: str) -> ApprovalRequest:
    """One with its decisions and comments, oldest first.

    :raises NotFound: there is no such request.
    """
    said = (
        Prefetch("decisions", Decision.objects.order_by("pk")),
        Prefetch("comments", Comment.objects.order_by("pk")),
    )
    found = ApprovalRequest.objects.filter(public_id=public_id).prefetch_related(*said).first()
    if found is None:
        raise NotFound.of("approval_request", public_id)
    return found


def open_about(target_type: str, target_id: str, *belongings: str) -> QuerySet[ApprovalRequest]:
    """What waits for a decision or its time, about one thing; what takes effect first comes first.

    `belongings` are types of what belongs to it and goes by its id, such as the tiers of a programme.
    """
    about = Q(target_type__in=[target_type, *belongings], target_id=target_id, state__in=OPEN)
    return ApprovalRequest.objects.filter(about).order_by("effective_at", "pk")


def queued(target_type: str, target_id: str) -> QuerySet[ApprovalRequest]:
    """Changes of one thing that have their time, decided or not yet; what takes effect first comes first."""
    states = (ApprovalRequest.State.PENDING, ApprovalRequest.State.APPROVED)
    return open_about(target_type, target_id).filter(state__in=states, effective_at__isnull=False)


def queued_before(request: ApprovalRequest) -> QuerySet[ApprovalRequest]:
    """Changes of the same thing that take effect before this one, which was made on what they will leave."""
    if request.effective_at is None:
        return ApprovalRequest.objects.none()
    at_once = Q(effective_at=request.effective_at, pk__lt=request.pk)
    earlier = Q(effective_at__lt=request.effective_at) | at_once
    return queued(request.target_type, request.target_id).filter(earlier).exclude(pk=request.pk)
