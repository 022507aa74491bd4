"""Whose turn it is: the requests that one person may decide now, and those that he waits for.

The same answer as `people.decides_as` gives for one request, for all of them at once: the number of queries
does not grow with the requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import (
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce

from approvals.models import OPEN, ApprovalRequest, Decision, Delegation
from approvals.selectors import requests as known
from core.actors import ActorKind, Role
from core.places import PLACES, Limit
from core.selectors.areas import within
from core.staff import staff_allows, staff_places, staff_role

_NOTHING: Final = Q(pk__in=())


class _OfStage(Func):
    """What the stage that a request waits at says: its group, or its permission."""

    template = "(%(expressions)s ->> '%(key)s')"
    arg_joiner = " -> "
    output_field = TextField()

    def __init__(self, key: str) -> None:
        super().__init__(F("stages"), F("stage"), key=key)


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """Conditions on `rows()`: to decide by this person now; open, and his own or approved by him; closed."""

    mine: Q
    waiting: Q
    decided: Q


def rows() -> QuerySet[ApprovalRequest]:
    """All requests with what the stage asks for, and how many others about the same thing are open."""
    about = {"target_type": OuterRef("target_type"), "target_id": OuterRef("target_id"), "state__in": OPEN}
    others = ApprovalRequest.objects.filter(~Q(target_id=""), ~Q(pk=OuterRef("pk")), **about)
    counted = others.order_by().values("target_id").annotate(number=Count("pk")).values("number")
    said_yes = Decision.objects.filter(
        request=OuterRef("pk"),
        revision=OuterRef("revision"),
        stage=OuterRef("stage"),
        verdict=Decision.Verdict.APPROVE,
    )
    yes = said_yes.order_by().values("request").annotate(number=Count("pk")).values("number")
    return known.listed().annotate(
        stage_group=_OfStage("group"),
        stage_permission=_OfStage("permission"),
        related=_number(counted),
        said_yes=_number(yes),
    )


def of(user: Any, now: datetime) -> Inbox:
    me = str(user.pk)
    of_now = Decision.objects.filter(request=OuterRef("pk"), revision=OuterRef("revision"))
    has_spoken = Exists(of_now.filter(actor_kind=ActorKind.USER, actor_id=me))
    is_own = Q(requester_id=me) | Q(last_editor_id=me)
    turn = _turn(user, now)
    if staff_allows(user, "approvals.decide"):
        turn |= Q(Exists(of_now.filter(verdict=Decision.Verdict.EMERGENCY)), allows_emergency=True)
    pending = Q(state=ApprovalRequest.State.PENDING)
    own = staff_places(user)
    if own is not None:
        turn &= Q(
            **{f"facts__{PLACES}__contained_by": within(Limit(own)), f"facts__{PLACES}__0__isnull": False}
        )
    return Inbox(
        mine=pending & ~is_own & turn & ~Q(has_spoken),
        waiting=Q(state__in=OPEN) & (is_own | Q(has_spoken)),
        decided=~Q(state__in=OPEN),
    )


def number_waiting(user: Any, now: datetime) -> int:
    """How many requests wait for this person; two queries if none waits for anybody."""
    return rows().filter(of(user, now).mine).count()


def _turn(user: Any, now: datetime) -> Q:
    """The stages at which this person, or one whom he stands in for, decides."""
    pending = ApprovalRequest.objects.filter(state=ApprovalRequest.State.PENDING)
    asked = pending.annotate(group=_OfStage("group"), permission=_OfStage("permission"))
    stages = list(asked.order_by().values_list("group", "permission").distinct())
    if not stages or not (user.is_active and user.is_staff):
        return _NOTHING
    prefetch_related_objects([user], "groups")
    members = _members(group for group, _ in stages if group)
    away = Delegation.objects.filter(stand_in=user, starts_at__lte=now, ends_at__gt=now)
    people = [one.person for one in away.select_related("person").prefetch_related("person__groups")]
    persons = [user, *(person for person in people if person.is_active and person.is_staff)]
    return reduce(or_, (_turn_of(person, stages, members) for person in persons))


def _turn_of(person: Any, stages: Iterable[tuple[str, str]], members: Mapping[str, set[str]]) -> Q:
    """In the stages' groups, or in the group that was told when it was overdue."""
    me = str(person.pk)
    found = Q(escalated_at__isnull=False, escalate_to__in=[group.name for group in person.groups.all()])
    is_admin = staff_role(person) is Role.ADMIN
    may_decide = staff_allows(person, "approvals.decide")
    for group, permission in stages:
        if not group:
            if may_decide and staff_allows(person, permission):
                found |= Q(stage_group="", stage_permission=permission)
        elif me in members.get(group, ()):
            found |= Q(stage_group=group)
        elif is_admin:
            found |= Q(stage_group=group) & _nobody_else(members.get(group, set()))
    return found & ~Q(requester_id=me) & ~Q(last_editor_id=me)


def _nobody_else(members: set[str]) -> Q:
    """All members of a group asked for it or changed it last: an administrator decides in their place."""
    match sorted(members):
        case []:
            return Q()
        case [one]:
            return Q(requester_id=one) | Q(last_editor_id=one)
        case [one, two]:
            return Q(requester_id=one, last_editor_id=two) | Q(requester_id=two, last_editor_id=one)
    return _NOTHING


def _members(groups: Iterable[str]) -> dict[str, set[str]]:
    staff = User.objects.filter(is_active=True, is_staff=True, groups__name__in=set(groups))
    found: dict[str, set[str]] = {}
    for group, pk in staff.values_list("groups__name", "pk"):
        found.setdefault(group, set()).add(str(pk))
    return found


def _number(counted: Any) -> Coalesce:
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
