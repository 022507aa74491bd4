"""What a move would do, before anybody confirms it. Nothing stays.

The very service is run and undone, so that what is said is what will happen: whether it is refused, done at
once or asked about, and whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction

from approvals import proposals, registry
from approvals.models import ApprovalRequest
from approvals.policies import Stage
from approvals.selectors import people, policies
from approvals.selectors import requests as known
from approvals.services.requests import vars_of
from calendar_app.entering import Entry
from calendar_app.services import blackout_guard, move_collisions, moving
from calendar_app.services.move_collisions import Change
from calendar_app.services.moving import Target, Wish
from core.actors import Actor
from core.errors import DomainError, MissingPermission


class Outcome(StrEnum):
    DONE = "done"
    ASKED = "asked"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Preview:
    """`stages` have to say yes, each with the people who can. `warnings` are of soft blackouts that would be
    entered, `waiting` requests and planned changes of the same campaign that did not know of the move.
    """

    target: Target
    wish: Wish
    outcome: Outcome
    refusal: DomainError | None = None
    stages: tuple[tuple[Stage, tuple[User, ...]], ...] = ()
    collisions: Change = Change()
    warnings: tuple[Entry, ...] = ()
    waiting: tuple[ApprovalRequest, ...] = ()


def preview(*, wish: Wish, actor: Actor, now: datetime) -> Preview:
    """:raises NotFound: there is no such campaign or tier, or not for the actor."""
    target = moving.target_of(campaign_id=wish.campaign_id, tier_id=wish.tier_id)
    entered = blackout_guard.entered(moving.occasion(target, wish, now))
    found = {
        "target": target,
        "wish": wish,
        "collisions": move_collisions.change(target, wish, now),
        "warnings": tuple(entry for entry in entered if not entry.closure.is_hard),
        "waiting": tuple(known.open_about("campaign", target.campaign.public_id)),
    }
    try:
        stages = _asked(target, wish, actor, now)
    except DomainError as refusal:
        return Preview(**found, outcome=Outcome.REFUSED, refusal=refusal)  # type: ignore[arg-type]
    outcome = Outcome.ASKED if stages else Outcome.DONE
    with_people = tuple((stage, tuple(_deciders(stage, now))) for stage in stages)
    return Preview(**found, outcome=outcome, stages=with_people)  # type: ignore[arg-type]


def _asked(target: Target, wish: Wish, actor: Actor, now: datetime) -> tuple[Stage, ...]:
    """:raises DomainError: it would be refused."""
    moving.check(target, wish, now)
    if target.tier is not None:
        operation = registry.operation("promotions.update")
        arguments = {"tier_id": target.tier.pk, "spec": moving.tier_spec(target, wish)}
    else:
        operation = registry.operation("campaigns.update")
        arguments = {"campaign_id": target.campaign.pk, "spec": moving.campaign_spec(target, wish)}
    if not actor.gets_to(operation.permission):
        raise MissingPermission("You may look at it, and others may move it.")
    given = {**arguments, "actor": actor, "now": now}
    with transaction.atomic():
        made = proposals.dry(operation, given, policies.in_force())
    return made.needed.stages if made.needed else ()


def _deciders(stage: Stage, now: datetime) -> list[User]:
    """Of a request that is not filed."""
    return people.deciders(ApprovalRequest(stages=[vars_of(stage)]), now)
