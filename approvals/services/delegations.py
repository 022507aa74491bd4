"""Absences: who may decide in whose place, from when to when. Contract: governance 2, beyond it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from approvals.models import Delegation
from core import audit, events
from core.actors import Actor, ActorKind
from core.errors import DomainError, InvalidPayload, MissingPermission, NotFound
from core.locking import lock, retried


class AlreadyAway(DomainError):
    status = 409
    key = "absence_overlaps"
    message = "Already away then"


class AbsenceOver(DomainError):
    status = 409
    key = "absence_over"
    message = "The absence is over"


@retried
@transaction.atomic
def create(
    *, person_id: int, stand_in_id: int, starts_at: datetime, ends_at: datetime, actor: Actor, now: datetime
) -> Delegation:
    """Let somebody decide in a person's place, from `starts_at` and before `ends_at`.

    Everybody says so for himself, whoever configures approvals for anybody. It does not pass on: who stands
    in and is away himself gives nobody the right to decide for both.

    :raises MissingPermission: it is somebody else's absence.
    :raises InvalidPayload: nobody to stand in, or no time that is still to come.
    :raises AlreadyAway: another stand-in is named for that time.
    """
    person = _locked_person(person_id)
    refuse_others(person_id, actor)
    made = Delegation(
        person=person,
        stand_in_id=stand_in_id,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=now,
    )
    _check(made, now)
    made.save(force_insert=True)
    audit.log(actor, "delegation.created", made, now=now, after=_facts(made))
    _tell("created", made, actor, now)
    return made


@retried
@transaction.atomic
def update(
    *,
    delegation_id: int,
    stand_in_id: int,
    starts_at: datetime,
    ends_at: datetime,
    actor: Actor,
    now: datetime,
) -> Delegation:
    """Name somebody else, or another time; what was decided meanwhile stays decided.

    :raises MissingPermission: it is somebody else's absence. :raises NotFound: it was taken back.
    :raises AbsenceOver: it stays as it was. :raises InvalidPayload, AlreadyAway: as for a new one.
    """
    found = _open(delegation_id, actor, now)
    before = _facts(found)
    found.stand_in_id, found.starts_at, found.ends_at = stand_in_id, starts_at, ends_at
    _check(found, now)
    old, new = audit.changes(before, _facts(found))
    if new:
        found.save(update_fields=["stand_in", "starts_at", "ends_at"])
        audit.log(actor, "delegation.updated", found, now=now, before=old, after=new)
        _tell("updated", found, actor, now)
    return found


@retried
@transaction.atomic
def end(*, delegation_id: int, actor: Actor, now: datetime) -> None:
    """He is back: from `now` on nobody decides in his place. One that has not begun is taken back.

    :raises MissingPermission: it is somebody else's absence. :raises NotFound: it was taken back.
    :raises AbsenceOver: it ended by itself.
    """
    found = _open(delegation_id, actor, now)
    before = _facts(found)
    if found.starts_at < now:
        found.ends_at = now
        found.save(update_fields=["ends_at"])
        old, new = audit.changes(before, _facts(found))
        audit.log(actor, "delegation.ended", found, now=now, before=old, after=new)
        _tell("ended", found, actor, now)
        return
    audit.log(actor, "delegation.deleted", found, now=now, before=before)
    _tell("deleted", found, actor, now)
    found.delete()


def may_set(person_id: int, actor: Actor) -> bool:
    """Everybody for himself, whoever configures approvals for anybody."""
    is_own = actor.kind is ActorKind.USER and actor.id == str(person_id)
    return is_own or actor.may("approvals.configure")


def refuse_others(person_id: int, actor: Actor) -> None:
    if not may_set(person_id, actor):
        raise MissingPermission("Everybody sets his own absence; the right approvals.configure sets others'.")


def _check(one: Delegation, now: datetime) -> None:
    stand_in = User.objects.filter(pk=one.stand_in_id, is_active=True, is_staff=True).first()
    if stand_in is None:
        raise InvalidPayload("Property .stand_in must be somebody who may sign in to the admin")
    if one.stand_in_id == one.person_id:
        raise InvalidPayload("Property .stand_in must be somebody else")
    if one.ends_at <= one.starts_at:
        raise InvalidPayload("Property .ends_at must be after .starts_at")
    if one.ends_at <= now:
        raise InvalidPayload("Property .ends_at must be in the future")
    others = Delegation.objects.filter(person=one.person_id).exclude(pk=one.pk)
    overlapping = others.filter(Q(starts_at__lt=one.ends_at) & Q(ends_at__gt=one.starts_at))
    first = overlapping.select_related("stand_in").order_by("starts_at", "pk").first()
    if first is not None:
        raise AlreadyAway(f"{first.stand_in} stands in already for a part of that time: change that absence.")


def _open(delegation_id: int, actor: Actor, now: datetime) -> Delegation:
    """The absence, with its person locked."""
    person_id = Delegation.objects.filter(pk=delegation_id).values_list("person", flat=True).first()
    found = None
    if person_id is not None:
        _locked_person(person_id)
        found = Delegation.objects.filter(pk=delegation_id).first()
    if found is None:
        raise NotFound.of("delegation", str(delegation_id))
    refuse_others(found.person_id, actor)
    if found.ends_at <= now:
        raise AbsenceOver("It is over, and stays as it was.")
    return found


def _locked_person(person_id: int) -> User:
    """One absence of a person after the other: two must not overlap."""
    rows = lock(User.objects.filter(pk=person_id, is_active=True, is_staff=True))
    if not rows:
        raise InvalidPayload("Property .person must be somebody who may sign in to the admin")
    return rows[0]


def _facts(one: Delegation) -> dict[str, Any]:
    return {
        "person": str(one.person),
        "stand_in": str(one.stand_in),
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
    }


def _tell(verb: str, one: Delegation, actor: Actor, now: datetime) -> None:
    payload = {"person": one.person_id, "stand_in": one.stand_in_id}
    events.emit(f"delegation.{verb}", entity=one, actor=actor, now=now, payload=payload)
