"""Who tries many codes that nobody has is slowed down, then refused.

Unknown codes are kept as instants in sorted sets of Redis, one set for each address, key and customer, of
which the newest are enough: whoever tried `calls` in the last `seconds` waits until the oldest of these is
older. So no window ever holds more, known codes take nothing back, and a refused call is not counted. A full
minute slows, a full hour refuses. Asking comes in the round trip that counts the call; only unknown codes
cost one more.

When Redis is away each process keeps the same instants itself: the bound is then one for each web process.
"""

from __future__ import annotations

import secrets
import threading
import time
from bisect import insort
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from django.conf import settings
from redis.client import Pipeline

from core.api import throttling
from core.api.throttling import Limit
from core.errors import RateLimited

KEYS: Final = "fanfare:unknown"
MOST_REMEMBERED: Final = 10_000
"""Callers whose instants a process keeps itself while Redis is away; the first ones go first."""


class TooManyUnknownCodes(RateLimited):
    key = "too_many_unknown_codes"
    message = "Too many unknown codes"

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds=retry_after_seconds, limit_type="unknown_codes")
        self.details = f"Too many codes were tried that nobody has. {self.details}"


@dataclass(frozen=True, kw_only=True)
class Guesser:
    """One who may have tried unknown codes, under the `name` of his limits."""

    name: str
    who: str

    @property
    def limits(self) -> tuple[Limit, Limit]:
        minute, hour = settings.FANFARE_UNKNOWN_CODES[self.name]
        return (
            Limit(name=self.name, calls=minute, seconds=60),
            Limit(name=self.name, calls=hour, seconds=3600),
        )

    @property
    def key(self) -> str:
        return f"{KEYS}:{self.name}:{throttling.hashed(self.who)}"

    @property
    def most(self) -> int:
        return max(limit.calls for limit in self.limits)


@dataclass(frozen=True, kw_only=True)
class Guessers:
    """All that one call counts for."""

    members: tuple[Guesser, ...]

    def ask(self, pipe: Pipeline) -> None:
        for guesser, limit in self._limits():
            pipe.zrevrange(guesser.key, limit.calls - 1, limit.calls - 1, withscores=True)

    def judge(self, answers: list[Any] | None) -> None:
        """:raises TooManyUnknownCodes: one of them has to wait; `answers` None: Redis is away."""
        now, wait = time.time(), 0.0
        for number, (guesser, limit) in enumerate(self._limits()):
            oldest = _memory.newest(guesser.key, limit.calls)
            if answers is not None:
                oldest = max([oldest, *(instant for _, instant in answers[number])])
            # Clocks of several servers differ, and may be set back.
            wait = max(wait, min(oldest + limit.seconds - now, limit.seconds))
        if wait > 0:
            raise TooManyUnknownCodes(retry_after_seconds=ceil(wait))

    def count(self, unknown: int) -> None:
        """They tried so many unknown codes just now."""
        now, call = time.time(), secrets.token_hex(8)

        def ask(pipe: Pipeline) -> None:
            for guesser in self.members:
                pipe.zadd(guesser.key, {f"{call}:{number}": now for number in range(unknown)})
                pipe.zremrangebyrank(guesser.key, 0, -guesser.most - 1)
                pipe.expire(guesser.key, 3600)

        if settings.FANFARE_RATE_LIMITS and throttling.asked(ask) is None:
            for guesser in self.members:
                _memory.add(guesser.key, [now] * unknown, most=guesser.most)

    def _limits(self) -> Iterator[tuple[Guesser, Limit]]:
        return ((guesser, limit) for guesser in self.members for limit in guesser.limits)


class Memory:
    """Instants of this process, for the time without Redis."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._instants: OrderedDict[str, list[float]] = OrderedDict()

    def newest(self, key: str, place: int) -> float:
        """The instant in this place, the newest first; 0 if there are not so many."""
        with self._lock:
            instants = self._instants.get(key, ())
            return instants[-place] if len(instants) >= place else 0.0

    def add(self, key: str, instants: Sequence[float], *, most: int) -> None:
        with self._lock:
            known = self._instants.setdefault(key, [])
            for instant in instants:
                insort(known, instant)
            del known[:-most]
            self._instants.move_to_end(key)
            if len(self._instants) > MOST_REMEMBERED:
                self._instants.popitem(last=False)

    def forget(self) -> None:
        with self._lock:
            self._instants.clear()


_memory: Final = Memory()
