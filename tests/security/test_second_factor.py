"""The second step of signing in, as a browser meets it (PROOFS S5, B2)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, Final

import pyotp
import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from time_machine import TimeMachineFixture

from core import project, second_factor
from core.actors import Actor
from core.models import AuditEntry, ProjectSettings, SecondFactor
from core.second_factor import Step
from core.services import second_factors
from tests.conftest import NOW
from tests.security.routes import admin_routes

LOGIN: Final = "/admin/login/"
SIGN_IN: Final = "/admin/second-factor/sign-in/"
ENROL: Final = "/admin/second-factor/enrol/"
OWN: Final = "/admin/second-factor/"
PASSWORD: Final = "a-right-password-2026"
SEED: Final = "5eed" * 10
YESTERDAY: Final = NOW - timedelta(days=1)
SECRET: Final = re.compile(r'data-testid="secret">([A-Z2-7 ]+)<')
CODES: Final = re.compile(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>")
CODE_WAS_WRONG: Final = "This code is wrong, too old, or was used already."


@pytest.fixture(autouse=True)
def _at_noon(time_machine: TimeMachineFixture, settings: Any, db: None) -> None:
    settings.AXES_ENABLED = True
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def anna() -> User:
    return person("anna", "User")


def person(name: str, group: str = "", **given: Any) -> User:
    made = User.objects.create_user(name, password=PASSWORD, is_staff=True, **given)
    if group:
        made.groups.add(Group.objects.get(name=group))
    return made


def enrolled(someone: User, seed: str = SEED) -> tuple[str, ...]:
    """With an app since yesterday; returns the backup codes."""
    return second_factors.enrol(
        user_id=someone.pk, seed=seed, code=code(YESTERDAY, seed), actor=Actor.system("t"), now=YESTERDAY
    ).codes


def code(at: datetime = NOW, seed: str = SEED) -> str:
    return pyotp.TOTP(second_factors.secret_of(seed)).at(at)


def wrong() -> str:
    near = {code(NOW + timedelta(seconds=30 * steps)) for steps in range(-3, 4)}
    return next(digits for digits in (f"{number:06d}" for number in range(10)) if digits not in near)


def after_password(name: str = "anna", address: str = "192.0.2.1") -> Client:
    browser = Client(raise_request_exception=False, REMOTE_ADDR=address)
    assert browser.post(LOGIN, {"username": name, "password": PASSWORD}).status_code == 302
    return browser


def inside(name: str = "anna") -> Client:
    """A browser that has shown a backup code, so that the codes of the app are fresh."""
    browser = after_password(name)
    person_id = User.objects.get(username=name).pk
    spare = second_factors.new_seed()
    SecondFactor.objects.filter(user_id=person_id).update(seed=spare, last_step=0)
    assert browser.post(SIGN_IN, {"code": code(seed=spare)}).status_code == 302
    SecondFactor.objects.filter(user_id=person_id).update(seed=SEED, last_step=0)
    return browser


def required(since: date | None, whom: str = "DECIDERS") -> None:
    ProjectSettings.objects.update(second_factor_required_from=since, second_factor_required_for=whom)


def is_in(browser: Client) -> bool:
    return browser.get("/admin/").status_code == 200


def written(prefix: str = "second_factor.") -> list[str]:
    entries = AuditEntry.objects.filter(action__startswith=prefix).order_by("pk")
    return [entry.action.removeprefix(prefix) for entry in entries if entry.actor_kind == "user"]


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
    """Whoever knows the password only."""
    anna.groups.set([Group.objects.get(name="Admin")])
    enrolled(anna)
    browser = after_password()
    rows = (AuditEntry.objects.count(), User.objects.values().get())
    open_ones: dict[str, set[str]] = {}
    for route in admin_routes():
        path = route.path(object_id="1", id="1", app_label="promotions")
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


# Enforcement: from a day of the project's calendar, for those who decide or for all.

PEOPLE: Final = ("nobody", "Viewer", "Merchant", "Support", "User", "Finance", "Reviewer", "Admin", "root")
DECIDERS: Final = {"Finance", "Reviewer", "Admin", "root"}


@pytest.mark.parametrize("whom", ["DECIDERS", "STAFF"])
@pytest.mark.parametrize("who", PEOPLE)
def test_from_that_day_on_people_set_it_up_at_the_next_sign_in(who: str, whom: str) -> None:
    person("somebody", "" if who in {"nobody", "root"} else who, is_superuser=who == "root")
    required(NOW.date(), whom)
    concerned = whom == "STAFF" or who in DECIDERS

    answer = after_password("somebody").get("/admin/")

    assert (answer.status_code == 302) is concerned
    if concerned:
        assert answer["Location"] == f"{ENROL}?next=%2Fadmin%2F"


def test_a_session_from_before_that_day_is_asked_too(anna: User) -> None:
    browser = after_password()
    assert is_in(browser)

    required(NOW.date(), "STAFF")

    assert browser.get("/admin/promotions/campaign/")["Location"].startswith(ENROL)
    posted = browser.post("/admin/password_change/", {"old_password": PASSWORD})
    assert posted["Location"] == ENROL
    page = browser.get(ENROL)
    assert "This project asks for a second step" in page.text
    secret = SECRET.search(page.text)
    assert secret is not None
    browser.post(ENROL, {"code": pyotp.TOTP(secret[1].replace(" ", "")).at(NOW)})
    assert is_in(browser)


@pytest.mark.parametrize(
    ("zone", "hours", "is_asked"),
    [
        ("UTC", 11, False),
        ("UTC", 12, True),
        ("Pacific/Auckland", -2, False),
        ("Pacific/Auckland", -1, True),  # 13 hours ahead
        ("America/Los_Angeles", 18, False),
        ("America/Los_Angeles", 19, True),  # 7 hours behind
    ],
)
def test_the_day_begins_in_the_projects_zone(zone: str, hours: int, is_asked: bool, anna: User) -> None:
    required(NOW.date() + timedelta(days=1), "STAFF")
    settings = project.current()
    settings.time_zone = zone

    assert second_factor.is_required(anna, settings=settings, now=NOW + timedelta(hours=hours)) is is_asked


def test_forgetting_the_app_where_it_is_required_leads_to_the_next_one() -> None:
    anna = person("anna", "Reviewer")
    enrolled(anna)
    required(NOW.date())
    browser = inside()

    assert browser.post(OWN, {"intent": "remove", "code": code()})["Location"] == ENROL
    assert browser.get("/admin/")["Location"].startswith(ENROL)


def test_decisions_can_ask_whether_the_step_was_taken(anna: User) -> None:
    """What pages of decisions rely on."""
    request = RequestFactory().get("/")
    request.user, request.session = User.objects.get(pk=anna.pk), Client().session
    settings = project.current()

    assert second_factor.missing_step(request, settings=settings, now=NOW) is None
    settings.second_factor_required_from = NOW.date()
    settings.second_factor_required_for = "STAFF"
    assert second_factor.missing_step(request, settings=settings, now=NOW) is Step.ENROL
    enrolled(anna)
    request.user = User.objects.get(pk=anna.pk)
    assert second_factor.missing_step(request, settings=settings, now=NOW) is Step.CODE
    assert second_factor.is_verified(request) is False
    second_factor.remember(request)
    assert second_factor.is_verified(request) is True
    assert second_factor.missing_step(request, settings=settings, now=NOW) is None


# Help for somebody who lost phone and codes.


def reset(browser: Client, someone: User) -> Any:
    return browser.post(f"/admin/auth/user/{someone.pk}/reset_second_step/", {"_form_submitted": "on"})


def test_an_admin_resets_it_for_somebody_else(anna: User) -> None:
    enrolled(anna)
    person("boss", "Admin")
    browser = after_password("boss")
    page = browser.get(f"/admin/auth/user/{anna.pk}/change/")
    assert "An authenticator app since" in page.text
    assert "Reset second step" in page.text

    assert reset(browser, anna).status_code == 200

    assert SecondFactor.objects.count() == 0
    assert is_in(after_password())
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.actor_label, entry.entity_label) == ("second_factor.reset", "boss", "anna")
    page = browser.get(f"/admin/auth/user/{anna.pk}/change/")
    assert "Not set up" in page.text
    assert "Reset second step" not in page.text


@pytest.mark.parametrize("group", ["Viewer", "Merchant", "Support", "User", "Finance", "Reviewer"])
def test_nobody_else_does(group: str, anna: User) -> None:
    enrolled(anna)
    person("somebody", group)

    assert reset(after_password("somebody"), anna).status_code == 403
    assert SecondFactor.objects.count() == 1


def test_superusers_are_reset_by_superusers_and_nobody_resets_himself() -> None:
    root = person("root", is_superuser=True)
    enrolled(root)
    boss = person("boss", "Admin")
    enrolled(boss)
    browser = inside("boss")

    assert reset(browser, root).status_code == 403
    assert reset(browser, boss).status_code == 403
    assert "Reset second step" not in browser.get(f"/admin/auth/user/{boss.pk}/change/").text

    assert SecondFactor.objects.count() == 2
    assert reset(inside("root"), boss).status_code == 200
    assert list(SecondFactor.objects.values_list("user__username", flat=True)) == ["root"]


def test_the_day_is_set_on_the_page_of_the_project_and_written_down() -> None:
    person("boss", "Admin")
    browser = after_password("boss")
    page = browser.get("/admin/core/projectsettings/1/change/")
    fields = page.context["adminform"].form.initial
    body = {name: "" if value is None else value for name, value in fields.items() if value is not False}

    answer = browser.post(
        "/admin/core/projectsettings/1/change/",
        {**body, "second_factor_required_from": "2026-03-11", "second_factor_required_for": "STAFF"},
    )

    assert answer.status_code == 302
    row = ProjectSettings.objects.get()
    assert (row.second_factor_required_from, row.second_factor_required_for) == (date(2026, 3, 11), "STAFF")
    assert AuditEntry.objects.latest("pk").after == {
        "second_factor_required_from": "2026-03-11",
        "second_factor_required_for": "STAFF",
    }
