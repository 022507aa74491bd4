"""How channels fare: calls, errors and times by API key, in the last minutes and the last hour.

A constant number of queries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import connection
from django.db.models import Max, Sum

from core.latency import PLACES, percentile
from core.models import ApiKey, ChannelMinute

NOW: Final = timedelta(minutes=5)
HOUR: Final = timedelta(hours=1)
BAR: Final = timedelta(minutes=2)
BARS: Final = HOUR // BAR
KNOWN_FOR: Final = timedelta(days=30)
"""A key that was not used for so long is not shown."""
SLOW: Final = 1_000
"""From so many milliseconds on, for 95 of 100 calls, a shop waits."""
FEWEST: Final = 20
"""With fewer calls times and shares say little."""
WRONG_SHARE: Final = 20
"""Percent of calls that are the caller's own mistakes: something is set up wrong."""
SILENCE: Final = timedelta(minutes=15)
BUSY: Final = 60
"""Calls in the three quarters of an hour before, from which on silence is strange."""


class State(StrEnum):
    FINE = "FINE"
    IDLE = "IDLE"
    SILENT = "SILENT"
    SLOW = "SLOW"
    WRONG = "WRONG"
    ERRORS = "ERRORS"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of a span. Times in milliseconds, None: no calls. `wrong`: mistakes of the caller."""

    calls: int = 0
    refused: int = 0
    wrong: int = 0
    server_errors: int = 0
    p50: int | None = None
    p95: int | None = None
    slowest: int = 0


@dataclass(frozen=True, kw_only=True)
class Bar:
    calls: int = 0
    errors: int = 0


@dataclass(frozen=True, kw_only=True)
class Channel:
    """`key` None: calls that brought no valid key. `bars`: the last hour, oldest first."""

    key: ApiKey | None
    now: Figures
    hour: Figures
    bars: Sequence[Bar] = field(default=())
    state: State = State.IDLE

    @property
    def is_trouble(self) -> bool:
        return self.state is State.ERRORS

    @property
    def is_doubtful(self) -> bool:
        return self.state in {State.SILENT, State.SLOW, State.WRONG}


def channels(*, now: datetime) -> list[Channel]:
    """Keys in use, the busiest of the last hour first; calls without a valid key last, if there were any."""
    recent, hour = _figures(now - NOW), _figures(now - HOUR)
    bars = _bars(now)
    keys = ApiKey.objects.filter(blocked_at=None, last_used_at__gte=now - KNOWN_FOR).order_by("name", "pk")
    found = [_channel(key, recent, hour, bars, now) for key in keys]
    found.sort(key=lambda one: -one.hour.calls)
    nobody = [_channel(None, recent, hour, bars, now)] if "" in hour else []
    return found + nobody


def _channel(
    key: ApiKey | None,
    recent: Mapping[str, Figures],
    hour: Mapping[str, Figures],
    bars: Mapping[str, Sequence[Bar]],
    now: datetime,
) -> Channel:
    app_id = key.app_id if key else ""
    mine, latest = hour.get(app_id, Figures()), recent.get(app_id, Figures())
    drawn = bars.get(app_id, [Bar()] * BARS)
    return Channel(key=key, now=latest, hour=mine, bars=drawn, state=_state(key, latest, mine, drawn))


def _state(key: ApiKey | None, now: Figures, hour: Figures, bars: Sequence[Bar]) -> State:
    """What is worst first. Who knocks without a key cannot be told apart: only our own errors count there."""
    if now.server_errors:
        return State.ERRORS
    if not hour.calls:
        return State.IDLE
    if key is None:
        return State.FINE
    if now.calls >= FEWEST and now.wrong * 100 >= now.calls * WRONG_SHARE:
        return State.WRONG
    if now.calls >= FEWEST and now.p95 is not None and now.p95 >= SLOW:
        return State.SLOW
    silent = SILENCE // BAR
    if not any(bar.calls for bar in bars[-silent:]) and sum(bar.calls for bar in bars[:-silent]) >= BUSY:
        return State.SILENT
    return State.FINE


def _figures(since: datetime) -> dict[str, Figures]:
    """By key id, all kinds of work together."""
    sums = {
        row["app_id"]: row
        for row in ChannelMinute.objects.filter(minute__gte=since)
        .values("app_id")
        .annotate(
            calls_sum=Sum("calls"),
            refused_sum=Sum("refused"),
            client_sum=Sum("client_errors"),
            server_sum=Sum("server_errors"),
            slowest_max=Max("slowest"),
        )
        .order_by("app_id")
    }
    took = _took(since) if sums else {}
    return {
        app_id: Figures(
            calls=row["calls_sum"],
            refused=row["refused_sum"],
            wrong=row["client_sum"],
            server_errors=row["server_sum"],
            slowest=row["slowest_max"],
            p50=percentile(took[app_id], 50, slowest=row["slowest_max"]),
            p95=percentile(took[app_id], 95, slowest=row["slowest_max"]),
        )
        for app_id, row in sums.items()
    }


def _took(since: datetime) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT app_id, place, sum(counted.number)::bigint FROM core_channelminute, "
            "unnest(took) WITH ORDINALITY AS counted(number, place) "
            "WHERE minute >= %s GROUP BY app_id, place",
            [since],
        )
        for app_id, place, calls in cursor.fetchall():
            found.setdefault(app_id, [0] * PLACES)[place - 1] = calls
    return found


def _bars(now: datetime) -> dict[str, list[Bar]]:
    """The last hour in steps; the youngest step ends now."""
    since = now - HOUR
    rows = (
        ChannelMinute.objects.filter(minute__gte=since)
        .values("app_id", "minute")
        .annotate(calls_sum=Sum("calls"), server_sum=Sum("server_errors"))
        .order_by("app_id", "minute")
    )
    found: dict[str, list[Bar]] = {}
    for row in rows:
        bars = found.setdefault(row["app_id"], [Bar()] * BARS)
        place = min(BARS - 1, (row["minute"] - since) // BAR)
        bars[place] = Bar(
            calls=bars[place].calls + row["calls_sum"], errors=bars[place].errors + row["server_sum"]
        )
    return found
