"""Requests from filing to their end: filed, changed, brought up to date, withdrawn, discussed, scheduled.

Deciding is in `decisions`, carrying out in `carrying_out`. Contract: governance 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.urls import reverse

from approvals import codec, proposals, registry
from approvals.models import OPEN, ApprovalRequest, Comment, Revision
from approvals.proposals import Proposal
from approvals.registry import Operation
from approvals.selectors import policies
from approvals.selectors import requests as known
from core import audit, events
from core.actors import Actor, ActorKind
from core.errors import DomainError, InvalidPayload, NotFound
from core.idempotency import IdempotencyKeyReused
from core.locking import lock

_KEPT_OF_ACTOR: Final = ("kind", "id", "label", "role", "channel", "address")
_KEY_WAITS: Final = "This key was used for another call, which waits for approval."
LONGEST_TEXT: Final = 10_000


class RequestClosed(DomainError):
    status = 409
    key = "approval_already_decided"
    message = "The request is closed"


class NothingChanges(DomainError):
    key = "approval_changes_nothing"
    message = "Nothing would change"


class NeedsNobody(DomainError):
    key = "approval_needs_nobody"
    message = "Nobody has to be asked"


class NotTheRequester(DomainError):
    status = 403
    key = "approval_not_yours"
    message = "Only whoever asked may do this"


def submit(
    *, proposal: Proposal, now: datetime, reason: str = "", effective_at: datetime | None = None
) -> ApprovalRequest:
    """File what somebody may not do alone, or a change for later; who asks again gets the request he has.

    A proposal that nobody has to be asked about is approved at once and waits for `effective_at`.

    :raises NothingChanges: it would leave everything as it is.
    :raises InvalidPayload: it needs nobody and has no time, or its time is past.
    :raises IdempotencyKeyReused: another call with the same key was filed at the same time.
    """
    _check(proposal, reason, effective_at, now)
    try:
        with transaction.atomic():
            return _filed(proposal, now, reason, effective_at)
    except IntegrityError:
        # Two of the same at once: the other one was filed.
        mark = _fingerprint(proposal, effective_at)
        other = ApprovalRequest.objects.filter(fingerprint=mark, state__in=OPEN).first()
        if other is None:
            raise IdempotencyKeyReused(_KEY_WAITS) from None
        return other


def asked_under(
    *, key: str, operation: str, arguments: Mapping[str, Any], actor: Actor
) -> ApprovalRequest | None:
    """What a call with this idempotency key has asked for before, whatever became of it.

    :raises IdempotencyKeyReused: it was another call.
    """
    rows = ApprovalRequest.objects.filter(requester_kind=actor.kind.value, requester_id=actor.id)
    found = rows.filter(caller_key=key).first()
    if found is not None and (found.operation, found.arguments) != (operation, codec.encode(arguments)):
        raise IdempotencyKeyReused(_KEY_WAITS)
    return found


def _check(proposal: Proposal, reason: str, effective_at: datetime | None, now: datetime) -> None:
    if proposal.before.content == proposal.after.content:
        raise NothingChanges("The change leaves everything as it is.")
    if effective_at is not None and effective_at <= now:
        raise InvalidPayload("Property .effective_at must be in the future")
    if proposal.needed is None and effective_at is None:
        raise InvalidPayload("Nobody has to be asked about this: do it, or say when.")
    check_text(reason, "reason")


def _fingerprint(proposal: Proposal, effective_at: datetime | None) -> str:
    """The same for the same wish of the same person for the same time."""
    return codec.digest([proposal.fingerprint, effective_at and effective_at.astimezone(UTC)])


def _filed(proposal: Proposal, now: datetime, reason: str, effective_at: datetime | None) -> ApprovalRequest:
    mark = _fingerprint(proposal, effective_at)
    found = lock(ApprovalRequest.objects.filter(fingerprint=mark, state__in=OPEN))
    if found:
        request = found[0]
        is_approved = request.state == ApprovalRequest.State.APPROVED
        if not is_approved and request.proposal_sha256 != proposal.proposal_sha256:
            _take_over(request, proposal, proposal.actor, now)
        return request
    actor, target = proposal.actor, proposal.target
    request = ApprovalRequest(
        operation=proposal.operation.name,
        title=f"{proposal.operation.label}: {target.label}"[:250],
        arguments=proposal.arguments,
        fingerprint=mark,
        target_type=target.type,
        target_id=target.id if proposal.before.content is not None else "",
        target_label=target.label[:250],
        requester_kind=actor.kind.value,
        requester_id=actor.id,
        requester_label=actor.label,
        requester={
            **{name: str(getattr(actor, name)) for name in _KEPT_OF_ACTOR},
            "duties": sorted(actor.duties),
            "places": None if actor.places is None else sorted(actor.places),
        },
        last_editor_id=actor.id,
        caller_key=proposal.caller_key,
        reason=reason,
        effective_at=effective_at,
        created_at=now,
        **_proposed(proposal, now),
    )
    request.save(force_insert=True)
    _keep_revision(request, actor, now)
    if proposal.needed is None:
        request.approve()
        request.decided_at = now
        request.save(update_fields=["state", "decided_at"])
    tell(request, "approval_request.created", actor, now, after={"title": request.title, "reason": reason})
    return request


@transaction.atomic
def resubmit(
    *,
    request_id: int,
    actor: Actor,
    now: datetime,
    arguments: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> ApprovalRequest:
    """Propose anew on what is there now, with other `arguments` or the same: no earlier yes counts any more.

    :raises NotTheRequester: somebody else asked.
    :raises RequestClosed: it was decided, carried out or withdrawn.
    :raises DomainError: as the service of the operation; the request stays as it was.
    """
    request = open_one(request_id)
    if actor.id != request.requester_id and not actor.may("approvals.configure"):
        raise NotTheRequester("Only whoever filed the request may change it.")
    if request.state == ApprovalRequest.State.APPROVED:
        raise RequestClosed("It is approved and waits for its time. Withdraw it to ask for something else.")
    stored = request.arguments if arguments is None else dict(arguments)
    proposal = proposed_now(request, stored, now)
    if reason is not None:
        request.reason = check_text(reason, "reason")
    _take_over(request, proposal, actor, now)
    return request


def proposed_now(request: ApprovalRequest, stored: Mapping[str, Any], now: datetime) -> Proposal:
    """What the request's operation would do on what is there now, and after what is queued before it.

    :raises DomainError: as the service of the operation.
    """
    operation = registry.operation(request.operation)
    earlier = [operation_of(one, now) for one in known.queued_before(request)]
    arguments = proposals.arguments_of(operation, stored, actor_of(request), now)
    return proposals.dry(operation, arguments, policies.in_force(), first=earlier)


def operation_of(request: ApprovalRequest, now: datetime) -> tuple[Operation, dict[str, Any]]:
    """What a request asks for, with the arguments of its service.

    :raises OutdatedArguments: see `codec.decode`.
    """
    operation = registry.operation(request.operation)
    return operation, proposals.arguments_of(operation, request.arguments, actor_of(request), now)


def _take_over(request: ApprovalRequest, proposal: Proposal, actor: Actor, now: datetime) -> None:
    if proposal.before.content == proposal.after.content:
        raise NothingChanges("By now everything is as it was asked for. Withdraw the request.")
    if proposal.needed is None and request.effective_at is None:
        raise NeedsNobody("By now nobody has to be asked: withdraw the request, and do it.")
    request.propose_anew()
    for name, value in {**_proposed(proposal, now), "arguments": proposal.arguments}.items():
        setattr(request, name, value)
    request.fingerprint, request.error = _fingerprint(proposal, request.effective_at), ""
    request.revision += 1
    request.stage, request.last_editor_id, request.updated_at = 0, actor.id, now
    if proposal.needed is None and request.effective_at is not None:
        request.approve()
        request.decided_at = now
    request.save()
    _keep_revision(request, actor, now)
    tell(request, "approval_request.updated", actor, now, after={"revision": request.revision})


@transaction.atomic
def withdraw(*, request_id: int, actor: Actor, now: datetime) -> ApprovalRequest:
    """Take a request back, or cancel a change that waits for its time.

    :raises NotTheRequester: somebody else asked, and the actor decides about nothing either.
    :raises RequestClosed: it is too late.
    """
    request = open_one(request_id)
    may_cancel = request.state == ApprovalRequest.State.APPROVED and actor.may("approvals.decide")
    if actor.id != request.requester_id and not may_cancel and not actor.may("approvals.configure"):
        raise NotTheRequester("Only whoever filed the request may withdraw it.")
    request.withdraw()
    request.updated_at = now
    request.save(update_fields=["state", "updated_at"])
    tell(request, "approval_request.withdrawn", actor, now)
    return request


@transaction.atomic
def schedule(
    *, request_id: int, effective_at: datetime | None, actor: Actor, now: datetime
) -> ApprovalRequest:
    """Say when a request takes effect once it is approved; None: at once. Not after it was approved.

    :raises RequestClosed: it is decided. :raises InvalidPayload: the time is past.
    """
    request = open_one(request_id)
    if request.state == ApprovalRequest.State.APPROVED:
        raise RequestClosed("It is approved for its time. Withdraw it to ask for another one.")
    if effective_at is not None and effective_at <= now:
        raise InvalidPayload("Property .effective_at must be in the future")
    if actor.id != request.requester_id and not actor.may("approvals.decide"):
        raise NotTheRequester("Only whoever asked, or decides, may say when.")
    request.effective_at, request.updated_at = effective_at, now
    request.save(update_fields=["effective_at", "updated_at"])
    tell(request, "approval_request.scheduled", actor, now, after={"effective_at": str(effective_at)})
    return request


@transaction.atomic
def comment(*, request_id: int, text: str, mentions: list[int], actor: Actor, now: datetime) -> Comment:
    """Add a line to the discussion, also of a closed request. `mentions`: keys of people to be told.

    :raises InvalidPayload: no text, or too long a text.
    """
    request = _locked(request_id)
    if not text.strip():
        raise InvalidPayload("Property .text may not be empty")
    made = Comment.objects.create(
        request=request,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label,
        text=check_text(text, "text"),
        mentions=sorted(set(mentions)),
        created_at=now,
    )
    payload = {"comment_id": made.public_id, "mentions": made.mentions}
    tell(request, "approval_request.commented", actor, now, payload=payload)
    return made


def page(request: ApprovalRequest) -> str:
    """The address of the request's page for people."""
    return reverse("admin:approvals_approvalrequest_change", args=[request.pk])


