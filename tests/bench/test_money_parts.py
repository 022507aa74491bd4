"""What the money bench is made of: calls, callers, processes, statements."""

from __future__ import annotations

import os
import socket
import threading
import time

import pytest

from tests.bench import cpu, http_load, money_statements
from tests.bench.money_scenarios import OutOfCalls, Scenario
from tests.bench.serving import Web

WEB = Web(port=1, pid=1)


def scenario(*, count: int, uses_up: bool) -> Scenario:
    calls = [("/path", str(at)) for at in range(count)]
    return Scenario(key="a", what="a", short="a", web=WEB, calls=calls, against="a", uses_up=uses_up)


def test_calls_that_are_used_up_go_on_after_those_that_were_answered() -> None:
    one = scenario(count=10, uses_up=True)

    assert [body for _, body in one.next(4)] == ["0", "1", "2", "3"]
    one.answered += 3
    assert [body for _, body in one.next(4)] == ["3", "4", "5", "6"]


def test_calls_that_can_be_repeated_begin_again() -> None:
    one = scenario(count=3, uses_up=False)
    one.answered += 2

    assert [body for _, body in one.next(5)] == ["0", "1", "2", "0", "1"]


def test_used_up_calls_are_never_asked_twice() -> None:
    one = scenario(count=3, uses_up=True)
    one.answered += 3

    with pytest.raises(OutOfCalls):
        one.next(2)


def test_processor_time_is_read_past_names_with_brackets() -> None:
    stat = "42 (gunicorn: (web) a) S 7 42 42 0 -1 4194304 10 20 0 0 100 20 3 4 20 0 1 0 5 6 7"

    assert cpu.parsed(stat) == (42, 7, 127)


def test_descendants_are_found_through_their_parents() -> None:
    parents = {1: 0, 10: 1, 11: 10, 12: 11, 20: 1}

    assert [pid for pid in parents if cpu.is_below(pid, {10}, parents)] == [10, 11, 12]


def test_our_own_processor_time_grows_with_work() -> None:
    before = cpu.seconds({os.getpid()})
    # Not compared with `before`, which has all the browsers and servers in it that this worker started.
    began = time.process_time()
    while time.process_time() < began + 0.1:
        sum(range(10_000))

    assert cpu.seconds({os.getpid()}) >= before + 0.05
    assert cpu.parent(os.getpid()) == os.getppid()


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ('SELECT "a" FROM "b"', "SELECT"),
        ("\nSELECT 1", "SELECT"),
        ('SAVEPOINT "s1"', "SAVEPOINT"),
        ('RELEASE SAVEPOINT "s1"', "SAVEPOINT"),
        ("with a as (select 1) update b set c = 1", "WITH"),
    ],
)
def test_statements_are_told_apart_by_their_first_word(sql: str, kind: str) -> None:
    assert money_statements.kind_of(sql) == kind


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def served(answers: list[list[bytes]]) -> int:
    """A server that sends these parts on each connection, one request each, and hangs up; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for parts in answers:
            connection, _ = listener.accept()
            if parts:
                connection.recv(65536)
            for part in parts:
                connection.sendall(part)
            connection.close()
        listener.close()

    threading.Thread(target=serve, daemon=True).start()
    port: int = listener.getsockname()[1]
    return port


def asked(port: int, count: int = 1) -> list[float]:
    return http_load._run([http_load.Caller(port)], [b"POST / HTTP/1.1\r\n\r\n"] * count, 30.0)


def test_an_answer_may_come_in_parts() -> None:
    assert len(asked(served([[OK[:10], OK[10:40], OK[40:]]]))) == 1


def test_a_request_that_was_not_read_is_sent_again() -> None:
    assert len(asked(served([[], [OK]]))) == 1


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([OK.replace(b"200 OK", b"400 Bad")], "400 Bad"),
        ([OK[:30]], "cut off"),
        ([b"HTTP/1.1 200 OK\r\n\r\n{}"], "how long"),
    ],
)
def test_callers_stop_at_anything_but_a_whole_200(parts: list[bytes], message: str) -> None:
    with pytest.raises(http_load.Refused, match=message):
        asked(served([parts]))


def test_no_request_is_begun_after_the_time() -> None:
    requests = http_load._until(float("-inf"), [b"a"])

    assert list(requests) == []
