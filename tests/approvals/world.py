"""People, policies and a campaign for tests of approvals."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, User

from approvals.models import ApprovalRequest, Policy
from approvals.policies import Condition, PolicyContent, Stage
from core.actors import Actor, ActorKind, Role
from core.staff import staff_duties, staff_role
from tests.conftest import NOW


def person(name: str, *groups: str) -> User:
    """Somebody in the admin with these groups, which are made if they are not there."""
    user = User.objects.create_user(name, f"{name}@example.com", "correct horse battery", is_staff=True)
    user.groups.set([Group.objects.get_or_create(name=group)[0] for group in groups])
    return user


def acting(user: User) -> Actor:
    """The person as services see him."""
    user = User.objects.get(pk=user.pk)
    return Actor(
        kind=ActorKind.USER,
        id=str(user.pk),
        label=user.username,
        role=staff_role(user) or Role.VIEWER,
        channel="ADMIN",
        duties=staff_duties(user),
    )


def policy(*stages: str, name: str = "Deep discounts", needed: int = 1, **content: Any) -> Policy:
    """A policy in force with these groups as stages; without conditions it meets everything."""
    conditions = tuple(Condition(**one) for one in content.pop("conditions", ()))
    made = PolicyContent(
        stages=tuple(Stage(name=group, group=group, needed=needed) for group in stages),
        conditions=conditions,
        **content,
    )
    return Policy.objects.create(
        name=name,
        position=Policy.objects.count() + 1,
        content=made.to_json(),
        created_at=NOW,
    )


def only_request() -> ApprovalRequest:
    return ApprovalRequest.objects.get()


DEEP: dict[str, Any] = {"fact": "discount_percent", "operator": "at_least", "value": 25}
