from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from core import events, health
from core.actors import Actor
from core.api import metrics
from core.models import EventDelivery, EventInterest, Heartbeat, ProjectSettings


def beat_all(age_seconds: float = 0) -> None:
    for name in ("worker", "beat", "dispatcher"):
        health.beat(name, now=timezone.now() - timedelta(seconds=age_seconds))


def test_alive_asks_nobody(client: Any) -> None:
    # Without the `db` fixture any query would fail.
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]


def test_ready_when_every_part_lives(anonymous: APIClient) -> None:
    beat_all()

    answer = anonymous.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert list(answer.json()["checks"]) == ["database", "broker", "worker", "beat", "dispatcher"]
    assert all(check["ok"] for check in answer.json()["checks"].values())


def test_somebody_must_send_once_there_are_webhooks(anonymous: APIClient) -> None:
    beat_all()
    EventInterest.objects.create(name="voucher.created")

    assert anonymous.get("/readyz").status_code == 503
    health.beat("webhooks", now=timezone.now())
    answer = anonymous.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["webhooks"]["ok"]) == (200, True)


@pytest.mark.parametrize("name", ["worker", "beat", "dispatcher"])
@pytest.mark.parametrize("age", [None, 120])
def test_not_ready_without_a_fresh_sign_of_life(anonymous: APIClient, name: str, age: int | None) -> None:
    beat_all()
    Heartbeat.objects.filter(name=name).delete()
    if age is not None:
        health.beat(name, now=timezone.now() - timedelta(seconds=age))

    answer = anonymous.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert [part for part, check in answer.json()["checks"].items() if not check["ok"]] == [name]


def test_not_ready_while_events_wait_too_long(
    anonymous: APIClient, actor: Actor, settings_row: ProjectSettings
) -> None:
    beat_all()
    events.emit("x.happened", entity=settings_row, actor=actor, now=timezone.now() - timedelta(seconds=61))

    checks = anonymous.get("/readyz").json()["checks"]

    assert checks["dispatcher"]["ok"] is False
    assert 61 <= checks["dispatcher"]["lag_seconds"] < 90


def test_not_ready_without_a_broker(anonymous: APIClient, settings: Any) -> None:
    beat_all()
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    answer = anonymous.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"] == {"ok": False, "error": "ConnectionError"}


def test_not_ready_when_the_database_goes_away_in_between(
    anonymous: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(health, "checks", fail)

    answer = anonymous.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": {"ok": False, "error": "DatabaseError"}}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_only_reads_are_served(anonymous: APIClient, path: str) -> None:
    assert anonymous.post(path).status_code == 405


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_gauges_say_what_waits(anonymous: APIClient, actor: Actor, settings_row: ProjectSettings) -> None:
    now = timezone.now()
    health.beat("worker", now=now - timedelta(seconds=10))
    done = events.emit("x.happened", entity=settings_row, actor=actor, now=now - timedelta(seconds=40))
    events.emit("x.happened", entity=settings_row, actor=actor, now=now - timedelta(seconds=30))
    for number, status in enumerate(("DONE", "PARKED", "PENDING", "PENDING")):
        EventDelivery.objects.create(event=done, subscriber=f"s{number}", status=status, due_at=now)
    done.dispatched_at = now
    done.save(update_fields=["dispatched_at"])

    answer = anonymous.get("/metrics")

    found = samples(answer.content.decode())
    assert answer["Content-Type"].startswith("text/plain")
    assert found["fanfare_outbox_waiting", ()] == 1
    assert 30 <= found["fanfare_dispatcher_lag_seconds", ()] < 60
    assert found["fanfare_event_deliveries", (("status", "pending"),)] == 2
    assert found["fanfare_event_deliveries", (("status", "parked"),)] == 1
    assert 10 <= found["fanfare_heartbeat_age_seconds", (("process", "worker"),)] < 40


def test_answers_are_counted_under_their_route(api: APIClient) -> None:
    route = "v1/metadata-schemas/<str:resource>"
    label = (("method", "GET"), ("route", route), ("status", "404"))
    before = samples(api.get("/metrics").content.decode()).get(("fanfare_http_requests_total", label), 0)

    api.get("/v1/metadata-schemas/first")
    api.get("/v1/metadata-schemas/zweiter")
    api.generic("BREW", "/v1/nothing-here")

    text = api.get("/metrics").content.decode()
    found = samples(text)
    assert found["fanfare_http_requests_total", label] == before + 2
    seconds = ("fanfare_http_request_duration_seconds_count", (("method", "GET"), ("route", route)))
    assert found[seconds] >= 2
    assert (
        found["fanfare_http_requests_total", (("method", "OTHER"), ("route", "other"), ("status", "404"))]
        >= 1
    )
    assert "zweiter" not in text


def test_floors_above_add_their_gauges(db: None) -> None:
    def waiting_actions(now: Any) -> list[GaugeMetricFamily]:
        return [GaugeMetricFamily("fanfare_async_actions_waiting", "Waiting.", value=3)]

    text = metrics.render(now=timezone.now(), more=[waiting_actions]).decode()

    assert samples(text)["fanfare_async_actions_waiting", ()] == 3


def test_several_processes_print_the_sum_of_all(tmp_path: Path) -> None:
    """Two children of one process count an answer each; their parent prints what the directory holds."""
    script = """
import os, types
from datetime import datetime
import django
django.setup()
from core.api import metrics

request = types.SimpleNamespace(method="GET", resolver_match=types.SimpleNamespace(route="v1/x"))
for _ in range(2):
    child = os.fork()
    if not child:
        metrics.MetricsMiddleware(lambda request: types.SimpleNamespace(status_code=200))(request)
        os._exit(0)
    os.waitpid(child, 0)
metrics.waiting = lambda now: ()
print(metrics.render(now=datetime.now()).decode())
"""
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)

    label = (("method", "GET"), ("route", "v1/x"), ("status", "200"))
    assert samples(done.stdout)["fanfare_http_requests_total", label] == 2
