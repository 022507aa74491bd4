from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from core.actors import Actor
from core.models import ApiKey, AuditEntry
from core.services import api_keys
from tests.conftest import NOW

ADD = "/admin/core/apikey/add/"
CONFIRM = {"_form_submitted": "True"}


@pytest.fixture
def key(db: None) -> ApiKey:
    return api_keys.create(name="Web shop", actor=Actor.system("tests"), now=NOW).key


def button(name: str, key: ApiKey) -> str:
    return reverse(f"admin:core_apikey_{name}", args=[key.pk])


def token_in(page: str) -> str:
    found = re.findall(r'data-testid="key-token"[^>]*>([^<]+)<', page)
    assert len(found) == 1
    return str(found[0])


def test_new_key_shows_its_token_once(admin_page: Client) -> None:
    made = admin_page.post(ADD, {"name": "Till", "kind": "server", "role": "MERCHANT"})

    key = ApiKey.objects.get()
    token = token_in(made.content.decode())
    assert key.secret_hash == api_keys.hash_token(token)
    assert (key.name, key.kind, key.role) == ("Till", "server", "MERCHANT")
    assert "no-store" in made["Cache-Control"]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_label, entry.channel) == ("api_key.created", "root", "ADMIN")
    for address in ("/admin/core/apikey/", f"/admin/core/apikey/{key.pk}/change/"):
        assert token not in admin_page.get(address).content.decode()
    assert token not in str(dict(admin_page.session))


def test_client_key_needs_an_origin(admin_page: Client) -> None:
    answer = admin_page.post(ADD, {"name": "Shop window", "kind": "client", "role": "ADMIN"})

    assert answer.context["adminform"].form.errors == {
        "allowed_origins": ["A client key works only from the origins that are listed here."]
    }
    assert ApiKey.objects.count() == 0


def test_change_goes_through_the_service(admin_page: Client, key: ApiKey) -> None:
    admin_page.post(
        f"/admin/core/apikey/{key.pk}/change/",
        {"name": "Web shop", "role": "VIEWER", "allowed_addresses": ["10.0.0.1", "10.0.0.2"]},
    )

    key.refresh_from_db()
    assert (key.role, key.allowed_addresses) == ("VIEWER", ["10.0.0.1", "10.0.0.2"])
    entry = AuditEntry.objects.get(action="api_key.updated")
    assert entry.before == {"role": "ADMIN", "allowed_addresses": []}
    assert entry.after == {"role": "VIEWER", "allowed_addresses": ["10.0.0.1", "10.0.0.2"]}


@pytest.mark.parametrize("name", ["rotate", "block"])
def test_get_of_a_button_only_asks(name: str, admin_page: Client, key: ApiKey) -> None:
    answer = admin_page.get(button(name, key))

    assert answer.status_code == 200
    fresh = ApiKey.objects.get()
    assert (fresh.secret_hash, fresh.blocked_at) == (key.secret_hash, None)


def test_post_without_the_dialog_changes_nothing(admin_page: Client, key: ApiKey) -> None:
    admin_page.post(button("block", key), {"other": "1"})

    assert ApiKey.objects.get().blocked_at is None


def test_rotation_shows_the_new_token_in_the_dialog(admin_page: Client, key: ApiKey) -> None:
    answer = admin_page.post(button("rotate", key), CONFIRM)

    fresh = ApiKey.objects.get()
    assert fresh.secret_hash == api_keys.hash_token(token_in(answer.content.decode()))
    assert fresh.previous_secret_hash == key.secret_hash
    assert (answer["HX-Retarget"], answer["HX-Reselect"]) == ("#dialog", "#dialog")
    assert "no-store" in answer["Cache-Control"]


def test_block_and_unblock(admin_page: Client, key: ApiKey) -> None:
    blocked = admin_page.post(button("block", key), CONFIRM)
    assert blocked["HX-Redirect"] == "/admin/core/apikey/"
    assert ApiKey.objects.get().blocked_at is not None

    admin_page.post(button("unblock", key), CONFIRM)
    assert ApiKey.objects.get().blocked_at is None
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["api_key.created", "api_key.blocked", "api_key.unblocked"]


def test_only_the_button_that_means_something_is_shown(admin_page: Client, key: ApiKey) -> None:
    def shown() -> list[str]:
        page = admin_page.get(f"/admin/core/apikey/{key.pk}/change/")
        return [item["title"] for item in page.context["actions_detail"]]

    assert shown() == ["New token", "Block"]
    admin_page.post(button("block", key), CONFIRM)
    assert shown() == ["New token", "Unblock"]


@pytest.mark.parametrize("group", ["Viewer", "User", "Merchant"])
@pytest.mark.parametrize("name", ["rotate", "block", "unblock"])
def test_only_admins_press_buttons(
    group: str, name: str, page_as: Callable[[str], Client], key: ApiKey
) -> None:
    answer = page_as(group).post(button(name, key), CONFIRM)

    assert answer.status_code == 403
    assert AuditEntry.objects.filter(action__in=["api_key.rotated", "api_key.blocked"]).count() == 0


def test_group_admin_presses_buttons(page_as: Callable[[str], Client], key: ApiKey) -> None:
    page_as("Admin").post(button("block", key), CONFIRM)

    entry = AuditEntry.objects.get(action="api_key.blocked")
    assert entry.actor_label == "admin-person"


def test_keys_are_not_deleted(admin_page: Client, key: ApiKey) -> None:
    assert admin_page.post(f"/admin/core/apikey/{key.pk}/delete/", {"post": "yes"}).status_code == 403
    answer = admin_page.post(
        "/admin/core/apikey/", {"action": "delete_selected", "_selected_action": [key.pk], "post": "yes"}
    )

    assert answer.status_code in {200, 302}
    assert ApiKey.objects.count() == 1
