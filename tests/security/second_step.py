"""People with authenticator apps, and browsers in which they sign in."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, Final

import pyotp
from django.contrib.auth.models import Group, User
from django.test import Client

from core.actors import Actor
from core.models import AuditEntry, ProjectSettings, SecondFactor
from core.services import second_factors
from tests.conftest import NOW

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
