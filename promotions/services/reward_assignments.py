"""Rewards in programmes, with their prices in points. Contract: loyalty 8.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from approvals.gate import gated
from core import audit, events
from core.actors import Actor
from core.errors import DomainError, DuplicateFound, InvalidPayload, NotFound
from core.locking import lock
from promotions.models import Campaign, Reward, RewardAssignment, ValidationRule
from promotions.services.protection import refuse_protected

MOST_POINTS: Final = 10**12
MOST_ASSIGNMENTS: Final = 200
_COLUMNS: Final = ("points", "auto_redeem", "limit_per_card", "stock")


class MissingParam(DomainError):
    key = "missing_param"
    message = "Missing param"


@dataclass(frozen=True, kw_only=True)
class AssignmentSpec:
    """`values` are columns: points, auto_redeem, limit_per_card, stock; `rule` is a public id or None. What
    is left out stays.
    """

    values: Mapping[str, Any] = field(default_factory=dict)


@gated("reward_assignments.create")
@transaction.atomic
def create(
    *, reward_id: int, campaign_id: int, spec: AssignmentSpec, actor: Actor, now: datetime
) -> RewardAssignment:
    """Let a programme offer a reward.

    :raises MissingParam: no price, where one is needed.
    :raises DuplicateFound: it offers this reward already.
    :raises InvalidPayload: values that mean nothing, or points of the programme itself.
    :raises NotFound: no such reward, programme or conditions.
    :raises ResourceProtected: the programme is write-protected.
    """
    campaign, reward = _locked_campaign(campaign_id), _reward(reward_id)
    refuse_protected(campaign, actor)
    if reward.campaign_id == campaign.pk:
        raise InvalidPayload("A programme cannot give its own points for points.")
    offered = RewardAssignment.objects.filter(campaign=campaign, deleted_at=None)
    if offered.filter(reward=reward).exists():
        raise DuplicateFound(
            f"{campaign.name} offers this reward already.",
            resource_id=reward.public_id,
            resource_type="reward_assignment",
        )
    if offered.count() >= MOST_ASSIGNMENTS:
        raise InvalidPayload(f"A programme offers at most {MOST_ASSIGNMENTS} rewards.")
    row = RewardAssignment(reward=reward, campaign=campaign, created_at=now)
    _set(row, spec.values)
    _check(row)
    row.save(force_insert=True)
    audit.log(actor, "reward_assignment.created", row, now=now, after=described(row))
    _say("created", row, actor, now)
    return row


@gated("reward_assignments.update")
@transaction.atomic
def update(*, assignment_id: int, spec: AssignmentSpec, actor: Actor, now: datetime) -> RewardAssignment:
    """Change the price or its terms, for whoever takes it from now on.

    :raises DomainError: as `create`. :raises NotFound: it was taken out.
    """
    row = _locked(assignment_id, actor)
    before = described(row)
    _set(row, spec.values)
    _check(row)
    old, new = audit.changes(before, described(row))
    if new:
        row.updated_at = now
        row.save(update_fields=[*_COLUMNS, "rule", "updated_at"])
        audit.log(actor, "reward_assignment.updated", row, now=now, before=old, after=new)
        _say("updated", row, actor, now)
    return row


@gated("reward_assignments.delete")
@transaction.atomic
def delete(*, assignment_id: int, actor: Actor, now: datetime) -> None:
    """The programme no longer offers it; prices that tiers had for it mean nothing any more.

    :raises NotFound: it was taken out before. :raises ResourceProtected: the programme is write-protected.
    """
    row = _locked(assignment_id, actor)
    row.deleted_at = row.updated_at = now
    row.save(update_fields=["deleted_at", "updated_at"])
    audit.log(actor, "reward_assignment.deleted", row, now=now, before=described(row))
    _say("deleted", row, actor, now)


@transaction.atomic
def unblock(*, assignment_id: int, actor: Actor, now: datetime) -> RewardAssignment:
    """Let a reward redeem itself again, after it ran away (contract: loyalty 8.5).

    :raises NotFound: it was taken out. :raises ResourceProtected: the programme is write-protected.
    """
    row = _locked(assignment_id, actor)
    if row.is_blocked:
        row.is_blocked, row.updated_at = False, now
        row.save(update_fields=["is_blocked", "updated_at"])
        audit.log(actor, "reward_assignment.unblocked", row, now=now)
    return row


@transaction.atomic
def block(*, assignment_id: int, actor: Actor, now: datetime) -> None:
    """It redeemed itself more often than anybody can have meant: no more before somebody looked at it."""
    RewardAssignment._base_manager.filter(pk=assignment_id).update(is_blocked=True, updated_at=now)
    row = RewardAssignment._base_manager.get(pk=assignment_id)
    audit.log(actor, "reward_assignment.blocked", row, now=now)


def described(row: RewardAssignment) -> dict[str, Any]:
    """What somebody sees of it who says yes to a change, or reads what was done."""
    return {
        "reward": row.reward.name,
        "campaign": row.campaign.name,
        **{name: getattr(row, name) for name in _COLUMNS},
        "rule": row.rule.public_id if row.rule else None,
    }


def _set(row: RewardAssignment, values: Mapping[str, Any]) -> None:
    for name in _COLUMNS:
        if name in values:
            setattr(row, name, bool(values[name]) if name == "auto_redeem" else values[name])
    if "rule" in values:
        row.rule = _rule(values["rule"]) if values["rule"] else None


def _rule(public_id: str) -> ValidationRule:
    found = ValidationRule.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound.of("validation_rules", public_id)
    return found


def _check(row: RewardAssignment) -> None:
    if row.reward.type == Reward.Type.COIN:
        if row.points is not None or row.auto_redeem:
            raise InvalidPayload("Paying with points has no price, and nothing to redeem by itself.")
    elif row.points is None:
        raise MissingParam("Parameter 'parameters.loyalty' is required")
    elif not 1 <= row.points <= MOST_POINTS:
        raise InvalidPayload("parameters.loyalty.points must be a whole number of at least 1.")
    if row.limit_per_card is not None and not 1 <= row.limit_per_card <= 2**31 - 1:
        raise InvalidPayload("limit_per_card must be a whole number of at least 1, or null.")
    if row.stock is not None and not row.redeemed <= row.stock <= 2**31 - 1:
        raise InvalidPayload(
            f"stock: at least what was given already ({row.redeemed}), or null for no limit."
        )
    if row.auto_redeem:
        others = RewardAssignment.objects.filter(campaign=row.campaign, deleted_at=None, auto_redeem=True)
        if others.exclude(pk=row.pk).exists():
            raise InvalidPayload(
                "auto_redeem: one reward of a programme redeems itself; another one does already."
            )


def _reward(reward_id: int) -> Reward:
    found = Reward.objects.select_related("campaign").filter(pk=reward_id, deleted_at=None).first()
    if found is None:
        raise NotFound.of("reward", str(reward_id))
    return found


def _locked_campaign(campaign_id: int) -> Campaign:
    rows = lock(Campaign.objects.filter(pk=campaign_id, deleted_at=None))
    if not rows or rows[0].campaign_type != Campaign.CampaignType.LOYALTY_PROGRAM:
        raise NotFound.of("campaign", str(campaign_id))
    return rows[0]


def _locked(assignment_id: int, actor: Actor) -> RewardAssignment:
    named = RewardAssignment.objects.filter(pk=assignment_id, deleted_at=None).first()
    if named is None:
        raise NotFound.of("reward_assignment", str(assignment_id))
    refuse_protected(_locked_campaign(named.campaign_id), actor)
    if not lock(RewardAssignment.objects.filter(pk=assignment_id, deleted_at=None)):
        raise NotFound.of("reward_assignment", str(assignment_id))
    return RewardAssignment.objects.select_related("reward", "campaign", "rule").get(pk=assignment_id)


def _say(what: str, row: RewardAssignment, actor: Actor, now: datetime) -> None:
    payload = {
        "assignment_id": row.public_id,
        "reward_id": row.reward.public_id,
        "campaign_id": row.campaign.public_id,
    }
    events.emit(f"campaign.reward.assignment.{what}", entity=row, actor=actor, now=now, payload=payload)
