"""One code, or one backup code, shown by several browsers at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pyotp
import pytest
from django.contrib.auth.models import User
from django.db import connection

from core.actors import Actor
from core.models import AuditEntry, SecondFactor
from core.services import second_factors
from core.services.second_factors import Checked, Verdict
from tests.conftest import NOW

SEED = "5eed" * 10
BROWSERS = 6
SYSTEM = Actor.system("tests")


def code(seed: str = SEED) -> str:
    return pyotp.TOTP(second_factors.secret_of(seed)).at(NOW)


def at_once(call: Callable[[int], Checked]) -> list[Verdict]:
    barrier, verdicts = threading.Barrier(BROWSERS), []

    def run(number: int) -> None:
        try:
            barrier.wait(20)
            verdicts.append(call(number).verdict)
        except second_factors.AlreadyEnrolled:
            verdicts.append(Verdict.WRONG)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(BROWSERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return verdicts


@pytest.fixture
def anna(transactional_db: None) -> User:
    return User.objects.create_user("anna")


def enrol(anna: User, seed: str = SEED) -> Checked:
    return second_factors.enrol(user_id=anna.pk, seed=seed, code=code(seed), actor=SYSTEM, now=NOW)


def check(anna: User, typed: str) -> Checked:
    return second_factors.check(user_id=anna.pk, code=typed, actor=SYSTEM, now=NOW)


@pytest.mark.parametrize("kind", ["app", "backup"])
def test_one_code_opens_once(kind: str, anna: User) -> None:
    codes = enrol(anna).codes
    SecondFactor.objects.update(last_step=0)
    typed = code() if kind == "app" else codes[0]

    verdicts = at_once(lambda number: check(anna, typed))

    assert len(verdicts) == BROWSERS
    assert verdicts.count(Verdict.RIGHT) == 1
    assert AuditEntry.objects.filter(action__regex=r"[._]used$").count() == 1


def test_no_guess_is_left_uncounted(anna: User) -> None:
    enrol(anna)

    verdicts = at_once(lambda number: check(anna, f"wrong {number}"))

    # Four are wrong, the fifth begins the silence, the sixth is not looked at any more.
    assert sorted(verdict.value for verdict in verdicts) == ["silent"] * 2 + ["wrong"] * 4
    assert SecondFactor.objects.get().failures == 5


def test_one_app_is_set_up(anna: User) -> None:
    verdicts = at_once(lambda number: enrol(anna, f"{number}" * 40))

    assert verdicts.count(Verdict.RIGHT) == 1
    assert SecondFactor.objects.get().backup_codes.count() == 10
