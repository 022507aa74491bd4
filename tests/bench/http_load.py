"""Callers of a server, in a process of their own: `python -m tests.bench.http_load < plan.json`.

The plan says `port`, `callers`, `warm_up` (requests before any is timed), `head` (lines of the request's
head) and `calls` ([path, body] each). Every caller keeps its connection and sends one request after the
other, so that `callers` are always under way. Raw sockets: a caller must cost far less than what it measures.

Prints `{"seconds": of all timed requests, "times": [seconds of each]}`.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

_LENGTH = b"\r\ncontent-length:"


class Refused(Exception):
    """The server did not answer 200; the text is what it said."""


def main() -> None:
    plan = json.load(sys.stdin)
    requests = [_request(plan, path, body) for path, body in plan["calls"]]
    warm_up = plan["warm_up"]
    _run(plan, requests[:warm_up])
    began = time.perf_counter()
    times = _run(plan, requests[warm_up:])
    json.dump({"seconds": time.perf_counter() - began, "times": times}, sys.stdout)


def _request(plan: Any, path: str, body: str) -> bytes:
    raw = body.encode()
    head = [f"POST {path} HTTP/1.1", *plan["head"], f"Content-Length: {len(raw)}", "", ""]
    return "\r\n".join(head).encode() + raw


def _run(plan: Any, requests: list[bytes]) -> list[float]:
    times: list[float] = []
    failures: list[Exception] = []
    waiting = iter(requests)
    lock = threading.Lock()

    def shared() -> Iterator[bytes]:
        while True:
            with lock:
                request = next(waiting, None)
            if request is None:
                return
            yield request

    def call() -> None:
        try:
            with socket.create_connection(("127.0.0.1", plan["port"]), timeout=30) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for request in shared():
                    began = time.perf_counter()
                    connection.sendall(request)
                    _answer(connection)
                    times.append(time.perf_counter() - began)
        except (OSError, Refused) as error:
            failures.append(error)

    threads = [threading.Thread(target=call) for _ in range(plan["callers"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return times


def _answer(connection: socket.socket) -> None:
    """Read one answer to its end; the server always says its length."""
    received = connection.recv(65536)
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _more(connection)
    head = received[:end].lower()
    at = head.index(_LENGTH) + len(_LENGTH)
    stop = head.find(b"\r\n", at)
    missing = int(head[at : None if stop < 0 else stop]) - (len(received) - end - 4)
    while missing > 0:
        part = _more(connection)
        received += part
        missing -= len(part)
    if not head.startswith(b"http/1.1 200"):
        raise Refused(received.decode(errors="replace"))


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise Refused("The server closed the connection.")
    return part


if __name__ == "__main__":
    main()
