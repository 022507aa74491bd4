from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from django.contrib.auth.models import User

from core.actors import Actor
from core.models import AuditEntry, BackupCode, SecondFactor
from core.services import second_factors
from core.services.second_factors import AlreadyEnrolled, Checked, NotEnrolled, Verdict
from tests.conftest import NOW

SEED = "5eed" * 10
STEP = timedelta(seconds=30)
RIGHT, WRONG, SILENT = Verdict.RIGHT, Verdict.WRONG, Verdict.SILENT


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna", is_staff=True)


def code(at: datetime, seed: str = SEED) -> str:
    """What the phone shows."""
    return pyotp.TOTP(second_factors.secret_of(seed)).at(at)


def wrong(at: datetime = NOW) -> str:
    """Six digits that no clock near it shows."""
    near = {code(at + STEP * steps) for steps in range(-3, 4)}
    return next(digits for digits in (f"{number:06d}" for number in range(10)) if digits not in near)


def enrol(person: User, at: datetime = NOW, **given: Any) -> Checked:
    arguments = {"seed": SEED, "code": code(at), **given}
    return second_factors.enrol(user_id=person.pk, actor=by(person), now=at, **arguments)


def check(person: User, typed: str, at: datetime = NOW) -> Checked:
    return second_factors.check(user_id=person.pk, code=typed, actor=by(person), now=at)


def by(person: User) -> Actor:
    return Actor.system(person.username)


def written() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_the_app_counts_once_it_has_shown_a_code(anna: User) -> None:
    assert enrol(anna, code=wrong()).verdict is WRONG
    assert (SecondFactor.objects.count(), BackupCode.objects.count(), written()) == (0, 0, [])

    enrolled = enrol(anna)

    assert (enrolled.verdict, len(set(enrolled.codes))) == (RIGHT, 10)
    assert (BackupCode.objects.count(), written()) == (10, ["second_factor.enrolled"])


def test_there_is_one_app(anna: User) -> None:
    enrol(anna)
    before = SecondFactor.objects.values().get()

    with pytest.raises(AlreadyEnrolled):
        enrol(anna, seed="0" * 40, code=code(NOW, "0" * 40))

    assert SecondFactor.objects.values().get() == before
    assert BackupCode.objects.count() == 10


@pytest.mark.parametrize(("steps", "verdict"), [(-2, WRONG), (-1, RIGHT), (0, RIGHT), (1, RIGHT), (2, WRONG)])
def test_clocks_may_differ_by_thirty_seconds(steps: int, verdict: Verdict, anna: User) -> None:
    enrol(anna, NOW - timedelta(hours=1))

    assert check(anna, code(NOW + STEP * steps)).verdict is verdict


def test_a_code_is_taken_once_and_no_older_one_after_it(anna: User) -> None:
    enrol(anna, NOW)
    later = NOW + STEP * 2

    assert check(anna, code(NOW)).verdict is WRONG
    assert check(anna, code(later), later).verdict is RIGHT
    assert check(anna, code(later), later).verdict is WRONG
    assert check(anna, code(later - STEP), later).verdict is WRONG
    assert check(anna, code(later + STEP), later).verdict is RIGHT


def test_blanks_do_not_matter(anna: User) -> None:
    enrol(anna, NOW - timedelta(hours=1))
    digits = code(NOW)

    assert check(anna, f" {digits[:3]} {digits[3:]} ").verdict is RIGHT


def test_a_backup_code_works_once_however_it_is_typed(anna: User) -> None:
    first, second, *_ = enrol(anna).codes

    assert check(anna, first).verdict is RIGHT
    assert check(anna, first).verdict is WRONG
    assert check(anna, second.replace("-", " ").upper()).verdict is RIGHT
    entries = AuditEntry.objects.filter(action="second_factor.backup_code_used").order_by("pk")
    assert [entry.after for entry in entries] == [{"backup_codes_left": 9}, {"backup_codes_left": 8}]


def test_nobody_elses_codes_work(anna: User) -> None:
    bert = User.objects.create_user("bert")
    codes = enrol(anna, NOW - timedelta(hours=1)).codes
    enrol(bert, seed="b" * 40, code=code(NOW, "b" * 40))

    assert check(bert, codes[0]).verdict is WRONG
    assert check(bert, code(NOW)).verdict is WRONG
    assert check(anna, codes[0]).verdict is RIGHT