def actor_of(request: ApprovalRequest) -> Actor:
    """The requester, as whom the operation runs."""
    kept = request.requester
    return Actor(
        kind=ActorKind(kept["kind"]),
        id=kept["id"],
        label=kept["label"],
        role=kept["role"],
        channel=kept["channel"],
        address=kept["address"],
        duties=frozenset(kept["duties"]),
        places=None if kept.get("places") is None else frozenset(kept["places"]),
        approval_id=request.public_id,
    )


def open_one(request_id: int) -> ApprovalRequest:
    """The locked request.

    :raises RequestClosed: it has found its end. :raises NotFound: there is none.
    """
    request = _locked(request_id)
    if not request.is_open:
        raise RequestClosed(f"The request is closed: {request.get_state_display().lower()}.")
    return request


def _locked(request_id: int) -> ApprovalRequest:
    rows = lock(ApprovalRequest.objects.filter(pk=request_id))
    if not rows:
        raise NotFound.of("approval_request", str(request_id))
    return rows[0]


def check_text(text: str, name: str) -> str:
    """:raises InvalidPayload: longer than anybody reads."""
    if len(text) > LONGEST_TEXT:
        raise InvalidPayload(f"Property .{name} must be at most {LONGEST_TEXT} characters long")
    return text.strip()


