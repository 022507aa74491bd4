"""Who people of the admin are: groups give roles and duties, and nothing else opens anything.

Rights are asked in one way, of an `Actor`: a person, a key and a process of the house alike. Rights of
Django's own, of a person or a group, open nothing: a service could not ask for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import prefetch_related_objects

from core.actors import Actor, ActorKind, Role, limited_by
from core.models import ApiKey, PersonAssignment
from core.models.areas import with_places

# The names of the groups, strongest first: who is in several has the first of these roles. `Admin` and
# `User` are the contract's words for `Administrator` and `Marketer`.
ROLE_GROUPS: Final = {
    "Administrator": Role.ADMIN,
    "Admin": Role.ADMIN,
    "Marketer": Role.USER,
    "User": Role.USER,
    "Restricted marketer": Role.USER_RESTRICTED,
    "Merchant": Role.MERCHANT,
    "Support": Role.SUPPORT,
    "Viewer": Role.VIEWER,
}
_BLACKOUTS: Final = ("blackouts.create", "blackouts.modify", "blackouts.delete")
_BOOKS: Final = ("finance.read", "finance.export")
# What a group opens beside the role that another group gives. Alone it comes with the role of a Viewer.
DUTY_GROUPS: Final = {
    "Finance": frozenset(
        {
            "budgets.create",
            "budgets.modify",
            "budgets.delete",
            "approvals.decide",
            "emergency.stop",
            "emergency.restore",
            "finance.create",
            "finance.modify",
            "finance.delete",
            *_BLACKOUTS,
            *_BOOKS,
        }
    ),
    "Reviewer": frozenset(
        {
            "approvals.decide",
            "calendar.accept",
            "referrals.review",
            "emergency.stop",
            "emergency.restore",
            *_BLACKOUTS,
            *_BOOKS,
        }
    ),
}
_AS_ADMINISTRATOR: Final = (
    "Everything: also project settings, API keys, people, and who must say yes to what."
)
_AS_MARKETER: Final = (
    "Campaigns, codes, promotions, rules, customers and the catalogue, also their exports. Budgets to see; a "
    "change of one is a request that somebody else says yes to. No settings, keys or people."
)
OPENS: Final = {
    "Administrator": _AS_ADMINISTRATOR,
    "Admin": _AS_ADMINISTRATOR,
    "Marketer": _AS_MARKETER,
    "User": _AS_MARKETER,
    "Restricted marketer": (
        "As a marketer, but only campaigns of the areas and stores that are named below. Without any: none."
    ),
    "Merchant": "The till: try codes, redeem them, take redemptions back, and see what belongs to that.",
    "Support": (
        "Sees and exports everything but settings, keys and people; explains why a code was refused, takes "
        "redemptions back, frees holds, comments on requests. A change of a code is a request."
    ),
    "Viewer": "Sees and exports, changes nothing.",
    "Finance": (
        "Changes budgets, closes dates to promotions, decides about requests, stops and restores promotions "
        "in an emergency. Sees what points are owed, and says what they are worth."
    ),
    "Reviewer": (
        "Decides about requests and about recommendations that were held, accepts collisions, closes dates "
        "to promotions, stops and restores promotions in an emergency."
    ),
}


def staff_role(user: Any) -> Role | None:
    """The role of a person in the admin; None: no role at all. One query per request."""
    if not getattr(user, "is_active", False) or not user.is_staff:
        return None
    if user.is_superuser:
        return Role.ADMIN
    names = _group_names(user)
    role = next((role for name, role in ROLE_GROUPS.items() if name in names), None)
    return Role.VIEWER if role is None and names & DUTY_GROUPS.keys() else role


def staff_duties(user: Any) -> frozenset[str]:
    """The permissions that groups give a person beside the role."""
    if not getattr(user, "is_active", False) or not user.is_staff:
        return frozenset()
    held = (permissions for name, permissions in DUTY_GROUPS.items() if name in _group_names(user))
    return frozenset().union(*held)


def look_up_places(users: Iterable[Any]) -> None:
    """Let `staff_places` answer for all of them without another query: one for places, one for groups."""
    people = [user for user in users if user.pk is not None]
    prefetch_related_objects(people, "groups")
    own: dict[int, set[str]] = {user.pk: set() for user in people}
    for row in with_places(PersonAssignment.objects.filter(user_id__in=own)):
        own[row.user_id] |= set(row.words)
    for user in people:
        user._house_places = frozenset(own[user.pk])


def staff_places(user: Any) -> frozenset[str] | None:
    """The places that a person is limited to; None: he works everywhere."""
    role = staff_role(user) or ""
    if role == Role.ADMIN or user.pk is None:
        return None
    if not hasattr(user, "_house_places"):
        rows = with_places(PersonAssignment.objects.filter(user_id=user.pk))
        user._house_places = frozenset().union(*(row.words for row in rows))
    return limited_by(role, user._house_places)


def places_of(kind: str, actor_id: str, role: str) -> frozenset[str] | None:
    """The places that somebody is limited to who asked for something before; None: he works everywhere."""
    if kind == ActorKind.API_KEY:
        key = ApiKey.objects.filter(app_id=actor_id).first()
        return limited_by(role, key.places if key else ())
    if kind == ActorKind.USER and actor_id.isdecimal():
        person = User.objects.filter(pk=actor_id).first()
        return staff_places(person) if person is not None else None
    return None


def as_actor(user: Any) -> Actor:
    """The person as services know him. Without a role he may nothing."""
    name = user.get_full_name() or user.get_username() if user.is_authenticated else ""
    return Actor(
        kind=ActorKind.USER,
        id=str(user.pk),
        label=name[:200],
        role=staff_role(user) or "",
        channel="ADMIN",
        duties=staff_duties(user),
        places=staff_places(user),
    )


def staff_allows(user: Any, permission: str) -> bool:
    """Whether a person in the admin holds a permission: exactly what a service would say."""
    return as_actor(user).may(permission)


def _group_names(user: Any) -> set[str]:
    if not hasattr(user, "_house_groups"):
        user._house_groups = {group.name for group in user.groups.all()}
    found: set[str] = user._house_groups
    return found
