"""Who may decide about a request, and who should be told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Q

from approvals.models import ApprovalRequest, Delegation
from approvals.policies import Stage
from core.actors import Actor, ActorKind, Role
from core.places import PLACES, Limit
from core.staff import ROLE_GROUPS, look_up_places, staff_allows, staff_places, staff_role


def stage_of(request: ApprovalRequest) -> Stage | None:
    """The stage that a request waits at; None: it has passed all of them."""
    left = request.stages[request.stage :]
    return Stage(**left[0]) if left else None


def decides_as(request: ApprovalRequest, actor: Actor, now: datetime) -> str | None:
    """Whether somebody may decide at the request's present stage: "" in his own right, the name of whom he
    stands in for, or None.
    """
    stage = stage_of(request)
    if stage is None:
        return None
    if actor.kind is not ActorKind.USER:
        if not _works_there(actor.places, request):
            return None
        is_free = not stage.group and actor.kind is ActorKind.API_KEY
        return "" if is_free and actor.may("approvals.decide") and actor.may(stage.permission) else None
    user = User.objects.filter(pk=actor.id, is_active=True, is_staff=True).first()
    if user is None or not _works_there(staff_places(user), request):
        return None
    taken = (request.requester_id, request.last_editor_id)
    told = _told_when_overdue(request)
    if _is_of(user, stage, taken) or _is_in(user, told):
        return ""
    away = Delegation.objects.filter(stand_in=user, starts_at__lte=now, ends_at__gt=now)
    people = (one.person for one in away.select_related("person").order_by("pk"))
    return next(
        (
            person.get_full_name() or person.get_username()
            for person in people
            if str(person.pk) not in taken
            and person.is_active
            and person.is_staff
            and _works_there(staff_places(person), request)
            and (_is_of(person, stage, taken) or _is_in(person, told))
        ),
        None,
    )


def deciders(request: ApprovalRequest, now: datetime) -> list[User]:
    """The people who may decide at the present stage, those who stand in for them included."""
    stage = stage_of(request)
    if stage is None:
        return []
    taken = (request.requester_id, request.last_editor_id)
    found = {person.pk: person for person in members(stage) if str(person.pk) not in taken}
    found = found or {person.pk: person for person in administrators() if str(person.pk) not in taken}
    found |= {one.pk: one for one in of_group(_told_when_overdue(request)) if str(one.pk) not in taken}
    away = Delegation.objects.filter(person__in=found, starts_at__lte=now, ends_at__gt=now)
    for one in away.select_related("stand_in"):
        if one.stand_in.is_active and one.stand_in.is_staff and str(one.stand_in.pk) not in taken:
            found[one.stand_in.pk] = one.stand_in
    look_up_places(found.values())
    there = (person for person in found.values() if _works_there(staff_places(person), request))
    return sorted(there, key=lambda person: person.pk)


def _works_there(own: frozenset[str] | None, request: ApprovalRequest) -> bool:
    """Who works in single areas decides only about what lies wholly within them."""
    return own is None or Limit(own).contains(request.facts.get(PLACES, ()))


def _is_of(user: User, stage: Stage, taken: Iterable[str]) -> bool:
    """A member of the stage's group; an administrator where the group has nobody else who may."""
    if not stage.group:
        return staff_allows(user, "approvals.decide") and staff_allows(user, stage.permission)
    if user.groups.filter(name=stage.group).exists():
        return True
    others = [person for person in members(stage) if str(person.pk) not in taken]
    return not others and staff_role(user) is Role.ADMIN


def _told_when_overdue(request: ApprovalRequest) -> str:
    """The group whose members decide beside those of the stage, once the request was overdue; "" for none."""
    return request.escalate_to if request.escalated_at is not None else ""


def _is_in(user: User, group: str) -> bool:
    return bool(group) and user.is_staff and user.groups.filter(name=group).exists()


def of_group(name: str) -> list[User]:
    """The people of a group who may sign in here."""
    staff = User.objects.filter(is_active=True, is_staff=True, groups__name=name)
    return list(staff.order_by("pk").distinct()) if name else []


def members(stage: Stage) -> list[User]:
    """Whom the stage asks."""
    if stage.group:
        return of_group(stage.group)
    staff = list(User.objects.filter(is_active=True, is_staff=True).order_by("pk"))
    look_up_places(staff)
    return [
        person
        for person in staff
        if staff_allows(person, "approvals.decide") and staff_allows(person, stage.permission)
    ]


def administrators() -> list[User]:
    """The people who may do everything, with or without superuser rights."""
    names = [name for name, role in ROLE_GROUPS.items() if role is Role.ADMIN]
    is_admin = Q(is_superuser=True) | Q(groups__name__in=names)
    return list(User.objects.filter(is_admin, is_active=True, is_staff=True).order_by("pk").distinct())
