"""Rate limits in tests: counted in the real Redis, by a clock that the test moves."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from core.api import guesses, throttling


@dataclass
class Clock:
    """Stands for the `time` module in `throttling` and `guesses`: windows end when the test says so."""

    now: float

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


def switched_on(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """Limits are on, at the beginning of an hour that no other test has. For a fixture to yield from."""
    clock = Clock(now=3600.0 * (10**7 + secrets.randbelow(10**7)))
    settings.FANFARE_RATE_LIMITS = True
    # Addresses are the same in all tests, and instants of another clock would count.
    monkeypatch.setattr(guesses, "KEYS", f"{guesses.KEYS}:{secrets.token_hex(8)}")
    for module in (throttling, guesses):
        monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(throttling, "_paused_until", 0.0)
    throttling._client.cache_clear()
    guesses._memory.forget()
    yield clock
    throttling._client.cache_clear()
    guesses._memory.forget()