def test_five_wrong_ones_bring_fifteen_minutes_of_silence(anna: User) -> None:
    codes = enrol(anna, NOW - timedelta(hours=1)).codes

    found = [check(anna, wrong()) for _ in range(5)]

    assert [checked.verdict for checked in found] == [WRONG] * 4 + [SILENT]
    end = NOW + timedelta(minutes=15)
    assert found[-1].until == end
    just_before = end - timedelta(microseconds=1)
    assert check(anna, code(just_before), just_before) == Checked(verdict=SILENT, until=end)
    assert check(anna, codes[0], just_before).verdict is SILENT
    assert check(anna, code(end), end).verdict is RIGHT
    # The tries in the silence are neither looked at nor counted.
    assert written() == ["second_factor.enrolled", *["second_factor.refused"] * 5, "second_factor.used"]
    assert AuditEntry.objects.filter(action="second_factor.refused").latest("pk").after == {
        "wrong_codes": 5,
        "silent_until": "2026-03-10T12:15:00Z",
    }


def test_silence_grows_up_to_a_day_and_a_right_code_ends_the_count(anna: User) -> None:
    enrol(anna, NOW - timedelta(hours=1))
    at, silences = NOW, []
    for _ in range(9):
        checked = [check(anna, wrong(at), at) for _ in range(5)][-1]
        assert checked.until is not None
        silences.append((checked.until - at) // timedelta(minutes=1))
        at = checked.until

    assert silences == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]
    assert check(anna, code(at), at).verdict is RIGHT
    assert [check(anna, wrong(at), at).verdict for _ in range(5)] == [WRONG] * 4 + [SILENT]
    assert SecondFactor.objects.get().locked_until == at + timedelta(minutes=15)


def test_new_backup_codes_end_the_old_ones(anna: User) -> None:
    old = enrol(anna, NOW - timedelta(hours=1)).codes
    arguments = {"user_id": anna.pk, "actor": by(anna), "now": NOW}

    assert second_factors.renew_backup_codes(code=wrong(), **arguments).codes == ()
    assert BackupCode.objects.filter(used_at=None).count() == 10
    renewed = second_factors.renew_backup_codes(code=code(NOW), **arguments)

    assert (len(renewed.codes), set(renewed.codes) & set(old)) == (10, set())
    assert check(anna, old[0]).verdict is WRONG
    assert check(anna, renewed.codes[0]).verdict is RIGHT
    assert "second_factor.backup_codes_renewed" in written()


def test_it_is_turned_off_by_a_code_only(anna: User) -> None:
    enrol(anna, NOW - timedelta(hours=1))
    arguments = {"user_id": anna.pk, "actor": by(anna), "now": NOW}

    assert second_factors.remove(code=wrong(), **arguments).verdict is WRONG
    assert SecondFactor.objects.get().failures == 1
    assert second_factors.remove(code=code(NOW), **arguments).verdict is RIGHT

    assert (SecondFactor.objects.count(), BackupCode.objects.count()) == (0, 0)
    assert written()[-1] == "second_factor.removed"


def test_a_reset_is_written_down_with_who_did_it(anna: User) -> None:
    enrol(anna)

    second_factors.reset(user_id=anna.pk, actor=Actor.system("boss"), now=NOW)

    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.actor_label) == ("second_factor.reset", "boss")
    assert (entry.entity_type, entry.entity_id) == ("user", str(anna.pk))
    assert SecondFactor.objects.count() == 0
    with pytest.raises(NotEnrolled):
        second_factors.reset(user_id=anna.pk, actor=Actor.system("boss"), now=NOW)
    with pytest.raises(NotEnrolled):
        check(anna, code(NOW))


def test_what_is_stored_makes_no_codes(anna: User) -> None:
    enrolled = enrol(anna)
    check(anna, wrong())
    check(anna, enrolled.codes[0])

    stored = str([*SecondFactor.objects.values(), *BackupCode.objects.values()]).lower()
    log = str(list(AuditEntry.objects.values())).lower()
    for secret in (second_factors.secret_of(SEED), *enrolled.codes):
        for spelling in (secret.lower(), secret.lower().replace("-", "")):
            assert spelling not in stored
            assert spelling not in log
    assert wrong() not in log
    assert SEED not in log


def test_another_secret_key_makes_another_secret_and_the_old_one_goes_on_as_fallback(
    anna: User, settings: Any
) -> None:
    enrol(anna, NOW - timedelta(hours=1))
    of_the_old_key = code(NOW)
    old_key, settings.SECRET_KEY = settings.SECRET_KEY, "another-" + "1" * 60

    assert code(NOW) != of_the_old_key
    assert check(anna, of_the_old_key).verdict is WRONG
    settings.SECRET_KEY_FALLBACKS = [old_key]
    assert check(anna, of_the_old_key).verdict is RIGHT


def test_the_app_is_told_whose_codes_they_are(anna: User) -> None:
    address = second_factors.address_for_app(person="anna", seed=SEED)

    parsed = pyotp.parse_uri(address)
    assert (parsed.name, parsed.issuer, parsed.secret) == ("anna", "Fanfare", second_factors.secret_of(SEED))
    assert len(second_factors.secret_of(SEED)) == 32