def tell(
    request: ApprovalRequest,
    name: str,
    actor: Actor,
    now: datetime,
    *,
    payload: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Audit row and event of one step; the app of the operation hears about the new state."""
    audit.log(actor, name, request, now=now, after=after, approval_id=request.public_id)
    said = {"request_id": request.public_id, "state": request.state, "operation": request.operation}
    events.emit(name, entity=request, actor=actor, now=now, payload={**said, **(payload or {})})
    follow = registry.operation(request.operation).follow
    if follow is not None:
        follow(request.state, request.target_id, actor, now)


def keep_as_new_revision(request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """The same proposal once more: what was said about it before does not count any more."""
    request.revision += 1
    request.stage = 0
    _keep_revision(request, actor, now)


def _keep_revision(request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    names = ("arguments", "base", "base_sha256", "proposal", "proposal_sha256")
    Revision.objects.create(
        request=request,
        number=request.revision,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label,
        created_at=now,
        **{name: getattr(request, name) for name in names},
    )


def _proposed(proposal: Proposal, now: datetime) -> dict[str, Any]:
    needed = proposal.needed
    due, remind = (needed.hours("due_hours"), needed.hours("remind_hours")) if needed else (None, None)
    asked = [] if needed is None else needed.policies
    return {
        "base": proposal.before.content,
        "base_sha256": proposal.base_sha256,
        "proposal": proposal.after.content,
        "proposal_sha256": proposal.proposal_sha256,
        "facts": proposal.facts,
        "stages": [] if needed is None else [vars_of(stage) for stage in needed.stages],
        "policies": [{"id": one.id, "name": one.name, "version": one.version} for one in asked],
        "allows_emergency": needed is None or needed.allows_emergency,
        "escalate_to": next((one.content.escalate_to for one in asked if one.content.escalate_to), ""),
        "due_at": None if due is None else now + timedelta(hours=due),
        "remind_at": None if remind is None else now + timedelta(hours=remind),
        "reminded_at": None,
        "escalated_at": None,
    }


def vars_of(stage: Any) -> dict[str, Any]:
    return {name: getattr(stage, name) for name in ("name", "group", "permission", "needed")}
