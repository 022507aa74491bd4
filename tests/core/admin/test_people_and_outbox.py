from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from core import events
from core.actors import Actor
from core.models import AuditEntry, EventDelivery
from core.services import api_keys
from core.staff import OPENS
from tests.conftest import NOW

USERS = "/admin/auth/user/"
PASSWORD = "a-long-enough-pass-phrase"


def test_new_person_is_written_down_without_password(admin_page: Client) -> None:
    admin_page.post(
        f"{USERS}add/",
        {"username": "anna", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert User.objects.get(username="anna").check_password(PASSWORD)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.entity_label) == ("user.created", "anna")
    assert sorted(entry.after or {}) == [
        "email",
        "first_name",
        "groups",
        "is_active",
        "is_staff",
        "is_superuser",
        "last_name",
        "username",
    ]


def test_change_of_role_is_written_down(admin_page: Client) -> None:
    person = User.objects.create_user("anna")

    admin_page.post(
        f"{USERS}{person.pk}/change/",
        {
            "username": "anna",
            "is_active": "on",
            "is_staff": "on",
            "groups": [Group.objects.get(name="User").pk],
        },
    )

    entry = AuditEntry.objects.get()
    assert entry.action == "user.updated"
    assert entry.before == {"is_staff": False, "groups": []}
    assert entry.after == {"is_staff": True, "groups": ["User"]}


def test_change_of_password_is_written_down(admin_page: Client) -> None:
    person = User.objects.create_user("anna")

    admin_page.post(
        f"{USERS}{person.pk}/password/",
        {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD},
    )

    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.before, entry.after) == ("user.password_changed", None, None)


def test_group_admin_cannot_make_or_touch_superusers(page_as: Callable[[str], Client]) -> None:
    browser = page_as("Admin")
    boss = User.objects.create_superuser("boss")
    me = User.objects.get(username="admin-person")

    browser.post(
        f"{USERS}{me.pk}/change/",
        {
            "username": "admin-person",
            "is_active": "on",
            "is_staff": "on",
            "is_superuser": "on",
            "groups": [Group.objects.get(name="Admin").pk],
        },
    )

    me.refresh_from_db()
    assert me.is_superuser is False
    assert browser.post(f"{USERS}{boss.pk}/change/", {"username": "gone"}).status_code == 403
    assert browser.post(f"{USERS}{boss.pk}/password/", {"password1": PASSWORD}).status_code == 403
    assert browser.post(f"{USERS}{me.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_single_right_does_not_open_the_people_pages(client: Client, db: None) -> None:
    person = User.objects.create_user("clever", is_staff=True)
    person.user_permissions.add(*Permission.objects.filter(content_type__app_label="auth"))
    client.force_login(person)

    answer = client.post(f"{USERS}{person.pk}/change/", {"username": "clever", "is_superuser": "on"})

    assert answer.status_code == 403
    assert User.objects.get(username="clever").is_superuser is False


def test_not_even_pieces_of_a_password_are_shown(admin_page: Client) -> None:
    anna = User.objects.create_user("anna", password=PASSWORD)
    bert = User.objects.create_user("bert")
    _, salt, digest = anna.password.split("$")

    page = admin_page.get(f"{USERS}{anna.pk}/change/").text

    assert "Set, and kept so that nobody can read it." in page
    assert salt[:2] + "*" not in page
    assert digest[:4] not in page
    assert "None." in admin_page.get(f"{USERS}{bert.pk}/change/").text


def test_the_page_of_a_person_says_what_groups_open(admin_page: Client) -> None:
    anna = User.objects.create_user("anna")

    page = unescape(admin_page.get(f"{USERS}{anna.pk}/change/").text)

    assert "<dt>Marketer or User</dt>" in page
    assert all(opens in page for opens in OPENS.values())


def test_groups_of_the_house_stay_and_others_are_made(admin_page: Client) -> None:
    support = Group.objects.get(name="Support")
    url = f"/admin/auth/group/{support.pk}"

    assert OPENS["Support"] in unescape(admin_page.get(f"{url}/change/").text)
    assert admin_page.post(f"{url}/change/", {"name": "Helpers"}).status_code == 403
    assert admin_page.post(f"{url}/delete/", {"post": "yes"}).status_code == 403
    assert admin_page.post("/admin/auth/group/add/", {"name": "Category managers"}).status_code == 302

    managers = Group.objects.get(name="Category managers")
    url = f"/admin/auth/group/{managers.pk}"
    assert admin_page.post(f"{url}/change/", {"name": "Buyers"}).status_code == 302
    assert admin_page.post(f"{url}/delete/", {"post": "yes"}).status_code == 302
    assert Group.objects.filter(name="Support").exists()
    assert not Group.objects.filter(pk=managers.pk).exists()
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "group.created",
        "group.updated",
        "group.deleted",
    ]


