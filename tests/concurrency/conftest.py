"""Many callers at once, over HTTP or inside the process."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.servers.basehttp import WSGIServer
from django.db import connection
from pytest_django.live_server_helper import LiveServer

from core import locking
from core.actors import Actor
from core.services import api_keys
from tests.concurrency.adding_up import everything_adds_up
from tests.conftest import NOW

# Django's test server keeps only ten callers waiting; here 64 come at once.
WSGIServer.request_queue_size = 256

Answer = tuple[int, dict[str, Any]]


@pytest.fixture(autouse=True)
def _adds_up(transactional_db: None) -> Iterator[None]:
    """Whatever a race was about: afterwards every counter, balance and hold is the sum of its rows."""
    yield
    everything_adds_up()


@pytest.fixture(autouse=True)
def _nobody_waits_in_a_ring(_adds_up: None) -> Iterator[None]:
    """A ring of locks that PostgreSQL broke costs a second and is repeated; the order of locks makes none."""
    before = _deadlocks()
    yield
    assert _deadlocks() == before


def _deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        (found,) = cursor.fetchone()
    return int(found)


@pytest.fixture
def given_up(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """One entry for each transaction that PostgreSQL gave up (deadlock, lock time-out), to be repeated."""
    naps: list[float] = []
    monkeypatch.setattr(locking, "time", SimpleNamespace(sleep=naps.append))
    return naps


@pytest.fixture
def call(live_server: LiveServer) -> Callable[[str, str, Any], Answer]:
    """`call("POST", "/v1/redemptions", body, key="k-1")` -> (status, JSON), over a real socket."""
    issued = api_keys.create(name="race", actor=Actor.system("tests"), now=NOW)
    headers = {
        "Content-Type": "application/json",
        "X-App-Id": issued.key.app_id,
        "X-App-Token": issued.token,
    }

    def send(method: str, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        sent = headers if key is None else {**headers, "Idempotency-Key": key}
        request = urllib.request.Request(live_server.url + path, data=data, headers=sent, method=method)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"{}")

    return send


@pytest.fixture
def at_once() -> Callable[[Sequence[Callable[[], Any]]], list[Any]]:
    """Run the calls in as many threads, released together; returns their results in order."""

    def run(calls: Sequence[Callable[[], Any]]) -> list[Any]:
        barrier = threading.Barrier(len(calls))

        def one(operation: Callable[[], Any]) -> Any:
            try:
                barrier.wait(timeout=30)
                return operation()
            finally:
                connection.close()

        with ThreadPoolExecutor(max_workers=len(calls)) as pool:
            return [future.result() for future in [pool.submit(one, call) for call in calls]]

    return run


@pytest.fixture
def three_at_once() -> Iterator[Callable[[Sequence[Callable[[], Any]]], list[Any]]]:
    """As `at_once` for three calls, but with the same threads and connections in every round."""
    barrier = threading.Barrier(3)

    def one(operation: Callable[[], Any]) -> Any:
        barrier.wait(timeout=30)
        return operation()

    with ThreadPoolExecutor(max_workers=3) as pool:

        def run(calls: Sequence[Callable[[], Any]]) -> list[Any]:
            return [future.result() for future in [pool.submit(one, call) for call in calls]]

        yield run
        # A lambda, because each thread has a connection of its own.
        run([lambda: connection.close()] * 3)
