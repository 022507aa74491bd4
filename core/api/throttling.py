"""Rate limits, counted in Redis in fixed windows. `core.api.guesses` counts unknown codes, in sliding ones.

When Redis is away or silent, calls are let through: a limit is a courtesy, correctness never depends on it.
After a failure the counters are left alone for some seconds, so that a dead Redis costs nothing per call.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final, Protocol

import redis
from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from core.errors import RateLimited

logger = logging.getLogger(__name__)

_PAUSE_AFTER_FAILURE: Final = 5.0
_WITH_PORT: Final = re.compile(r"(?P<v4>[0-9.]+):[0-9]+|\[(?P<v6>[^\]]+)\](?::[0-9]+)?")
_paused_until = 0.0


@dataclass(frozen=True, kw_only=True)
class Limit:
    """`calls` per `seconds`, in windows that begin at whole multiples of `seconds`."""

    name: str
    calls: int
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What the response headers say: `resets_at` in epoch seconds."""

    limit: int
    remaining: int
    resets_at: int


SERVER_CALLS: Final = Limit(name="server", calls=settings.FANFARE_SERVER_CALLS_PER_MINUTE, seconds=60)
CLIENT_CALLS: Final = Limit(name="client", calls=5, seconds=5)
WRONG_KEYS: Final = Limit(name="wrong-key", calls=20, seconds=60)


def client_address(request: Request | HttpRequest) -> str:
    """The caller's address in its shortest form (`::ffff:192.0.2.7` is `192.0.2.7`).

    Behind proxies of ours (`FANFARE_TRUSTED_PROXIES` hops) the forwarded one, without its port.
    """
    hops = settings.FANFARE_TRUSTED_PROXIES
    direct = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = [
        part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
    ]
    parsed = _parsed(forwarded[-hops]) if hops and len(forwarded) >= hops else None
    return str(parsed or _parsed(direct) or direct)


def neighbourhood(request: Request | HttpRequest) -> str:
    """Who shares one allowance: an IPv4 address, or the 64 bits of IPv6 that belong to one household."""
    address = client_address(request)
    if isinstance(_parsed(address), IPv6Address):
        return str(IPv6Network(f"{address.partition('%')[0]}/64", strict=False).network_address)
    return address


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: bare, `192.0.2.7:4711` or `[2001:db8::1]:4711`."""
    found = _WITH_PORT.fullmatch(text)
    try:
        address = ip_address(found["v4"] or found["v6"] if found else text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


class Beside(Protocol):
    """What else is asked in the round trip that counts a call."""

    def ask(self, pipe: redis.client.Pipeline) -> object: ...

    def judge(self, answers: list[Any] | None) -> None:
        """`answers` to what was asked, in order; None: Redis is away. May raise RateLimited."""


def take(limit: Limit, who: str, beside: Beside | None = None) -> Usage | None:
    """Count one call of `who`; None when limits are off or Redis is away.

    :raises RateLimited: the window is full, or `beside` says so.
    """
    answers = _counted(limit, who, beside)
    if beside is not None and settings.FANFARE_RATE_LIMITS:
        beside.judge(None if answers is None else answers[2:])
    if answers is None:
        return None
    seen = int(answers[0])
    now = int(time.time())
    resets_at = now - now % limit.seconds + limit.seconds
    if seen > limit.calls:
        raise RateLimited(retry_after_seconds=max(1, resets_at - now))
    return Usage(limit=limit.calls, remaining=limit.calls - seen, resets_at=resets_at)


def count_wrong_key(who: str) -> None:
    """A neighbourhood that tries many wrong keys is told to wait; right keys from there still work.

    :raises RateLimited: more than 20 wrong keys in the minute.
    """
    take(WRONG_KEYS, who)


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.2, socket_timeout=0.2)


def _count(limit: Limit, who: str) -> int | None:
    answers = _counted(limit, who)
    return None if answers is None else int(answers[0])


def _counted(limit: Limit, who: str, beside: Beside | None = None) -> list[Any] | None:
    """The number of calls, whether its key expires, and what `beside` asked."""
    key = f"fanfare:limit:{limit.name}:{hashed(who)}:{int(time.time()) // limit.seconds}"

    def ask(pipe: redis.client.Pipeline) -> None:
        pipe.incr(key)
        pipe.expire(key, limit.seconds + 1)
        if beside is not None:
            beside.ask(pipe)

    return asked(ask)


def hashed(who: str) -> str:
    """How somebody is named in Redis: addresses and customers are nobody's business there."""
    return hashlib.sha256(who.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def asked(ask: Callable[[redis.client.Pipeline], object]) -> list[Any] | None:
    """The answers to the commands of `ask`, in one round trip; None when limits are off or Redis is away."""
    global _paused_until
    if not settings.FANFARE_RATE_LIMITS or time.monotonic() < _paused_until:
        return None
    try:
        with _client().pipeline(transaction=False) as pipe:
            ask(pipe)
            return pipe.execute()
    except redis.RedisError:
        _paused_until = time.monotonic() + _PAUSE_AFTER_FAILURE
        logger.warning("Redis does not answer; rate limits are not counted for %.0f s", _PAUSE_AFTER_FAILURE)
        return None
