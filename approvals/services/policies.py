"""Policies: who has to say yes to what. They can ask for a yes to changes of policies, too.

Contract: governance 2, beyond it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from approvals import codec, policy_shapes
from approvals.gate import gated
from approvals.models import Policy, PolicyVersion
from approvals.policies import PolicyContent
from approvals.selectors import policies as known
from approvals.selectors import staffing
from core import audit, events
from core.actors import Actor
from core.errors import DuplicateFound, InvalidPayload, NotFound
from core.locking import lock, retried

PERMISSION: Final = "approvals.configure"
MOST_POLICIES: Final = 100
LONGEST_NAME: Final = 120
LONGEST_DESCRIPTION: Final = 2_000
_KEPT_OF_A_GONE_NAME: Final = 80


class LocksOut(InvalidPayload):
    key = "policy_locks_out"
    message = "Nobody could say yes"


@dataclass(frozen=True, kw_only=True)
class PolicySpec:
    """What a caller says about a policy; None: not sent. A new one needs a name and its content."""

    name: str | None = None
    description: str | None = None
    content: PolicyContent | None = None


@gated("policies.create")
@retried
@transaction.atomic
def create(*, spec: PolicySpec, actor: Actor, now: datetime, is_active: bool = True) -> Policy:
    """Make a policy, the last one in order. In force it is asked from now on.

    :raises InvalidPayload: what does not fit, by its property: also a group that is not there.
    :raises LocksOut: it is to be in force, and nobody could ever say yes.
    :raises DuplicateFound: the name is taken.
    """
    if spec.name is None or spec.content is None:
        raise InvalidPayload(f"Property .{'content' if spec.name else 'name'} is required")
    others = _all()
    if len(others) >= MOST_POLICIES:
        raise InvalidPayload(f"There are {MOST_POLICIES} policies already, which is the most there can be")
    policy = Policy(
        name="",
        is_active=is_active,
        position=max((one.position for one in others), default=0) + 1,
        content={},
        version=0,
        created_at=now,
    )
    _take_over(policy, spec)
    _refuse_what_locks_out(policy)
    _save(policy, is_new=True)
    _keep_version(policy, actor, now)
    after = known.content_of(policy)
    audit.log(actor, "policy.created", policy, now=now, after=after)
    _tell("created", policy, actor, now)
    return policy


@gated("policies.update")
@retried
@transaction.atomic
def update(*, policy_id: int, spec: PolicySpec, actor: Actor, now: datetime) -> Policy:
    """Change what was sent. Requests that were filed keep the version they were filed under.

    :raises InvalidPayload: what does not fit, by its property: also a group that is not there.
    :raises LocksOut: it is in force, and nobody could ever say yes.
    :raises DuplicateFound: the name is taken. :raises NotFound: deleted in the meantime.
    """
    policy = _locked(policy_id)
    before = known.content_of(policy)
    _take_over(policy, spec)
    old, new = audit.changes(before, known.content_of(policy))
    if new:
        _refuse_what_locks_out(policy)
        policy.updated_at = now
        _save(policy)
        _keep_version(policy, actor, now)
        audit.log(actor, "policy.updated", policy, now=now, before=old, after=new)
        _tell("updated", policy, actor, now)
    return policy


@gated("policies.switch")
@retried
@transaction.atomic
def set_active(*, policy_id: int, is_active: bool, actor: Actor, now: datetime) -> Policy:
    """Put in or out of force; the second time nothing happens. Out of force nobody is asked because of it.

    :raises LocksOut: in force, nobody could ever say yes. :raises NotFound: deleted in the meantime.
    """
    policy = _locked(policy_id)
    if policy.is_active != is_active:
        policy.is_active, policy.updated_at = is_active, now
        _refuse_what_locks_out(policy)
        policy.save(update_fields=["is_active", "updated_at"])
        _keep_version(policy, actor, now)
        verb = "enabled" if is_active else "disabled"
        change: dict[str, Any] = {"before": {"active": not is_active}, "after": {"active": is_active}}
        audit.log(actor, f"policy.{verb}", policy, now=now, **change)
        _tell(verb, policy, actor, now)
    return policy


@gated("policies.move")
@retried
@transaction.atomic
def move(*, policy_id: int, position: int, actor: Actor, now: datetime) -> Policy:
    """Give a policy another place, from 1; those between move up or down by one. Stages are asked for in the
    order of policies.

    :raises InvalidPayload: there is no such place. :raises NotFound: deleted in the meantime.
    """
    rows = sorted(_all(), key=lambda one: (one.position, one.pk))
    moved = next((one for one in rows if one.pk == policy_id), None)
    if moved is None:
        raise NotFound.of("policy", str(policy_id))
    if not 1 <= position <= len(rows):
        raise InvalidPayload(f"Property .position must be a whole number from 1 to {len(rows)}")
    rows.remove(moved)
    rows.insert(position - 1, moved)
    _number(rows, actor, now)
    return moved


@gated("policies.delete")
@retried
@transaction.atomic
def delete(*, policy_id: int, actor: Actor, now: datetime) -> None:
    """It asks for nothing any more; its name is free. Its versions stay, requests that it filed too.

    :raises NotFound: deleted in the meantime.
    """
    policy = _locked(policy_id)
    before = known.content_of(policy)
    audit.log(actor, "policy.deleted", policy, now=now, before=before)
    policy.deleted_at = policy.updated_at = now
    policy.is_active = False
    _keep_version(policy, actor, now)
    policy.name = f"{policy.name[:_KEPT_OF_A_GONE_NAME]} ({policy.public_id})"
    policy.save(update_fields=["deleted_at", "updated_at", "is_active", "name"])
    _tell("deleted", policy, actor, now)
    rest = sorted(_all(), key=lambda one: (one.position, one.pk))
    _number(rest, actor, now)


def _take_over(policy: Policy, spec: PolicySpec) -> None:
    if spec.name is not None:
        name = spec.name.strip()
        if not name or len(name) > LONGEST_NAME:
            raise InvalidPayload(f"Property .name must be a text of at most {LONGEST_NAME} characters")
        policy.name = name
    if spec.description is not None:
        if len(spec.description) > LONGEST_DESCRIPTION:
            raise InvalidPayload(
                f"Property .description must be at most {LONGEST_DESCRIPTION} characters long"
            )
        policy.description = spec.description.strip()
    if spec.content is not None:
        content = policy_shapes.checked(spec.content)
        if wrong := staffing.missing_group(content):
            raise InvalidPayload(wrong)
        policy.content = content.to_json()


def _refuse_what_locks_out(policy: Policy) -> None:
    """Out of force it may wait for its people."""
    if policy.is_active:
        asked = known.as_asked(policy)
        if wrong := staffing.unstaffed(asked.content):
            raise LocksOut(wrong)
        others = [one for one in known.in_force() if one.id != policy.public_id]
        if wrong := staffing.locks_out([*others, asked]):
            raise LocksOut(wrong)


def _number(rows: Sequence[Policy], actor: Actor, now: datetime) -> None:
    """Let the places be those of the rows; each that changes is a version of its own."""
    for position, policy in enumerate(rows, start=1):
        if policy.position == position:
            continue
        before, policy.position, policy.updated_at = policy.position, position, now
        policy.save(update_fields=["position", "updated_at"])
        _keep_version(policy, actor, now)
        change: dict[str, Any] = {"before": {"position": before}, "after": {"position": position}}
        audit.log(actor, "policy.moved", policy, now=now, **change)
        _tell("moved", policy, actor, now)


def _all() -> list[Policy]:
    """All of them, locked: places are given out one after the other."""
    return lock(Policy.objects.filter(deleted_at=None))


def _locked(policy_id: int) -> Policy:
    """One of them; all are locked, since each is checked together with the others."""
    found = next((one for one in _all() if one.pk == policy_id), None)
    if found is None:
        raise NotFound.of("policy", str(policy_id))
    return found


def _save(policy: Policy, *, is_new: bool = False) -> None:
    try:
        with transaction.atomic():
            if is_new:
                policy.save(force_insert=True)
            else:
                policy.save(update_fields=["name", "description", "content", "updated_at"])
    except IntegrityError as error:
        raise DuplicateFound(f"Duplicated policy exists with name {policy.name}") from error


def _keep_version(policy: Policy, actor: Actor, now: datetime) -> None:
    policy.version += 1
    policy.save(update_fields=["version"])
    version = PolicyVersion(
        policy=policy,
        number=policy.version,
        name=policy.name,
        is_active=policy.is_active,
        position=policy.position,
        content=policy.content,
        created_at=now,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label[:200],
        channel=actor.channel,
    )
    version.sha256 = codec.digest(known.version_content(version))
    version.save(force_insert=True)


def _tell(verb: str, policy: Policy, actor: Actor, now: datetime) -> None:
    payload = {"policy_id": policy.public_id, "version": policy.version}
    events.emit(f"policy.{verb}", entity=policy, actor=actor, now=now, payload=payload)
