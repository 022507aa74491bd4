"""Who may decide about a request, and who should be told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q

from approvals.models import ApprovalRequest, Delegation
from approvals.policies import Stage
from core.actors import Actor, ActorKind, Role
from core.staff import staff_allows, staff_role


def stage_of(request: ApprovalRequest) -> Stage | None:
    """The stage that a request waits at; None: it has passed all of them."""
    return Stage(**request.stages[request.stage]) if request.stage < len(request.stages) else None


def decides_as(request: ApprovalRequest, actor: Actor, now: datetime) -> str | None:
    """Whether somebody may decide at the request's present stage: "" in his own right, the name of whom he
    stands in for, or None.
    """
    stage = stage_of(request)
    if stage is None:
        return None
    if actor.kind is not ActorKind.USER:
        is_free = not stage.group and actor.kind is ActorKind.API_KEY
        return "" if is_free and actor.may("approvals.decide") and actor.may(stage.permission) else None
    user = User.objects.filter(pk=actor.id, is_active=True, is_staff=True).first()
    if user is None:
        return None
    taken = (request.requester_id, request.last_editor_id)
    if _is_of(user, stage, taken):
        return ""
    away = Delegation.objects.filter(stand_in=user, starts_at__lte=now, ends_at__gt=now)
    people = (one.person for one in away.select_related("person").order_by("pk"))
    return next(
        (
            person.get_full_name() or person.get_username()
            for person in people
            if str(person.pk) not in taken and person.is_active and _is_of(person, stage, taken)
        ),
        None,
    )


def deciders(request: ApprovalRequest, now: datetime) -> list[User]:
    """The people who may decide at the present stage, those who stand in for them included."""
    stage = stage_of(request)
    if stage is None:
        return []
    taken = (request.requester_id, request.last_editor_id)
    found = {person.pk: person for person in _members(stage) if str(person.pk) not in taken}
    found = found or {person.pk: person for person in _admins() if str(person.pk) not in taken}
    away = Delegation.objects.filter(person__in=found, starts_at__lte=now, ends_at__gt=now)
    for one in away.select_related("stand_in"):
        if one.stand_in.is_active and str(one.stand_in.pk) not in taken:
            found[one.stand_in.pk] = one.stand_in
    return sorted(found.values(), key=lambda person: person.pk)


def _is_of(user: User, stage: Stage, taken: Iterable[str]) -> bool:
    """A member of the stage's group; an administrator where the group has nobody else who may."""
    if not stage.group:
        return staff_allows(user, "approvals.decide") and staff_allows(user, stage.permission)
    if user.groups.filter(name=stage.group).exists():
        return True
    others = [person for person in _members(stage) if str(person.pk) not in taken]
    return not others and staff_role(user) is Role.ADMIN


def _members(stage: Stage) -> list[User]:
    staff: Any = User.objects.filter(is_active=True, is_staff=True).order_by("pk").distinct()
    if stage.group:
        return list(staff.filter(groups__name=stage.group))
    return [
        person
        for person in staff.prefetch_related("groups")
        if staff_allows(person, "approvals.decide") and staff_allows(person, stage.permission)
    ]


def _admins() -> list[User]:
    is_admin = Q(is_superuser=True) | Q(groups__name__in=["Admin", "Administrator"])
    return list(User.objects.filter(is_admin, is_active=True, is_staff=True).order_by("pk").distinct())
