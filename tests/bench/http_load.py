"""Callers of a server, in a process of their own: `python -m tests.bench.http_load < plan.json`.

The plan says `port`, `callers`, `warm_up` (requests before any is timed), `head` (lines of the request's
head) and `calls` ([path, body] each). Every caller keeps its connection and sends one request after the
other, so that `callers` are always under way. Raw sockets and one thread: a caller must cost far less than
what it measures.

Prints `{"seconds": of all timed requests, "times": [seconds of each]}`.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

_LENGTH: Final = b"\r\ncontent-length:"
_SILENCE_SECONDS: Final = 30.0


class Refused(Exception):
    """The server did not answer 200, or not at all; the text is what it said."""


class Caller:
    """One connection. `send` begins a request; `receive`, called when there is something, says if it is over."""

    def __init__(self, port: int) -> None:
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=_SILENCE_SECONDS)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        self._began = 0.0

    def send(self, request: bytes) -> None:
        self._received = b""
        self._began = time.perf_counter()
        self.connection.sendall(request)

    def receive(self) -> float | None:
        """Seconds since `send` when the whole answer is there, None before.

        :raises Refused: it is no 200, or the server hung up.
        """
        part = self.connection.recv(65536)
        if not part:
            raise Refused("The server closed the connection.")
        self._received += part
        if not _is_whole(self._received):
            return None
        seconds = time.perf_counter() - self._began
        if not self._received.startswith(b"HTTP/1.1 200"):
            raise Refused(self._received.decode(errors="replace"))
        return seconds


def main() -> None:
    plan = json.load(sys.stdin)
    requests = [_request(plan, path, body) for path, body in plan["calls"]]
    callers = [Caller(plan["port"]) for _ in range(plan["callers"])]
    warm_up = plan["warm_up"]
    _run(callers, requests[:warm_up])
    began = time.perf_counter()
    times = _run(callers, requests[warm_up:])
    json.dump({"seconds": time.perf_counter() - began, "times": times}, sys.stdout)


def _request(plan: Any, path: str, body: str) -> bytes:
    raw = body.encode()
    head = [f"POST {path} HTTP/1.1", *plan["head"], f"Content-Length: {len(raw)}", "", ""]
    return "\r\n".join(head).encode() + raw


def _run(callers: list[Caller], requests: list[bytes]) -> list[float]:
    """Every request once; seconds of each, in the order of the answers."""
    times: list[float] = []
    waiting = iter(requests)
    with selectors.DefaultSelector() as selector:
        under_way = sum(_begin(caller, waiting) for caller in callers)
        for caller in callers:
            selector.register(caller.connection, selectors.EVENT_READ, caller)
        while under_way:
            ready = selector.select(_SILENCE_SECONDS)
            if not ready:
                raise Refused("The server is silent.")
            for key, _ in ready:
                seconds = key.data.receive()
                if seconds is not None:
                    times.append(seconds)
                    under_way -= not _begin(key.data, waiting)
    return times


def _begin(caller: Caller, waiting: Iterator[bytes]) -> bool:
    request = next(waiting, None)
    if request is not None:
        caller.send(request)
    return request is not None


def _is_whole(answer: bytes) -> bool:
    """Whether the body is as long as the head says."""
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = answer[:end].lower()
    at = head.find(_LENGTH)
    if at < 0:
        raise Refused(f"The server does not say how long its answer is:\n{head.decode(errors='replace')}")
    at += len(_LENGTH)
    stop = head.find(b"\r\n", at)
    return len(answer) - end - 4 >= int(head[at : None if stop < 0 else stop])


if __name__ == "__main__":
    main()
