"""Which policies something would meet, and why: the gate's own judgement, without a trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from approvals import policies, proposals, registry
from approvals.models import ApprovalRequest
from approvals.policies import Judgement, Needed, PolicyInForce, Stage
from approvals.registry import Operation, Subject, Trial
from approvals.selectors import people, staffing
from approvals.selectors import policies as known
from approvals.services.requests import vars_of
from approvals.staffing import unfilled
from core.actors import Actor, ActorKind


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """`needed` None: it is done at once, or refused, as `is_refused` says.

    `judgements` are of all policies in force. `deciders` are those of each stage; `short` names a stage for
    which nobody would be left, since everybody says yes once.
    """

    operation: Operation
    role: str
    facts: Mapping[str, Any]
    judgements: tuple[Judgement, ...]
    needed: Needed | None
    is_refused: bool
    deciders: tuple[tuple[Stage, list[User]], ...] = ()
    short: str = ""


def by_hand(*, operation: str, role: str, facts: Mapping[str, Any], now: datetime) -> Simulation:
    """What this operation with these facts would meet, if somebody of this role asked for it.

    :raises LookupError: there is no such operation.
    """
    found = registry.operation(operation)
    in_force = known.in_force()
    actor = _somebody(role)
    return _told(found, actor, facts, in_force, _needed(found, actor, facts, in_force), now)


def tried(*, trial: Trial, id: str, role: str, now: datetime) -> Simulation:
    """What putting a thing into effect would meet: the service itself runs, and is undone.

    What is in effect already is judged by what it is now, as if somebody changed it.

    :raises DomainError: as the service.
    """
    actor = _somebody(role)
    name, arguments = trial.proposed(id, actor, now)
    found = registry.operation(name)
    in_force = known.in_force()
    proposal = proposals.dry(found, arguments, in_force)
    changes = proposal.before.content != proposal.after.content
    needed = proposal.needed if changes else _needed(found, actor, proposal.facts, in_force)
    return _told(found, actor, proposal.facts, in_force, needed, now)


def _somebody(role: str) -> Actor:
    return Actor(kind=ActorKind.USER, id="", label="Simulation", role=role, channel="ADMIN")


def _needed(
    operation: Operation, actor: Actor, facts: Mapping[str, Any], in_force: list[PolicyInForce]
) -> Needed | None:
    """As the gate asks, of a change of something that is in effect."""
    before = Subject(type="", content={"changed": False})
    after = Subject(type="", content={"changed": True}, facts=facts)
    return proposals.needed_for(operation, actor, before, after, in_force)


def _told(
    operation: Operation,
    actor: Actor,
    facts: Mapping[str, Any],
    in_force: list[PolicyInForce],
    needed: Needed | None,
    now: datetime,
) -> Simulation:
    may_ask = actor.may(operation.permission) or actor.proposes(operation.permission)
    stages = needed.stages if needed and may_ask else ()
    short = unfilled(staffing.posts_of(stages))
    return Simulation(
        operation=operation,
        role=actor.role,
        facts=facts,
        judgements=tuple(
            policies.judge(one, operation=operation.names, role=actor.role, facts=facts) for one in in_force
        ),
        needed=needed if may_ask else None,
        is_refused=not may_ask,
        deciders=tuple((stage, _deciders(stage, now)) for stage in stages),
        short=short.name if short else "",
    )


def _deciders(stage: Stage, now: datetime) -> list[User]:
    """Of a request that is not filed."""
    return people.deciders(ApprovalRequest(stages=[vars_of(stage)]), now)
