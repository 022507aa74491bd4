"""The gate before services that may have to wait for a yes.

It stands on the service, so that admin, API, imports and commands obey alike. Whoever tells the refusal to
the caller calls `settle()`, which files the request: after the transaction, which the refusal undoes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction

from approvals import context, proposals, registry
from approvals.models import ApprovalRequest
from approvals.policies import PolicyInForce
from approvals.proposals import Proposal
from approvals.registry import Operation
from approvals.selectors import policies
from approvals.services import requests, scheduling
from core import languages
from core.actors import Actor, ActorKind
from core.errors import DomainError, Forbidden, MissingPermission
from core.instants import format_instant
from core.locking import retried
from core.places import Limit

_gated: dict[str, Callable[..., Any]] = {}


class ApprovalRequired(DomainError):
    """Nothing was changed: it waits for a yes, as the request that `settle()` files (governance A3, A5)."""

    status = 403
    key = "approval_required"
    message = "Approval required"

    def __init__(self, proposal: Proposal, now: Any) -> None:
        super().__init__("This needs somebody else's approval.", resource_type="approval_request")
        self.proposal = proposal
        self.now = now
        self.request: ApprovalRequest | None = None

    def settle(self) -> None:
        """File the request, once."""
        if self.request is None:
            self.request = requests.submit(proposal=self.proposal, now=self.now)
            asked = ", then ".join(stage["name"] for stage in self.request.stages)
            self.details = f"Nothing was changed yet. Request {self.request.public_id} waits for: {asked}."
            self.resource_id = self.request.public_id
            self.location = requests.page(self.request)


class AskedBefore(DomainError):
    """The call was made before, with the same idempotency key, and became a request: it is not made again."""

    status = 403
    key = "approval_required"
    message = "Approval required"

    def __init__(self, request: ApprovalRequest) -> None:
        super().__init__(
            f"This call was made before and became request {request.public_id}: "
            f"{request.get_state_display().lower()}.",
            resource_id=request.public_id,
            resource_type="approval_request",
        )
        self.location = requests.page(request)


class ChangePlanned(DomainError):
    """No refusal, but no answer of the service either: nothing was changed yet. `settle()` files the change
    for its time; told as 202 with the request.
    """

    status = 202
    key = "change_planned"
    message = "Change planned"

    def __init__(self, operation: str, arguments: dict[str, Any]) -> None:
        super().__init__(resource_type="approval_request")
        self._operation = operation
        self._arguments = arguments
        self.request: ApprovalRequest | None = None

    def settle(self) -> None:
        """File it, once.

        :raises DomainError: as `scheduling.propose`.
        """
        if self.request is None:
            given = dict(self._arguments)
            actor, now = given.pop("actor"), given.pop("now")
            self.request = scheduling.propose(
                operation=self._operation,
                arguments=given,
                effective_at=actor.effective_at,
                actor=replace(actor, effective_at=None),
                now=now,
            )
            self.location = requests.page(self.request)

    def to_wire(self) -> dict[str, Any]:
        assert self.request is not None and self.request.effective_at is not None  # noqa: S101, PT018 - settled
        return {
            "id": self.request.public_id,
            "object": "approval_request",
            "state": self.request.state,
            "effective_at": format_instant(self.request.effective_at),
        }


def gated[**P, R](name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a service of keyword arguments, `actor` and `now` among them, run only if nobody has to be asked.

    >>> @gated("campaigns.update")
    ... @transaction.atomic
    ... def update(*, campaign_id: int, spec: CampaignSpec, actor: Actor, now: datetime) -> Campaign: ...

    :raises ApprovalRequired: somebody has to be asked; nothing was changed.
    :raises AskedBefore: a call with the same idempotency key became a request.
    :raises ChangePlanned: the actor wants it to take effect later.
    :raises MissingPermission: the actor may neither do it nor ask for it.
    """

    def put_before(service: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(service)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if context.is_open() or _continues(kwargs["actor"]):  # type: ignore[arg-type]
                return service(*args, **kwargs)
            with languages.plainly():
                return _ask(name, service, dict(kwargs))  # type: ignore[no-any-return]

        _gated[name] = service
        call.gate = name  # type: ignore[attr-defined]
        return call

    return put_before


def gated_operations() -> dict[str, Callable[..., Any]]:
    """The services with a gate before them, by the name of their operation."""
    return dict(_gated)


def _continues(actor: Actor) -> bool:
    """Background jobs go on with what somebody was allowed to start."""
    return actor.kind is ActorKind.SYSTEM and actor.channel == "TASK"


def _ask(name: str, service: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    operation, actor = registry.operation(name), arguments["actor"]
    if not actor.gets_to(operation.permission):
        raise MissingPermission(f"The permission {operation.permission} is needed.")
    _refuse_elsewhere(operation, arguments)
    if actor.effective_at is not None:
        raise ChangePlanned(name, arguments)
    if key := proposals.key_of(arguments):
        asked = requests.asked_under(key=key, operation=name, arguments=arguments, actor=actor)
        if asked is not None:
            raise AskedBefore(asked)
    in_force = policies.in_force()
    if not in_force and actor.may(operation.permission):
        with context.opened():
            return service(**arguments)
    return _run(operation, arguments, in_force)


def _refuse_elsewhere(operation: Operation, arguments: dict[str, Any]) -> None:
    """Who works in single areas changes only what lies wholly within them (contract: data and events 16)."""
    own = arguments["actor"].places
    if own is None or operation.touched is None:
        return
    limit = Limit(own)
    if not all(limit.contains(places) for places in operation.touched(arguments)):
        raise Forbidden(f"{operation.label}: it is not accessible in the given context.")


@retried
@transaction.atomic
def _run(operation: Operation, arguments: dict[str, Any], in_force: list[PolicyInForce]) -> Any:
    """Do it and look what came of it: the refusal takes all of it back."""
    proposal, result = proposals.run(operation, arguments, in_force)
    if proposal.needed is not None:
        raise ApprovalRequired(proposal, arguments["now"])
    return result
