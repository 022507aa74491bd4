from __future__ import annotations

from importlib import import_module
from itertools import combinations
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import RequestFactory

from core.actors import Role, role_allows
from core.admin.base import ModelAdmin, staff_actor
from core.staff import DUTY_GROUPS, OPENS, ROLE_GROUPS, as_actor, staff_allows, staff_role
from tests.core.test_actors import MATRIX
from tests.security.routes import walked

WORDS = ("read", "create", "modify", "delete", "export")
# Absences and calendar feeds are everybody's own, whatever his role; stops are duties, asked for by their own
# names.
OWN = {"delegation", "emergencystop", "feed"}
VERBS = {"view": "read", "add": "create", "change": "modify", "delete": "delete"}


def person(*groups: str, **given: Any) -> User:
    made = User.objects.create_user("anna", **{"is_staff": True, **given})
    made.groups.set([Group.objects.get(name=name) for name in groups])
    return made


def permissions() -> set[str]:
    """Every permission that a view or an admin page asks for, and those of the table of roles."""
    found = set(MATRIX).union(*DUTY_GROUPS.values())
    for route in walked():
        view = getattr(route.callback, "view_class", None) or getattr(route.callback, "cls", None)
        if getattr(view, "resource", ""):
            found.update(f"{view.resource}.{action}" for action in (*view.actions.values(), *WORDS))
    for model_admin in admin.site._registry.values():
        resource = getattr(model_admin, "resource", "") or model_admin.opts.model_name
        found.update(f"{resource}.{action}" for action in WORDS)
    return found


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        ((), None),
        (("Administrator",), Role.ADMIN),
        (("Admin",), Role.ADMIN),
        (("Marketer",), Role.USER),
        (("User",), Role.USER),
        (("Merchant",), Role.MERCHANT),
        (("Support",), Role.SUPPORT),
        (("Viewer",), Role.VIEWER),
        (("Finance",), Role.VIEWER),
        (("Reviewer",), Role.VIEWER),
        (("Reviewer", "Marketer"), Role.USER),
        (("Viewer", "Support", "Administrator"), Role.ADMIN),
        (("Viewer", "Merchant"), Role.MERCHANT),
        (("Finance", "Support"), Role.SUPPORT),
    ],
)
def test_groups_give_roles(groups: tuple[str, ...], role: Role | None, db: None) -> None:
    assert staff_role(person(*groups)) is role


def test_duties_come_beside_the_role(db: None) -> None:
    marketer = person("Marketer", "Finance")

    assert (staff_allows(marketer, "budgets.modify"), staff_allows(marketer, "vouchers.modify")) == (
        True,
        True,
    )
    assert not staff_allows(marketer, "settings.modify")


@pytest.mark.parametrize("given", [{"is_staff": False}, {"is_active": False}])
def test_who_may_not_sign_in_may_nothing(given: dict[str, bool], db: None) -> None:
    gone = person("Admin", "Finance", is_superuser=True, **given)

    assert staff_role(gone) is None
    assert not any(staff_allows(gone, permission) for permission in permissions())


def test_every_group_of_the_house_exists_and_says_what_it_opens(db: None) -> None:
    assert set(OPENS) == {*ROLE_GROUPS, *DUTY_GROUPS}
    assert set(Group.objects.values_list("name", flat=True)) >= set(OPENS)


PEOPLE = [(), *((name,) for name in OPENS), *combinations(OPENS, 2), tuple(OPENS)]


def test_pages_and_services_never_disagree(rf: RequestFactory, db: None) -> None:
    """What the admin opens is what the actor of the same request may: asked for everything there is."""
    asked = permissions()
    assert len(asked) > 100
    for number, groups in enumerate(PEOPLE):
        someone = User.objects.create_user(f"person-{number}", is_staff=True)
        someone.groups.set(Group.objects.filter(name__in=groups))
        request = rf.get("/")
        request.user = someone
        actor = staff_actor(request)
        role, duties = staff_role(someone), frozenset().union(*(DUTY_GROUPS.get(name, ()) for name in groups))
        for permission in asked:
            held = role is not None and (role_allows(role, permission) or permission in duties)
            assert actor.may(permission) is staff_allows(someone, permission) is held, (groups, permission)
        for model_admin in admin.site._registry.values():
            if not isinstance(model_admin, ModelAdmin) or model_admin.opts.model_name in OWN:
                continue
            resource = model_admin.resource or model_admin.opts.model_name
            for verb, action in VERBS.items():
                page_opens = getattr(model_admin, f"has_{verb}_permission")(request)
                assert not page_opens or actor.gets_to(f"{resource}.{action}"), (groups, model_admin, verb)


def test_single_rights_of_django_open_nothing(rf: RequestFactory, db: None) -> None:
    someone = person()
    someone.user_permissions.set(Permission.objects.all())
    someone.groups.add(Group.objects.create(name="Clever"))
    Group.objects.get(name="Clever").permissions.set(Permission.objects.all())
    request = rf.get("/")
    request.user = User.objects.get(pk=someone.pk)

    assert as_actor(request.user).role == ""
    for model_admin in admin.site._registry.values():
        assert not model_admin.has_view_permission(request), model_admin
        assert not model_admin.has_add_permission(request), model_admin


def test_members_of_new_groups_keep_a_way_in_when_the_migration_is_taken_back(db: None) -> None:
    migration = import_module("core.migrations.0009_more_groups")
    someone = person("Marketer", "Reviewer", "Finance")

    migration.move_members(apps, None)

    assert set(someone.groups.values_list("name", flat=True)) == {"User", "Viewer", "Finance"}
    assert not Group.objects.filter(name__in=["Administrator", "Marketer", "Support", "Reviewer"]).exists()
    migration.make_groups(apps, None)
    assert set(Group.objects.values_list("name", flat=True)) >= set(OPENS)
