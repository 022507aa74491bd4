"""The second step of signing in: codes of an authenticator app (RFC 6238), and ten for the day it is lost.

Contract: governance 10, S1. Every function locks the person's row of it, so that two requests at once cannot
use one code twice, and every try is written down.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

import pyotp
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.crypto import salted_hmac

from core import audit, project
from core.actors import Actor
from core.errors import DomainError
from core.locking import lock
from core.models import BackupCode, SecondFactor

BACKUP_CODES: Final = 10
# As with passwords: five wrong ones, then fifteen minutes of silence; twice as long after each five more.
WRONG_ONES: Final = 5
_FIRST_SILENCE: Final = timedelta(minutes=15)
_LONGEST_SILENCE: Final = timedelta(days=1)
# The clock of a phone may differ by so many steps of 30 seconds.
_DRIFT: Final = 1
# 160 bits, as RFC 4226 advises.
_SECRET_BYTES: Final = 20
# 80 bits: no guessing from the hash, and not too long to type.
_BACKUP_BYTES: Final = 10


class Verdict(Enum):
    RIGHT = "right"
    WRONG = "wrong"
    SILENT = "silent"  # too many wrong ones: not even looked at


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What became of a code. `until`: how long codes are not looked at; `codes`: new ones, shown once."""

    verdict: Verdict
    until: datetime | None = None
    codes: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        return self.verdict is Verdict.RIGHT


class AlreadyEnrolled(DomainError):
    status = 409
    key = "second_factor_exists"
    message = "There is an authenticator app already"


class NotEnrolled(DomainError):
    status = 404
    key = "second_factor_missing"
    message = "There is no authenticator app"


def new_seed() -> str:
    return secrets.token_hex(_SECRET_BYTES)


def secret_of(seed: str, *, key: str | bytes | None = None) -> str:
    """The secret that the app gets, in base32, worked out of the seed and the server's `SECRET_KEY`."""
    digest = salted_hmac("core.second_factor", seed, secret=key, algorithm="sha256").digest()
    return base64.b32encode(digest[:_SECRET_BYTES]).decode()


def address_for_app(*, person: str, seed: str) -> str:
    """What the QR code says: `otpauth://totp/Fanfare:anna?secret=…&issuer=Fanfare`."""
    return pyotp.TOTP(secret_of(seed)).provisioning_uri(name=person, issuer_name=project.current().name)


@transaction.atomic
def enrol(*, user_id: int, seed: str, code: str, actor: Actor, now: datetime) -> Checked:
    """Take an app into use, once it has shown by a code that it knows the secret.

    :raises AlreadyEnrolled: there is one; it has to go first.
    """
    person = lock(User.objects.filter(pk=user_id))[0]
    if SecondFactor.objects.filter(user=person).exists():
        raise AlreadyEnrolled("Turn the old one off first, with one of its codes.")
    step = _step_of(seed, code, now)
    if step is None:
        return Checked(verdict=Verdict.WRONG)
    factor = SecondFactor.objects.create(user=person, seed=seed, last_step=step, created_at=now)
    audit.log(actor, "second_factor.enrolled", person, now=now)
    return Checked(verdict=Verdict.RIGHT, codes=_new_codes(factor))


@transaction.atomic
def check(*, user_id: int, code: str, actor: Actor, now: datetime) -> Checked:
    """Whether a code of the app, or a backup code, is right. It is used up by that.

    :raises NotEnrolled: the person has no app.
    """
    factor = _locked(user_id)
    if factor.locked_until is not None and now < factor.locked_until:
        return Checked(verdict=Verdict.SILENT, until=factor.locked_until)
    step = _step_of(factor.seed, code, now)
    if step is not None and step > factor.last_step:
        factor.last_step = step
        return _taken(factor, "second_factor.used", None, actor, now)
    if _use_up(factor, code, now):
        left = factor.backup_codes.filter(used_at=None).count()
        return _taken(factor, "second_factor.backup_code_used", {"backup_codes_left": left}, actor, now)
    return _refused(factor, actor, now)


