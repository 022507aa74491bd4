"""From which day on for whom the second step is asked, and help for who lost it (PROOFS S5)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import pyotp
import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from time_machine import TimeMachineFixture

from core import project, second_factor
from core.models import AuditEntry, ProjectSettings, SecondFactor
from core.second_factor import Step
from tests.conftest import NOW
from tests.security.second_step import (
    ENROL,
    OWN,
    PASSWORD,
    SECRET,
    after_password,
    code,
    enrolled,
    inside,
    is_in,
    person,
    required,
)


@pytest.fixture(autouse=True)
def _at_noon(time_machine: TimeMachineFixture, settings: Any, db: None) -> None:
    settings.AXES_ENABLED = True
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def anna() -> User:
    return person("anna", "User")


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
