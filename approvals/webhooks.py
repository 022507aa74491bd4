"""What webhooks are told about approvals. Beyond the contract: chats and ticket systems hear of them."""

from __future__ import annotations

from typing import Any, Final

from approvals.api.serializers.requests import request_base_output
from approvals.models import ApprovalRequest
from core.event_bodies import offer
from core.models import OutboxEvent

_APPROVALS: Final = "Approvals"


def register() -> None:
    offer(_APPROVALS, _request, **_WORDS)


_WORDS: Final = {
    "approval_request.created": "somebody asks for approval",
    "approval_request.updated": "a request is changed",
    "approval_request.stage_approved": "a stage of a request is approved, another one is asked",
    "approval_request.approved": "a request is approved",
    "approval_request.scheduled": "an approved change gets a time",
    "approval_request.applied": "an approved change takes effect",
    "approval_request.failed": "an approved change cannot be carried out",
    "approval_request.outdated": "a request no longer fits what it was asked for",
    "approval_request.changes_requested": "somebody wants a request changed",
    "approval_request.rejected": "a request is rejected",
    "approval_request.withdrawn": "a request is withdrawn",
    "approval_request.commented": "somebody writes about a request",
    "approval_request.reminded": "a decision is due",
    "approval_request.escalated": "a decision is overdue",
    "approval_request.emergency_supported": "somebody supports an emergency approval",
}


def _request(event: OutboxEvent, request: ApprovalRequest) -> dict[str, Any]:
    return {"approval_request": request_base_output(request)}
