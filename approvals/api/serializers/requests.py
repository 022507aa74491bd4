"""Approval requests on the wire. Goes beyond the contract; unknown properties are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rest_framework.exceptions import ValidationError

from approvals import registry
from approvals.models import ApprovalRequest, Comment, Decision, Revision
from approvals.services.requests import LONGEST_TEXT
from core.api.fields import ChoiceField, InstantField, IntegerField, ListField, TextField, WireSerializer
from core.instants import format_instant, format_optional

OBJECT: Final = "approval_request"
_MOST_MENTIONS: Final = 20
_HIGHEST_KEY: Final = 2**31 - 1


class ExactInput(WireSerializer):
    """Who says yes to what is decided by these: a misspelled property may not go unnoticed."""

    def to_internal_value(self, data: Any) -> Any:
        found = super().to_internal_value(data)
        for name in data:
            if name not in self.fields:
                known = ", ".join(self.fields) or "none"
                raise ValidationError({name: f"is not known; known are: {known}"})
        return found


class DecisionInput(ExactInput):
    """`revision` is the one that was read: what was changed since is not decided about."""

    verdict = ChoiceField(Decision.Verdict)
    revision = IntegerField(lowest=1, highest=_HIGHEST_KEY)
    comment = TextField(required=False, default="", max_length=LONGEST_TEXT)


class CommentInput(ExactInput):
    """`mentions` are keys of people of the admin."""

    text = TextField(allow_blank=False, max_length=LONGEST_TEXT)
    mentions = ListField(
        child=IntegerField(lowest=1, highest=_HIGHEST_KEY), required=False, max_length=_MOST_MENTIONS
    )


class ResubmitInput(ExactInput):
    reason = TextField(required=False, max_length=LONGEST_TEXT)


class ScheduleInput(ExactInput):
    """`effective_at` null: at once, when it is approved."""

    effective_at = InstantField(allow_null=True)


class NothingInput(ExactInput):
    pass


def request_base_output(request: ApprovalRequest) -> dict[str, Any]:
    """As lists show it; `waiting_for` is the name of the stage that is asked now."""
    stage = request.stages[request.stage] if _is_asked(request) else None
    return {
        "id": request.public_id,
        "state": request.state,
        "operation": request.operation,
        "title": request.title,
        "target": {
            "type": request.target_type,
            "id": request.target_id or None,
            "label": request.target_label,
        },
        "requester": {
            "type": request.requester_kind,
            "id": request.requester_id,
            "name": request.requester_label,
        },
        "reason": request.reason,
        "revision": request.revision,
        "stages": [dict(one) for one in request.stages],
        "stages_done": request.stage,
        "waiting_for": stage["name"] if stage else None,
        "policies": [dict(one) for one in request.policies],
        "due_at": format_optional(request.due_at),
        "effective_at": format_optional(request.effective_at),
        "emergency": request.is_emergency,
        "error": request.error or None,
        "created_at": format_instant(request.created_at),
        "updated_at": format_optional(request.updated_at),
        "decided_at": format_optional(request.decided_at),
        "applied_at": format_optional(request.applied_at),
        "object": OBJECT,
    }


def request_output(request: ApprovalRequest) -> dict[str, Any]:
    """With all that somebody has to see before he decides. Reads decisions and comments: load them along."""
    base, proposal = request.base, request.proposal
    return {
        **request_base_output(request),
        "allows_emergency": request.allows_emergency,
        "differences": registry.differences(request.target_type, base, proposal),
        "base": base,
        "base_sha256": request.base_sha256,
        "proposal": proposal,
        "proposal_sha256": request.proposal_sha256,
        "facts": request.facts,
        "decisions": [decision_output(one) for one in request.decisions.all()],
        "comments": [comment_output(one) for one in request.comments.all()],
    }


def decision_output(decision: Decision) -> dict[str, Any]:
    return {
        "id": decision.public_id,
        "verdict": decision.verdict,
        "revision": decision.revision,
        "stage": decision.stage,
        "author": _author(decision),
        "on_behalf_of": decision.on_behalf_of or None,
        "comment": decision.comment,
        "proposal_sha256": decision.proposal_sha256,
        "created_at": format_instant(decision.created_at),
        "object": "approval_decision",
    }


def comment_output(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.public_id,
        "text": comment.text,
        "mentions": comment.mentions,
        "author": _author(comment),
        "created_at": format_instant(comment.created_at),
        "object": "approval_comment",
    }


def revision_output(revision: Revision, target_type: str) -> dict[str, Any]:
    return {
        "number": revision.number,
        "differences": registry.differences(target_type, revision.base, revision.proposal),
        "base": revision.base,
        "base_sha256": revision.base_sha256,
        "proposal": revision.proposal,
        "proposal_sha256": revision.proposal_sha256,
        "author": _author(revision),
        "created_at": format_instant(revision.created_at),
        "object": "approval_revision",
    }


def _is_asked(request: ApprovalRequest) -> bool:
    return request.state == ApprovalRequest.State.PENDING and request.stage < len(request.stages)


def _author(row: Decision | Comment | Revision) -> Mapping[str, Any]:
    return {"type": row.actor_kind, "id": row.actor_id, "name": row.actor_label}
