from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from rest_framework.test import APIClient

from core.models import AuditEntry, Invitation, ProjectSettings

INVITE = "/management/v1/projects/users/invite"


@pytest.fixture
def url(settings_row: ProjectSettings) -> str:
    return f"/management/v1/projects/{settings_row.public_id}/users"


def person(name: str, *groups: str, **given: Any) -> User:
    made = User.objects.create_user(name, f"{name}@shop.example", **{"is_staff": bool(groups), **given})
    made.groups.set([Group.objects.get(name=group) for group in groups])
    return made


def wire(user: User) -> str:
    return f"user_{user.pk}"


def test_list_and_read(management_api: APIClient, url: str, settings_row: ProjectSettings) -> None:
    boss = person("boss", is_superuser=True, is_staff=True)
    anna = person("anna", "Marketer", "Finance", first_name="Anna", last_name="Lee")
    person("guest")
    person("gone", "Viewer", is_active=False)

    listed = management_api.get(url).json()

    assert (listed["object"], listed["data_ref"], listed["total"]) == ("list", "data", 2)
    assert listed["data"][0] == {
        "id": wire(anna),
        "login": "anna",
        "email": "anna@shop.example",
        "first_name": "Anna",
        "last_name": "Lee",
        "projects": {settings_row.public_id: "USER"},
        "role": "USER",
        "is_owner": False,
    }
    assert (listed["data"][1]["id"], listed["data"][1]["is_owner"]) == (wire(boss), True)
    assert management_api.get(f"{url}/{wire(anna)}").json() == listed["data"][0]


def test_list_costs_the_same_for_many(management_api: APIClient, url: str, count_queries: Any) -> None:
    person("one", "Viewer")
    management_api.get(url)
    few = count_queries(lambda: management_api.get(url))
    for number in range(10):
        person(f"more{number}", "Marketer")

    assert count_queries(lambda: management_api.get(url)) == few


@pytest.mark.parametrize(
    ("role", "group"),
    [("ADMIN", "Administrator"), ("USER", "Marketer"), ("VIEWER", "Viewer"), ("MERCHANT", "Merchant")],
)
def test_assign(management_api: APIClient, url: str, role: str, group: str) -> None:
    guest, other = person("guest"), person("other")

    by_id = management_api.post(url, {"id": wire(guest), "role": role})
    by_login = management_api.post(url, {"login": "other@shop.example", "role": role})

    assert (by_id.status_code, by_id.json()["role"]) == (200, role)
    assert by_login.json()["id"] == wire(other)
    guest.refresh_from_db()
    assert guest.is_staff
    assert [one.name for one in guest.groups.all()] == [group]
    entry = AuditEntry.objects.filter(action="user.updated").earliest("pk")
    assert (entry.before, entry.after) == (
        {"is_staff": False, "groups": []},
        {"is_staff": True, "groups": [group]},
    )


@pytest.mark.parametrize(
    ("body", "status", "key"),
    [
        ({"role": "USER"}, 400, "invalid_payload"),
        ({"id": "user_1", "login": "guest", "role": "USER"}, 400, "invalid_payload"),
        ({"login": "guest"}, 400, "invalid_payload"),
        ({"login": "guest", "role": "OWNER"}, 400, "used_incorrect_role"),
        ({"login": "guest", "role": "Finance"}, 400, "used_incorrect_role"),
        ({"login": "guest", "role": "CLIENT"}, 400, "used_incorrect_role"),
        ({"login": "nobody", "role": "USER"}, 404, "not_found"),
        ({"id": "user_999999999999999", "role": "USER"}, 404, "not_found"),
        ({"id": "7", "role": "USER"}, 404, "not_found"),
        ({"login": "anna", "role": "USER"}, 400, "invalid_payload"),
    ],
)
def test_assign_refuses(
    management_api: APIClient, url: str, body: dict[str, str], status: int, key: str
) -> None:
    person("guest"), person("anna", "Viewer")

    answer = management_api.post(url, body)

    assert (answer.status_code, answer.json()["key"]) == (status, key)
    assert not AuditEntry.objects.filter(action="user.updated").exists()