@pytest.fixture
def parked(db: None) -> EventDelivery:
    system = Actor.system("tests")
    key = api_keys.create(name="Web shop", actor=system, now=NOW).key
    event = events.emit("voucher.created", entity=key, actor=system, now=NOW)
    return EventDelivery.objects.create(
        event=event,
        subscriber="webhooks",
        due_at=NOW,
        attempts=8,
        last_error="ValueError: no",
        status=EventDelivery.Status.PARKED,
    )


def again(delivery: EventDelivery) -> str:
    return reverse("admin:core_eventdelivery_try_again", args=[delivery.pk])


def test_parked_delivery_is_tried_again(admin_page: Client, parked: EventDelivery) -> None:
    answer = admin_page.post(again(parked), {"_form_submitted": "True"})

    parked.refresh_from_db()
    assert (parked.status, parked.attempts) == ("PENDING", 0)
    assert answer["HX-Redirect"] == "/admin/core/eventdelivery/"
    assert AuditEntry.objects.order_by("-pk")[0].action == "event_delivery.tried_again"


def test_delivery_that_is_done_is_left_alone(admin_page: Client, parked: EventDelivery) -> None:
    EventDelivery.objects.update(status=EventDelivery.Status.DONE)

    admin_page.post(again(parked), {"_form_submitted": "True"})

    parked.refresh_from_db()
    assert (parked.status, parked.attempts) == ("DONE", 8)
    page = admin_page.get("/admin/core/eventdelivery/")
    assert [str(message) for message in page.context["messages"]] == [
        "Delivery: Only parked deliveries can be tried again."
    ]


@pytest.mark.parametrize("group", ["Viewer", "User", "Merchant"])
def test_only_admins_try_again(group: str, page_as: Callable[[str], Client], parked: EventDelivery) -> None:
    assert page_as(group).post(again(parked), {"_form_submitted": "True"}).status_code == 403

    parked.refresh_from_db()
    assert parked.status == "PARKED"


def test_get_only_asks(admin_page: Client, parked: EventDelivery) -> None:
    assert admin_page.get(again(parked)).status_code == 200

    parked.refresh_from_db()
    assert parked.status == "PARKED"


def test_an_event_shows_the_newest_of_its_deliveries_and_leads_to_the_others(
    admin_page: Client, parked: EventDelivery
) -> None:
    event = parked.event
    EventDelivery.objects.bulk_create(
        EventDelivery(event=event, subscriber=f"part-{number:02}", due_at=NOW) for number in range(60)
    )
    other = events.emit("voucher.deleted", entity=event, actor=Actor.system("tests"), now=NOW)
    EventDelivery.objects.create(event=other, subscriber="elsewhere", due_at=NOW)

    page = unescape(admin_page.get(f"/admin/core/outboxevent/{event.pk}/change/").text)
    address = f"/admin/core/eventdelivery/?event__id__exact={event.pk}"
    listed = admin_page.get(address).context["cl"].result_count

    assert [f">part-{number:02}<" in page for number in (10, 59)] == [True, True]
    assert [name in page for name in (">part-09<", ">webhooks<", ">elsewhere<")] == [False] * 3
    assert address in page
    assert listed == 61


def test_what_went_wrong_is_said_on_the_page_of_the_event(admin_page: Client, parked: EventDelivery) -> None:
    page = admin_page.get(f"/admin/core/outboxevent/{parked.event_id}/change/").text

    assert "ValueError: no" in page
    assert "Parked" in page