@transaction.atomic
def renew_backup_codes(*, user_id: int, code: str, actor: Actor, now: datetime) -> Checked:
    """Ten new backup codes for a right code; the old ones end.

    :raises NotEnrolled: the person has no app.
    """
    checked = check(user_id=user_id, code=code, actor=actor, now=now)
    if not checked.is_right:
        return checked
    factor = _locked(user_id)
    factor.backup_codes.all().delete()
    audit.log(actor, "second_factor.backup_codes_renewed", factor.user, now=now)
    return Checked(verdict=Verdict.RIGHT, codes=_new_codes(factor))


@transaction.atomic
def remove(*, user_id: int, code: str, actor: Actor, now: datetime) -> Checked:
    """Turn the second step off for a right code, or make room for another app.

    :raises NotEnrolled: the person has no app.
    """
    checked = check(user_id=user_id, code=code, actor=actor, now=now)
    if checked.is_right:
        _delete(_locked(user_id), "second_factor.removed", actor, now)
    return checked


@transaction.atomic
def reset(*, user_id: int, actor: Actor, now: datetime) -> None:
    """Take the app and the backup codes of somebody else away: he lost both. He sets it up anew.

    :raises NotEnrolled: the person has no app.
    """
    _delete(_locked(user_id), "second_factor.reset", actor, now)


def _locked(user_id: int) -> SecondFactor:
    found = lock(SecondFactor.objects.filter(user_id=user_id))
    if not found:
        raise NotEnrolled("This person signs in with the password alone.")
    return found[0]


def _step_of(seed: str, code: str, now: datetime) -> int | None:
    """The 30 seconds to which a code of the app belongs; None: to none that counts."""
    digits = "".join(code.split())
    for key in _keys():
        try:
            app = pyotp.TOTP(secret_of(seed, key=key))
            return app.verify_and_get_timecode(digits, for_time=now, valid_window=_DRIFT)
        except pyotp.OTPVerificationError:
            continue
    return None


def _keys() -> Iterator[str | bytes]:
    """While one `SECRET_KEY` replaces another, apps of both work."""
    yield settings.SECRET_KEY
    yield from settings.SECRET_KEY_FALLBACKS


def _use_up(factor: SecondFactor, code: str, now: datetime) -> bool:
    unused = BackupCode.objects.filter(factor=factor, code_hash=_hash(code), used_at=None)
    return unused.update(used_at=now) == 1


def _taken(
    factor: SecondFactor, action: str, after: dict[str, Any] | None, actor: Actor, now: datetime
) -> Checked:
    factor.failures, factor.locked_until = 0, None
    _save(factor, now)
    audit.log(actor, action, factor.user, now=now, after=after)
    return Checked(verdict=Verdict.RIGHT)


def _refused(factor: SecondFactor, actor: Actor, now: datetime) -> Checked:
    factor.failures += 1
    rounds, rest = divmod(factor.failures, WRONG_ONES)
    # Thirty rounds are far beyond the longest silence, and 2 ** 30 is still a small number.
    factor.locked_until = (
        None if rest else now + min(_FIRST_SILENCE * 2 ** min(rounds - 1, 30), _LONGEST_SILENCE)
    )
    _save(factor, now)
    after = {"wrong_codes": factor.failures, "silent_until": factor.locked_until}
    audit.log(actor, "second_factor.refused", factor.user, now=now, after=after)
    verdict = Verdict.WRONG if factor.locked_until is None else Verdict.SILENT
    return Checked(verdict=verdict, until=factor.locked_until)


def _save(factor: SecondFactor, now: datetime) -> None:
    factor.updated_at = now
    factor.save(update_fields=["last_step", "failures", "locked_until", "updated_at"])


def _delete(factor: SecondFactor, action: str, actor: Actor, now: datetime) -> None:
    person = factor.user
    factor.delete()
    audit.log(actor, action, person, now=now)


def _new_codes(factor: SecondFactor) -> tuple[str, ...]:
    codes = tuple(_new_code() for _ in range(BACKUP_CODES))
    BackupCode.objects.bulk_create(BackupCode(factor=factor, code_hash=_hash(code)) for code in codes)
    return codes


def _new_code() -> str:
    """`k7qd-m2xp-a3ha-c5tz`."""
    letters = base64.b32encode(secrets.token_bytes(_BACKUP_BYTES)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _hash(code: str) -> str:
    """However it was typed: with or without hyphens and blanks, small or large."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