def test_change_of_role_leaves_duties(management_api: APIClient, url: str) -> None:
    anna = person("anna", "Marketer", "Finance")

    answer = management_api.put(f"{url}/{wire(anna)}", {"role": "VIEWER"})

    assert (answer.status_code, answer.json()["role"]) == (200, "VIEWER")
    assert sorted(anna.groups.values_list("name", flat=True)) == ["Finance", "Viewer"]
    wrong = management_api.put(f"{url}/{wire(anna)}", {"role": "KING"})
    assert (wrong.status_code, wrong.json()["key"]) == (400, "used_incorrect_role")
    nobody = management_api.put(f"{url}/user_0", {"role": "USER"})
    assert (nobody.status_code, nobody.json()["key"]) == (404, "not_found")


def test_unassign(management_api: APIClient, url: str) -> None:
    anna = person("anna", "Marketer", "Finance")
    anna.groups.add(Group.objects.create(name="Buyers"))

    assert management_api.delete(f"{url}/{wire(anna)}").status_code == 204

    anna.refresh_from_db()
    assert not anna.is_staff
    assert list(anna.groups.values_list("name", flat=True)) == ["Buyers"]
    assert management_api.get(f"{url}/{wire(anna)}").status_code == 404
    again = management_api.delete(f"{url}/{wire(anna)}")
    assert (again.status_code, again.json()["key"]) == (400, "user_not_assigned")
    assert management_api.put(f"{url}/{wire(anna)}", {"role": "USER"}).json()["key"] == "user_not_assigned"
    assert management_api.post(url, {"id": wire(anna), "role": "USER"}).status_code == 200


def test_owners_and_the_last_administrator_stay(management_api: APIClient, url: str) -> None:
    anna = person("anna", "Administrator")

    for answer in (
        management_api.delete(f"{url}/{wire(anna)}"),
        management_api.put(f"{url}/{wire(anna)}", {"role": "USER"}),
    ):
        assert (answer.status_code, answer.json()["key"]) == (400, "resource_protected")
    boss = person("boss", is_superuser=True, is_staff=True)
    assert management_api.put(f"{url}/{wire(anna)}", {"role": "USER"}).status_code == 200
    for answer in (
        management_api.delete(f"{url}/{wire(boss)}"),
        management_api.put(f"{url}/{wire(boss)}", {"role": "USER"}),
    ):
        assert (answer.status_code, answer.json()["key"]) == (403, "forbidden")


def test_invite(management_api: APIClient, url: str, settings_row: ProjectSettings) -> None:
    projects = {settings_row.public_id: "USER"}
    body = {"email": "Eve@Shop.example", "first_name": "Eve", "last_name": "Ray", "projects": projects}

    answer = management_api.post(INVITE, body)

    assert (answer.status_code, answer.content) == (204, b"")
    eve = User.objects.get(username="eve@shop.example")
    assert (eve.email, eve.has_usable_password(), eve.is_staff) == ("eve@shop.example", False, True)
    assert management_api.get(f"{url}/{wire(eve)}").json()["role"] == "USER"
    assert mail.outbox == []  # a job mails, no request waits for a mail server
    assert Invitation.objects.get().mailed_at is None
    again = management_api.post(INVITE, {**body, "email": "eve@shop.EXAMPLE"})
    assert (again.status_code, again.json()["key"]) == (409, "duplicate_found")


@pytest.mark.parametrize(
    ("change", "status", "key"),
    [
        ({"email": "nobody"}, 400, "invalid_payload"),
        ({"email": ""}, 400, "invalid_payload"),
        ({"first_name": None}, 400, "invalid_payload"),
        ({"last_name": "x" * 151}, 400, "invalid_payload"),
        ({"projects": {}}, 400, "invalid_payload"),
        ({"projects": {"proj_other": "USER"}}, 404, "not_found"),
        ({"projects": "USER"}, 400, "invalid_payload"),
    ],
)
def test_invite_refuses(
    management_api: APIClient, settings_row: ProjectSettings, change: Any, status: int, key: str
) -> None:
    projects = {settings_row.public_id: "USER"}
    body = {"email": "eve@shop.example", "first_name": "", "last_name": "", "projects": projects}

    answer = management_api.post(INVITE, {**body, **change})

    assert (answer.status_code, answer.json()["key"]) == (status, key)
    assert not User.objects.exists()


def test_invite_into_no_role(management_api: APIClient, settings_row: ProjectSettings) -> None:
    projects = {settings_row.public_id: "KING"}
    body = {"email": "eve@shop.example", "first_name": "", "last_name": "", "projects": projects}

    answer = management_api.post(INVITE, body)

    assert (answer.status_code, answer.json()["key"]) == (400, "used_incorrect_role")
    assert not User.objects.exists()
