"""Guessing passwords of the admin (PROOFS B2)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from time_machine import TimeMachineFixture

from tests.conftest import NOW

LOGIN: Final = "/admin/login/"
RIGHT: Final = "a-right-password-2026"
WRONG: Final = "a-wrong-password-2026"
LOCKED: Final = "Too many wrong passwords"
# What differs from one page to the next for other reasons.
VARYING: Final = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


@pytest.fixture(autouse=True)
def _guarded(settings: Any) -> None:
    """As in production; the other tests sign in without it."""
    settings.AXES_ENABLED = True


@pytest.fixture(autouse=True)
def anna(db: None) -> User:
    User.objects.create_user("bert", password=RIGHT, is_staff=True)
    return User.objects.create_user("anna", password=RIGHT, is_staff=True)


def sign_in(name: str, password: str, address: str = "192.0.2.1", **extra: Any) -> Any:
    body = {"username": name, "password": password}
    return Client(raise_request_exception=False).post(LOGIN, body, REMOTE_ADDR=address, **extra)


def is_in(answer: Any) -> bool:
    return answer.status_code == 302 and "sessionid" in answer.cookies


def lock_out(name: str, address: str = "192.0.2.1") -> list[int]:
    return [sign_in(name, WRONG, address).status_code for _ in range(5)]


def test_the_fifth_wrong_password_locks_name_and_address() -> None:
    assert lock_out("anna") == [200, 200, 200, 200, 429]

    refused = sign_in("anna", RIGHT)
    assert refused.status_code == 429
    assert LOCKED in refused.text
    assert "fanfare/plain.css" in refused.text
    assert "sessionid" not in refused.cookies


def test_twenty_wrong_ones_tell_nothing_more() -> None:
    lock_out("anna")

    pages = {sign_in("anna", password).content for password in [WRONG] * 14 + [RIGHT]}

    assert len(pages) == 1


def test_others_are_not_disturbed() -> None:
    lock_out("anna")

    assert is_in(sign_in("bert", RIGHT))
    assert is_in(sign_in("anna", RIGHT, "192.0.2.2"))
    assert sign_in("anna", RIGHT).status_code == 429


def test_a_household_of_ipv6_addresses_is_one_guesser() -> None:
    statuses = [sign_in("anna", WRONG, f"2001:db8::{number:x}").status_code for number in range(5)]

    assert statuses[-1] == 429
    assert sign_in("anna", RIGHT, "2001:db8::ffff").status_code == 429
    assert is_in(sign_in("anna", RIGHT, "2001:db8:1::1"))


def test_behind_a_proxy_the_guesser_is_locked_out_and_not_everybody(settings: Any) -> None:
    settings.FANFARE_TRUSTED_PROXIES = 1
    for _ in range(5):
        sign_in("anna", WRONG, "10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.5")

    assert sign_in("anna", RIGHT, "10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.5").status_code == 429
    assert is_in(sign_in("anna", RIGHT, "10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.9"))


def test_names_that_nobody_has_get_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the same work: hashing is what takes the time."""
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, *args: hashed.append("once") or encode(self, *args)
    )

    def story(name: str) -> list[tuple[int, str, int]]:
        told = []
        for _ in range(7):
            hashed.clear()
            answer = sign_in(name, WRONG)
            told.append(
                (answer.status_code, VARYING.sub("", answer.text).replace(name, "somebody"), len(hashed))
            )
        return told

    User.objects.create_user("former-colleague", password=RIGHT, is_staff=True, is_active=False)
    User.objects.create_user("customer", password=RIGHT)
    known = story("anna")

    assert known[0][2] == 1
    assert story("nobody-at-all") == known
    assert story("former-colleague") == known
    assert story("customer") == known


@pytest.mark.parametrize(
    "guess",
    ["anna", "anna ", " anna", "\N{FULLWIDTH LATIN SMALL LETTER A}nna"],
    ids=["same", "after", "before", "wide"],
)
def test_other_spellings_of_the_name_are_no_way_round(guess: str) -> None:
    lock_out("anna")

    assert sign_in(guess, RIGHT).status_code == 429


def test_the_lock_ends_after_fifteen_minutes(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)
    lock_out("anna")

    time_machine.move_to(NOW + timedelta(minutes=14, seconds=59), tick=False)
    assert sign_in("bert", WRONG).status_code == 200
    time_machine.move_to(NOW + timedelta(minutes=15, seconds=1), tick=False)
    assert is_in(sign_in("anna", RIGHT))


def test_a_right_password_forgets_the_wrong_ones() -> None:
    for _ in range(3):
        assert [sign_in("anna", WRONG).status_code for _ in range(4)] == [200] * 4
        assert is_in(sign_in("anna", RIGHT))


def test_an_admin_lets_somebody_in_again() -> None:
    lock_out("anna")
    lock_out("bert")

    call_command("axes_reset_username", "anna", verbosity=0)

    assert is_in(sign_in("anna", RIGHT))
    assert sign_in("bert", RIGHT).status_code == 429
    call_command("axes_reset", verbosity=0)
    assert is_in(sign_in("bert", RIGHT))


def test_passwords_that_were_typed_are_not_kept() -> None:
    sign_in("anna", WRONG)

    attempt = str(list(AccessAttempt.objects.values()))
    assert "anna" in attempt
    assert WRONG not in attempt
