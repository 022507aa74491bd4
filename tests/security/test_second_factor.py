"""The second step of signing in, as a browser meets it (PROOFS S5, B2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.test import Client
from time_machine import TimeMachineFixture

from core.actors import Actor
from core.models import AuditEntry, SecondFactor
from core.services import second_factors
from tests import nightly
from tests.conftest import NOW
from tests.security.routes import admin_routes
from tests.security.second_step import (
    CODE_WAS_WRONG,
    CODES,
    ENROL,
    LOGIN,
    OWN,
    PASSWORD,
    SECRET,
    SEED,
    SIGN_IN,
    after_password,
    code,
    enrolled,
    inside,
    is_in,
    person,
    written,
    wrong,
)


@pytest.fixture(autouse=True)
def _at_noon(time_machine: TimeMachineFixture, settings: Any, db: None) -> None:
    settings.AXES_ENABLED = True
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def anna() -> User:
    return person("anna", "User")


def test_without_an_app_the_password_is_enough(anna: User) -> None:
    assert is_in(after_password())


def test_with_an_app_a_code_is_asked_and_then_the_wanted_page_comes(anna: User) -> None:
    enrolled(anna)
    browser = after_password()

    asked = browser.get("/admin/promotions/campaign/?q=summer")
    assert (asked.status_code, asked["Location"]) == (
        302,
        f"{SIGN_IN}?next=%2Fadmin%2Fpromotions%2Fcampaign%2F%3Fq%3Dsummer",
    )
    page = browser.get(asked["Location"])
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    done = browser.post(asked["Location"], {"code": code()})

    assert (done.status_code, done["Location"]) == (302, "/admin/promotions/campaign/?q=summer")
    assert is_in(browser)
    assert written() == ["used"]
    assert AuditEntry.objects.latest("pk").entity_label == "anna"


def test_before_the_code_no_address_of_the_admin_opens_and_nothing_is_written(anna: User) -> None:
    """Whoever knows the password only; at every third address by day, at all with FANFARE_NIGHTLY=1."""
    anna.groups.set([Group.objects.get(name="Admin")])
    enrolled(anna)
    browser = after_password()
    rows = (AuditEntry.objects.count(), User.objects.values().get())
    open_before = {LOGIN, SIGN_IN, "/admin/jsi18n/", "/admin/logout/"}
    open_ones: dict[str, set[str]] = {}
    for route in admin_routes():
        path = route.path(object_id="1", id="1", app_label="promotions")
        if path not in open_before and not nightly.is_due(route.pattern, one_in=3):
            continue
        for method in ("get", "post"):
            if path == "/admin/logout/" and method == "post":
                continue
            answer = getattr(browser, method)(path)
            if answer.status_code != 302 or not answer["Location"].startswith(SIGN_IN):
                open_ones.setdefault(path, set()).add(f"{method} {answer.status_code}")

    assert open_ones == {
        LOGIN: {"get 302", "post 200"},  # to the overview, and so to the code
        SIGN_IN: {"get 200", "post 200"},
        "/admin/jsi18n/": {"get 200", "post 405"},
        "/admin/logout/": {"get 405"},
    }
    assert (AuditEntry.objects.count(), User.objects.values().get()) == rows


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_the_code_leads_nowhere_else(target: str, anna: User) -> None:
    enrolled(anna)
    browser = after_password()

    answer = browser.post(SIGN_IN, {"code": code(), "next": target}, query_params={"next": target})

    assert answer["Location"] == "/admin/"
    assert browser.get(SIGN_IN, {"next": target})["Location"] == "/admin/"


def test_a_right_code_begins_a_new_session(anna: User) -> None:
    """Whoever saw the cookie before the code does not get in with it afterwards."""
    enrolled(anna)
    browser = after_password()
    seen = browser.cookies["sessionid"].value

    browser.post(SIGN_IN, {"code": code()})

    assert browser.cookies["sessionid"].value != seen
    assert not Session.objects.filter(session_key=seen).exists()
    thief = Client()
    thief.cookies["sessionid"] = seen
    assert thief.get("/admin/")["Location"].startswith(LOGIN)


def test_one_code_opens_one_session(anna: User) -> None:
    enrolled(anna)
    first, second = after_password(), after_password()

    assert first.post(SIGN_IN, {"code": code()}).status_code == 302
    again = second.post(SIGN_IN, {"code": code()})

    assert (again.status_code, CODE_WAS_WRONG in again.text) == (200, True)
    assert (is_in(first), is_in(second)) == (True, False)
    assert written() == ["used", "refused"]


def test_a_backup_code_opens_once(anna: User) -> None:
    codes = enrolled(anna)
    first, second = after_password(), after_password()
    assert "Backup code" in first.get(f"{SIGN_IN}?backup=1").text

    assert first.post(f"{SIGN_IN}?backup=1", {"code": codes[0]}).status_code == 302
    assert second.post(f"{SIGN_IN}?backup=1", {"code": codes[0]}).status_code == 200

    assert (is_in(first), is_in(second)) == (True, False)
    assert written() == ["backup_code_used", "refused"]


def test_guessing_codes_is_slowed_down_from_every_address(
    anna: User, time_machine: TimeMachineFixture
) -> None:
    """A right password begins a new count of wrong passwords, never one of wrong codes."""
    enrolled(anna)
    statuses = []
    for number in range(5):
        browser = after_password(address=f"192.0.2.{number}")
        statuses.append(browser.post(SIGN_IN, {"code": wrong()}).status_code)

    assert statuses == [200, 200, 200, 200, 429]
    browser = after_password(address="198.51.100.7")
    refused = browser.post(SIGN_IN, {"code": code()})
    assert (refused.status_code, is_in(browser)) == (429, False)
    assert "Until 10 Mar 2026, 12:15 no code is looked at." in refused.text.replace("\N{NO-BREAK SPACE}", " ")
    time_machine.move_to(NOW + timedelta(minutes=15), tick=False)
    assert browser.post(SIGN_IN, {"code": code(NOW + timedelta(minutes=15))}).status_code == 302
    assert is_in(browser)
    assert written() == ["refused"] * 5 + ["used"]


def test_wrong_passwords_lock_before_any_code_is_asked(anna: User) -> None:
    enrolled(anna)
    browser = Client(REMOTE_ADDR="192.0.2.1")
    for _ in range(5):
        browser.post(LOGIN, {"username": "anna", "password": "wrong"})

    assert browser.post(LOGIN, {"username": "anna", "password": PASSWORD}).status_code == 429
    assert browser.get(SIGN_IN)["Location"].startswith(LOGIN)


def test_others_are_not_disturbed_by_a_silence(anna: User) -> None:
    enrolled(anna)
    bert = person("bert", "User")
    enrolled(bert, seed="b" * 40)
    for _ in range(5):
        after_password().post(SIGN_IN, {"code": wrong()})

    browser = after_password("bert")
    assert browser.post(SIGN_IN, {"code": code(seed="b" * 40)}).status_code == 302
    assert is_in(browser)


def test_setting_up_shows_a_key_and_then_ten_codes_once(anna: User) -> None:
    browser = after_password()
    page = browser.get(ENROL)
    found = SECRET.search(page.text)
    assert found is not None
    assert 'src="data:image/svg+xml' in page.text
    assert SECRET.search(browser.get(ENROL).text)[1] == found[1]  # type: ignore[index]
    assert SecondFactor.objects.count() == 0
    app = pyotp.TOTP(found[1].replace(" ", ""))

    assert CODE_WAS_WRONG in browser.post(ENROL, {"code": "abc"}).text
    shown = browser.post(ENROL, {"code": app.at(NOW)})

    codes = CODES.findall(shown.text)
    assert (shown.status_code, len(set(codes))) == (200, 10)
    assert "no-store" in shown["Cache-Control"]
    assert is_in(browser)
    assert all(text not in browser.get(OWN).text for text in (*codes, found[1]))
    assert browser.get(ENROL)["Location"] == OWN
    assert written() == ["enrolled"]
    assert after_password().post(SIGN_IN, {"code": app.at(NOW)}).status_code == 200  # used by setting up
    assert after_password().post(SIGN_IN, {"code": codes[3]}).status_code == 302


def test_setting_up_does_not_replace_an_app_without_a_code(anna: User) -> None:
    enrolled(anna)
    browser = after_password()

    assert browser.get(ENROL)["Location"] == SIGN_IN
    assert browser.post(ENROL, {"code": code()})["Location"] == SIGN_IN
    assert SecondFactor.objects.get().seed == SEED


def test_an_app_ends_what_other_sessions_were_allowed(anna: User) -> None:
    """Sessions from before it have to show a code; those of the app before the reset count no more."""
    early = after_password()
    enrolled(anna)
    assert early.get("/admin/")["Location"].startswith(SIGN_IN)
    verified = inside()
    assert is_in(verified)

    second_factors.reset(user_id=anna.pk, actor=Actor.system("boss"), now=NOW)
    enrolled(anna, seed="a" * 40)

    assert verified.get("/admin/")["Location"].startswith(SIGN_IN)


def test_ones_own_page_renews_codes_and_forgets_the_app_for_a_code_only(anna: User) -> None:
    old = enrolled(anna)
    browser = inside()
    assert "10 of your backup codes" in browser.get(OWN).text

    assert CODE_WAS_WRONG in browser.post(OWN, {"intent": "renew", "code": wrong()}).text
    assert CODE_WAS_WRONG in browser.post(OWN, {"intent": "remove", "code": wrong()}).text
    assert "Type the code." in browser.post(OWN, {"intent": "remove"}).text
    fresh = CODES.findall(browser.post(OWN, {"intent": "renew", "code": code()}).text)
    assert (len(fresh), set(fresh) & set(old)) == (10, set())
    gone = browser.post(OWN, {"intent": "remove", "code": fresh[0]})

    assert (gone.status_code, gone["Location"]) == (302, ENROL)
    assert SecondFactor.objects.count() == 0
    assert is_in(browser)
    assert written()[1:] == [
        "refused",
        "refused",
        "used",
        "backup_codes_renewed",
        "backup_code_used",
        "removed",
    ]
