"""One effect for one key, however often a caller repeats the call.

A service that moves money or counts takes `once`, claims it as the first statement of its outermost
transaction and gives it the result as the last one. The answer is so stored in the transaction of the effect:
both are there or neither is. Without a key `once` is `UNKEYED` and does nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from core.actors import Actor
from core.errors import DomainError
from core.models import IdempotencyKey
from core.prepared import Prepared

KEPT_FOR: Final = timedelta(days=7)

_stored: Final = Prepared(IdempotencyKey, "caller_id = %s AND key = %s AND caller_kind = %s")


class IdempotencyKeyReused(DomainError):
    status = 422
    key = "idempotency_key_reused"
    message = "Idempotency key reused"


class IdempotencyKeyInProgress(DomainError):
    status = 409
    key = "idempotency_key_in_progress"
    message = "Idempotency key in progress"
    retry_after_seconds = 1


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was told the caller: an HTTP status of success and the text of the body."""

    status: int
    body: str


class AnsweredBefore(Exception):
    """Not an error: this call was carried out before, and this is what it was answered."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__("answered before")


class Once[Result]:
    """What a service asks and tells when its caller may repeat himself. This one: a call without a key."""

    key: str = ""

    def claim(self) -> None:
        """Go on only if this call has not been carried out; first statement of the transaction."""

    def keep(self, result: Result) -> None:
        """Remember what the call led to; last statement before the commit."""


UNKEYED: Final[Once[Any]] = Once()


class Keyed[Result](Once[Result]):
    """A call under a key. `fingerprint` tells calls with different content apart, `printed` is how a result
    is answered. `answer` is set once the result is kept.
    """

    answer: Answer | None = None

    def __init__(
        self, *, actor: Actor, key: str, fingerprint: str, printed: Callable[[Result], Answer], now: datetime
    ) -> None:
        self.key = key
        self._caller = (actor.id, key, actor.kind.value)
        self._fingerprint = fingerprint
        self._printed = printed
        self._now = now

    def claim(self) -> None:
        """Hold the key until the transaction ends, without waiting for anybody.

        :raises AnsweredBefore: the call was carried out.
        :raises IdempotencyKeyReused: the key was used for another call.
        :raises IdempotencyKeyInProgress: somebody else holds the key right now.
        :raises TransactionManagementError: there is no transaction to hold the key.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("claim() needs a transaction.")
        # Two statements: one that locks and looks at once would look with a snapshot older than the lock.
        if not self._lock():
            raise IdempotencyKeyInProgress(
                "The first call with this key is still running. Repeat the same call in a second."
            )
        for row in _stored(*self._caller):
            if row.fingerprint != self._fingerprint:
                raise IdempotencyKeyReused(
                    "This key was used for a call with another path, query or body. Repeat a call unchanged, "
                    "and give every new call a key of its own."
                )
            raise AnsweredBefore(Answer(status=row.status, body=row.body))

    def keep(self, result: Result) -> None:
        caller_id, key, caller_kind = self._caller
        self.answer = self._printed(result)
        IdempotencyKey.objects.create(
            caller_kind=caller_kind,
            caller_id=caller_id,
            key=key,
            fingerprint=self._fingerprint,
            status=self.answer.status,
            body=self.answer.body,
            created_at=self._now,
        )

    def _lock(self) -> bool:
        name = hashlib.sha256("\0".join(("idempotency", *self._caller)).encode()).digest()
        with connection.cursor() as cursor:
            number = int.from_bytes(name[:8], signed=True)
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
            return bool(cursor.fetchone()[0])


def is_answered(*, actor: Actor, key: str) -> bool:
    """Whether a call under this key was carried out. Only for saying so: `Keyed.claim` decides."""
    return bool(_stored(actor.id, key, actor.kind.value))


def prune(*, before: datetime, batch_size: int = 5000) -> int:
    """Forget the oldest answers from before that instant; returns how many were forgotten."""
    oldest = IdempotencyKey.objects.filter(created_at__lt=before).order_by("created_at", "pk")
    return IdempotencyKey.objects.filter(pk__in=oldest.values("pk")[:batch_size]).delete()[0]
