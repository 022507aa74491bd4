"""What an operation would do, found out by doing it: the service itself runs and is rolled back.

So a proposal is what the service makes, bad input is refused before anybody is asked, and what is carried out
later can be held against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from approvals import codec, context, policies
from approvals.policies import Needed, PolicyInForce, Stage
from approvals.registry import Arguments, Operation, Subject
from core.actors import Actor
from core.idempotency import UNKEYED, Once


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """One operation with what was there and what will be there. `needed` None: nobody has to be asked."""

    operation: Operation
    arguments: dict[str, Any]
    actor: Actor
    before: Subject
    after: Subject
    needed: Needed | None
    caller_key: str = ""

    @property
    def base_sha256(self) -> str:
        return codec.digest(self.before.content)

    @property
    def proposal_sha256(self) -> str:
        return codec.digest(self.after.content)

    @property
    def facts(self) -> dict[str, Any]:
        return facts_of(self.before, self.after)

    @property
    def fingerprint(self) -> str:
        """The same for the same wish of the same person."""
        return codec.digest([self.operation.name, self.arguments, self.actor.kind.value, self.actor.id])

    @property
    def target(self) -> Subject:
        """What it is about: as it is, or as it will be made."""
        return self.before if self.before.content is not None else self.after


class _Undone(Exception):
    pass


def run(
    operation: Operation, arguments: Arguments, in_force: Iterable[PolicyInForce]
) -> tuple[Proposal, Any]:
    """Do it, inside the caller's transaction; returns what was proposed by that and the service's result."""
    before = operation.describe(arguments, None, None)
    with context.opened():
        result = operation.service(**arguments)
    after = operation.describe(arguments, result, before)
    actor = arguments["actor"]
    made = Proposal(
        operation=operation,
        arguments=codec.encode(arguments),
        actor=actor,
        before=before,
        after=after,
        needed=needed_for(operation, actor, before, after, in_force),
        caller_key=key_of(arguments),
    )
    return made, result


def key_of(arguments: Arguments) -> str:
    """The idempotency key of the call, "" without one."""
    once: Once[Any] = arguments.get("once", UNKEYED)
    return once.key


def dry(
    operation: Operation,
    arguments: Arguments,
    in_force: Iterable[PolicyInForce],
    *,
    first: Iterable[tuple[Operation, Arguments]] = (),
) -> Proposal:
    """What would come of it, `first` done before it. Nothing stays.

    :raises DomainError: as the service.
    """
    try:
        with transaction.atomic():
            with context.opened():
                for earlier, given in first:
                    earlier.service(**given)
            made, _ = run(operation, arguments, in_force)
            raise _Undone
    except _Undone:
        return made


def needed_for(
    operation: Operation,
    actor: Actor,
    before: Subject,
    after: Subject,
    in_force: Iterable[PolicyInForce],
) -> Needed | None:
    """The stages of the policies that apply, and somebody who may, if the actor himself may not.

    What reaches nobody yet (a draft) is free: putting it live is asked about.
    """
    if before.content == after.content or not (before.is_running or after.is_running):
        return None
    found = policies.needed(
        in_force, operation=operation.names, role=actor.role, facts=facts_of(before, after)
    )
    if actor.may(operation.permission):
        return found
    own = Stage(name="Somebody who may do it", permission=operation.permission)
    if found is None:
        return Needed(stages=(own,))
    return replace(found, stages=policies.joined([own, *found.stages]))


def facts_of(before: Subject, after: Subject) -> dict[str, Any]:
    """The facts of what will be; what is taken away is judged by what it was. The larger number counts."""
    found: dict[str, Any] = {**before.facts}
    for name, value in after.facts.items():
        was = found.get(name)
        found[name] = max(was, value) if _are_numbers(was, value) else value
    return found


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(one, int | float) and not isinstance(one, bool) for one in values)


def arguments_of(
    operation: Operation, stored: Mapping[str, Any], actor: Actor, now: datetime
) -> dict[str, Any]:
    """:raises OutdatedArguments: see `codec.decode`."""
    return {**codec.decode(stored, operation.specs), "actor": actor, "now": now}
