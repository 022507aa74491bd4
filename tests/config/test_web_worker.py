"""Processes share the callers, however few these are."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from gunicorn.config import Config

from config import web_worker


class Process(web_worker.Worker):
    """One that only notes what it would answer."""

    def __init__(self, held: int) -> None:
        super().__init__(0, 0, [], None, 30, Config(), None)
        self.nr_conns = held
        self.taken: list[Any] = []

    def enqueue_req(self, conn: Any) -> None:
        self.taken.append(conn)

    def close(self) -> None:
        self.tmp._tmp.close()
        for conn in self.taken:
            conn.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """With one caller who waits."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        server.setblocking(False)
        yield server


@pytest.mark.parametrize("held", [1, 8, 500])
def test_who_holds_connections_lets_another_take_a_new_one(
    held: int, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.closing(Process(held)) as busy, contextlib.closing(Process(0)) as idle:
        # Both are woken; the other one comes while the first waits.
        monkeypatch.setattr("config.web_worker.time.sleep", lambda seconds: idle.accept(listener))

        busy.accept(listener)

        assert (len(busy.taken), len(idle.taken)) == (0, 1)
        assert (busy.nr_conns, idle.nr_conns) == (held, 1)


def test_nobody_waits_long_and_who_holds_nothing_not_at_all(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("config.web_worker.time.sleep", waited.append)
    with contextlib.closing(Process(0)) as idle:
        idle.accept(listener)
        assert len(idle.taken) == 1
    for held in (1, 5, 500):
        with contextlib.closing(Process(held)) as busy:
            busy.accept(listener)

    assert waited == sorted(waited)
    assert len(waited) == 3
    assert waited[-1] < 0.003
