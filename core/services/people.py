"""People of the project, and the roles that groups give them, over the management API (data file 19).

One deployment is one project: who has a role works in it, who has none is known but not assigned. A role is
one of the groups of `core.staff`; duties beside it (Finance, Reviewer) stay as they are until somebody is
unassigned. Owners are superusers: they are looked after in the admin, by each other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import Group, User
from django.db import transaction

from core import audit
from core.actors import Actor, Role
from core.errors import DomainError, Forbidden, InvalidPayload, NotFound, ResourceProtected
from core.locking import lock
from core.staff import OPENS, ROLE_GROUPS, staff_role

_WIRE_PREFIX: Final = "user_"
_LARGEST_PK: Final = 2**31 - 1


class UsedIncorrectRole(DomainError):
    key = "used_incorrect_role"
    message = "Used incorrect role"


class UserNotAssigned(DomainError):
    key = "user_not_assigned"
    message = "User not assigned"


def wire_id(person: User) -> str:
    return f"{_WIRE_PREFIX}{person.pk}"


def role_of(person: User) -> Role | None:
    """What he may in the project; None: he is not assigned to it."""
    return staff_role(person)


def group_of(role: str) -> str:
    """The name of the group that gives a role.

    :raises UsedIncorrectRole: there is no such role.
    """
    found = next((name for name, given in ROLE_GROUPS.items() if given == role), None)
    if found is None:
        known = ", ".join(dict.fromkeys(ROLE_GROUPS.values()))
        raise UsedIncorrectRole(f"There is no role {role[:40]!r}. Send one of {known}.")
    return found


def assigned() -> list[User]:
    """Everybody who works in the project, by login, with groups. Two queries."""
    people = User.objects.filter(is_staff=True, is_active=True).prefetch_related("groups")
    return [person for person in people.order_by("username") if role_of(person) is not None]


def get(*, user_id: str) -> User:
    """:raises NotFound: nobody has this id."""
    digits = user_id.removeprefix(_WIRE_PREFIX)
    is_wire_id = user_id.startswith(_WIRE_PREFIX) and digits.isascii() and digits.isdigit()
    pk = int(digits[:12]) if is_wire_id else 0
    person = User.objects.filter(pk=pk).first() if pk <= _LARGEST_PK else None
    if person is None or wire_id(person) != user_id:
        raise NotFound.of("user", user_id)
    return person


def by_login(*, login: str) -> User:
    """:raises NotFound: nobody signs in under this name."""
    person = User.objects.filter(username=login).first() or User.objects.filter(email__iexact=login).first()
    if person is None or not login:
        raise NotFound.of("user", login)
    return person


@transaction.atomic
def assign(*, person: User, role: str, actor: Actor, now: datetime) -> User:
    """Let somebody who is known work in the project.

    :raises UsedIncorrectRole: there is no such role.
    :raises InvalidPayload: he has a role already.
    """
    group = group_of(role)

    def give(locked: User) -> None:
        if role_of(locked) is not None:
            raise InvalidPayload("This user works in the project already. Change the role instead.")
        _put_into(locked, group)

    return _changed(person.pk, give, actor, now)


@transaction.atomic
def change_role(*, person: User, role: str, actor: Actor, now: datetime) -> User:
    """Give somebody another role.

    :raises UsedIncorrectRole: there is no such role.
    :raises UserNotAssigned: he has none yet.
    :raises Forbidden: he is an owner.
    :raises ResourceProtected: he is the last administrator.
    """
    group = group_of(role)

    def swap(locked: User) -> None:
        _must_be_assigned(locked)
        _put_into(locked, group)

    return _changed(person.pk, swap, actor, now)


@transaction.atomic
def unassign(*, person: User, actor: Actor, now: datetime) -> None:
    """Take all of somebody's rights; from his next click on he is outside. The account stays.

    :raises UserNotAssigned: he has none.
    :raises Forbidden: he is an owner.
    :raises ResourceProtected: he is the last administrator.
    """

    def take(locked: User) -> None:
        _must_be_assigned(locked)
        locked.groups.remove(*Group.objects.filter(name__in=OPENS))
        locked.is_staff = False

    _changed(person.pk, take, actor, now)


def facts(person: User) -> dict[str, Any]:
    """What the audit log says of a person: as the admin's own pages write it."""
    names = ("username", "email", "first_name", "last_name", "is_active", "is_staff", "is_superuser")
    groups = sorted(person.groups.values_list("name", flat=True))
    return {**{name: getattr(person, name) for name in names}, "groups": groups}


def _must_be_assigned(person: User) -> None:
    if role_of(person) is None:
        raise UserNotAssigned("This user does not work in the project.")
    if person.is_superuser:
        raise Forbidden("Owners are looked after by other owners, in the admin.")


def _put_into(person: User, group: str) -> None:
    person.groups.remove(*Group.objects.filter(name__in=ROLE_GROUPS).exclude(name=group))
    person.groups.add(Group.objects.get(name=group))
    person.is_staff = person.is_active = True


def _changed(pk: int, change: Callable[[User], None], actor: Actor, now: datetime) -> User:
    """One at a time: two administrators who leave at once must not both believe that the other one stays."""
    lock(Group.objects.filter(name__in=OPENS))
    person = lock(User.objects.filter(pk=pk))[0]
    before, was_admin = facts(person), role_of(person) == Role.ADMIN
    change(person)
    person.save(update_fields=["is_staff", "is_active"])
    fresh = User.objects.get(pk=pk)
    if (
        was_admin
        and role_of(fresh) != Role.ADMIN
        and not any(role_of(other) == Role.ADMIN for other in assigned())
    ):
        raise ResourceProtected("This is the last administrator. Make somebody else one first.")
    old, new = audit.changes(before, facts(fresh))
    audit.log(actor, "user.updated", fresh, now=now, before=old, after=new)
    return fresh
