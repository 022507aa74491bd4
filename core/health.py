"""Signs of life: who wrote them, and whether they are fresh enough (`/readyz`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Min

from core.models import EventDelivery, EventInterest, Heartbeat, OutboxEvent

FRESH: Final = timedelta(seconds=90)
MAX_LAG: Final = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class Check:
    """`ok` decides, `detail` is for people (`age_seconds`, `waiting`, …)."""

    name: str
    ok: bool
    detail: dict[str, Any]


def beat(name: str, *, now: datetime) -> None:
    """Note that the process called `name` lives."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=now)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )


def checks(*, now: datetime) -> list[Check]:
    """Database, broker, worker, beat and dispatcher, in this order; where there are webhooks, their sender.

    Without a database the rest is unknown.
    """
    database = _database()
    broker = _broker()
    if not database.ok:
        return [database, broker]
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    webhooks = [_fresh("webhooks", beats.get("webhooks"), now)] if EventInterest.objects.exists() else []
    return [
        database,
        broker,
        _fresh("worker", beats.get("worker"), now),
        _fresh("beat", beats.get("beat"), now),
        _dispatcher(beats.get("dispatcher"), now),
        *webhooks,
    ]


def dispatcher_lag(*, now: datetime) -> timedelta:
    """How long the oldest event has been waiting for the dispatcher."""
    oldest = OutboxEvent.objects.filter(dispatched_at=None).aggregate(at=Min("created_at"))["at"]
    return max(now - oldest, timedelta()) if oldest else timedelta()


def _database() -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return Check(name="database", ok=False, detail={"error": type(error).__name__})
    return Check(name="database", ok=True, detail={})


def _broker() -> Check:
    try:
        redis.Redis.from_url(
            settings.CELERY_BROKER_URL, socket_connect_timeout=0.5, socket_timeout=0.5
        ).ping()
    except redis.RedisError as error:
        return Check(name="broker", ok=False, detail={"error": type(error).__name__})
    return Check(name="broker", ok=True, detail={})


def _fresh(name: str, at: datetime | None, now: datetime) -> Check:
    age = None if at is None else round((now - at).total_seconds(), 1)
    return Check(name=name, ok=at is not None and now - at <= FRESH, detail={"age_seconds": age})


def _dispatcher(at: datetime | None, now: datetime) -> Check:
    alive = _fresh("dispatcher", at, now)
    lag = dispatcher_lag(now=now)
    parked = EventDelivery.objects.filter(status=EventDelivery.Status.PARKED).count()
    detail = {**alive.detail, "lag_seconds": round(lag.total_seconds(), 1), "parked": parked}
    return Check(name="dispatcher", ok=alive.ok and lag <= MAX_LAG, detail=detail)
