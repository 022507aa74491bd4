"""Callers of a server, in a process of their own: `python -m tests.bench.http_load < plan.json`.

The plan says `port`, `callers`, `warm_up` (requests before any is timed), `head` (lines of the request's
head), `calls` ([path, body] each), `seconds`, after which no more of them are begun, and `watch` (processes
whose processor time is measured, with all below them). Every caller keeps
its connection and sends one request after the other, so that `callers` are always under way. Raw sockets and
one thread: a caller must cost far less than what it measures. A server that is overrun may hang up on a kept
connection without reading what came: the request is sent again, as any client would, and its time goes on.

Prints `{"seconds": of all timed requests, "times": [seconds of each], "cpu": seconds of what is watched}`.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

from tests.bench import cpu

_LENGTH: Final = b"\r\ncontent-length:"
_SILENCE_SECONDS: Final = 30.0


class Refused(Exception):
    """The server did not answer 200, or not at all; the text is what it said."""


class HungUp(Exception):
    """The server closed a kept connection before it read the request."""


class Caller:
    """One connection: `send` begins a request, `receive` takes what has come of its answer."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._request = self._received = b""
        self._began = 0.0
        self.connect()

    def connect(self) -> None:
        self.connection = socket.create_connection(("127.0.0.1", self._port), timeout=_SILENCE_SECONDS)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        self._request, self._received = request, b""
        self._began = time.perf_counter()
        self.connection.sendall(request)

    def send_again(self) -> None:
        """The same request on a new connection; its time goes on."""
        self.close()
        self.connect()
        self.connection.sendall(self._request)

    def close(self) -> None:
        self.connection.close()

    def receive(self) -> float | None:
        """Seconds since `send` when the whole answer is there, None before.

        :raises HungUp: nothing was answered.
        :raises Refused: it is no 200, or it ends too early.
        """
        try:
            part = self.connection.recv(65536)
        except ConnectionResetError:
            part = b""
        if not part:
            if not self._received:
                raise HungUp
            raise Refused(f"The answer is cut off:\n{self._received.decode(errors='replace')}")
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
    warm_up = plan["warm_up"]
    _run(_callers(plan), requests[:warm_up], _SILENCE_SECONDS)
    # New connections: the server hangs up on one that waited for the others to end.
    callers = _callers(plan)
    used, began = cpu.seconds(plan["watch"]), time.perf_counter()
    times = _run(callers, requests[warm_up:], plan["seconds"])
    seconds, used = time.perf_counter() - began, cpu.seconds(plan["watch"]) - used
    json.dump({"seconds": seconds, "times": times, "cpu": used}, sys.stdout)


def _callers(plan: Any) -> list[Caller]:
    return [Caller(plan["port"]) for _ in range(plan["callers"])]


def _request(plan: Any, path: str, body: str) -> bytes:
    raw = body.encode()
    head = [f"POST {path} HTTP/1.1", *plan["head"], f"Content-Length: {len(raw)}", "", ""]
    return "\r\n".join(head).encode() + raw


def _run(callers: list[Caller], requests: list[bytes], seconds: float) -> list[float]:
    """Every request once, as far as the time reaches; seconds of each, in the order of the answers."""
    times: list[float] = []
    waiting = _until(time.perf_counter() + seconds, requests)
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for caller in callers:
            stack.callback(caller.close)
            selector.register(caller.connection, selectors.EVENT_READ, caller)
        under_way = sum(_begin(caller, waiting) for caller in callers)
        while under_way:
            ready = selector.select(_SILENCE_SECONDS)
            if not ready:
                raise Refused("The server is silent.")
            for key, _ in ready:
                try:
                    took = key.data.receive()
                except HungUp:
                    selector.unregister(key.fileobj)
                    key.data.send_again()
                    selector.register(key.data.connection, selectors.EVENT_READ, key.data)
                    continue
                if took is not None:
                    times.append(took)
                    under_way -= not _begin(key.data, waiting)
    return times


def _until(end: float, requests: list[bytes]) -> Iterator[bytes]:
    for request in requests:
        if time.perf_counter() > end:
            return
        yield request


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
