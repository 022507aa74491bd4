"""One post: what is sent, how long it may take, how much of an answer is read (PROOFS W2)."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integrations.services import sending
from tests.integrations.webhooks.receiver import Receiver

Serve = Callable[[socket.socket], None]


@contextlib.contextmanager
def serving(serve: Serve) -> Iterator[str]:
    """A server that does what `serve` does with each connection."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)

        def run() -> None:
            while not stop.is_set():
                try:
                    connected, _ = server.accept()
                except TimeoutError:
                    continue
                connected.settimeout(5)
                with connected, contextlib.suppress(OSError):
                    serve(connected)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        finally:
            stop.set()
            thread.join()


def read_request(connected: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got or not got.endswith(b"{}"):
        more = connected.recv(65536)
        if not more:
            break
        got += more
    return got


pytestmark = pytest.mark.usefixtures("loopback_allowed")


def test_sends_body_and_headers_and_reads_the_answer(receiver: Receiver) -> None:
    body = '{"name":"Zoë"}'.encode()

    sent = sending.post(url=f"{receiver.url}?a=1", body=body, headers={"x-own": "7"})

    assert (sent.status_code, sent.text, sent.error, sent.is_accepted) == (200, "thank you", "", True)
    (got,) = receiver.got
    assert (got.path, got.body) == ("/hook?a=1", body)
    assert got.headers["host"] == receiver.url.split("/")[2]
    assert (got.headers["content-type"], got.headers["x-own"]) == ("application/json", "7")
    assert got.headers["connection"] == "close"


def test_own_content_type_wins(receiver: Receiver) -> None:
    sending.post(url=receiver.url, body=b"plain", headers={"content-type": "text/plain"})

    assert receiver.got[0].headers["content-type"] == "text/plain"


def test_a_silent_receiver_costs_no_more_than_the_time_allowed() -> None:
    with serving(lambda connected: (read_request(connected), time.sleep(1.5))[0] and None) as url:
        began = time.monotonic()
        sent = sending.post(url=url, body=b"{}", headers={}, seconds=0.3)

    assert (sent.status_code, sent.error) == (None, "There was no answer in time.")
    assert time.monotonic() - began > 0.25
    assert sent.duration_ms < 1000


def test_dripping_headers_do_not_stretch_the_time() -> None:
    def drip(connected: socket.socket) -> None:
        read_request(connected)
        connected.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(20):
            connected.sendall(b"x-%d: 1\r\n" % number)
            time.sleep(0.1)

    with serving(drip) as url:
        sent = sending.post(url=url, body=b"{}", headers={}, seconds=0.4)

    assert (sent.status_code, sent.error) == (None, "There was no answer in time.")
    assert sent.duration_ms < 1000


def test_an_endless_answer_is_accepted_and_left() -> None:
    written = []

    def flood(connected: socket.socket) -> None:
        read_request(connected)
        connected.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            written.append(connected.send(b"x" * 4096))

    with serving(flood) as url:
        sent = sending.post(url=url, body=b"{}", headers={}, seconds=5)

    assert (sent.status_code, sent.is_accepted, sent.duration_ms < 2000) == (200, True, True)
    assert sent.text == "x" * 2000


def test_endless_headers_are_cut_off() -> None:
    def flood(connected: socket.socket) -> None:
        read_request(connected)
        connected.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connected.sendall(b"x-more: " + b"y" * 4000 + b"\r\n")

    with serving(flood) as url:
        sent = sending.post(url=url, body=b"{}", headers={}, seconds=5)

    assert (sent.is_accepted, sent.duration_ms < 2000) == (False, True)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nx-a: 1\r\n",
        b"HTTP/1.1 20000 X\r\n\r\n",
    ],
)
def test_an_answer_that_is_none_is_a_failure(answer: bytes) -> None:
    def say(connected: socket.socket) -> None:
        read_request(connected)
        connected.sendall(answer)

    with serving(say) as url:
        sent = sending.post(url=url, body=b"{}", headers={}, seconds=3)

    assert not sent.is_accepted
    assert sent.error or sent.status_code not in range(200, 300)


def test_what_was_answered_can_be_stored(receiver: Receiver) -> None:
    receiver.text = b"a\0b\x1b[31m\xff" + "é".encode() + b"\nnext"

    text = sending.post(url=receiver.url, body=b"{}", headers={}).text

    assert text == "a b [31m\ufffdé\nnext"


def test_headers_cannot_smuggle(receiver: Receiver) -> None:
    for headers in (
        {"x": "1\r\ny: 2"},
        {"x\r\ny": "1"},
        {"host": "other"},
        {"content-length": "0"},
        {"x": "é"},
    ):
        assert sending.post(url=receiver.url, body=b"{}", headers=headers).error

    assert receiver.got == []


def test_a_certificate_of_nobody_is_refused(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "1",
         "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    seen: list[bytes] = []

    def speak(connected: socket.socket) -> None:
        with context.wrap_socket(connected, server_side=True) as secure:
            seen.append(secure.recv(10))

    with serving(speak) as url:
        sent = sending.post(url=url.replace("http:", "https:"), body=b"{}", headers={}, seconds=5)

    assert sent.error.startswith("The certificate is not good")
    assert seen == []


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    sent = sending.post(url=f"http://127.0.0.1:{port}/", body=b"{}", headers={})

    assert sent.error == "The connection was refused: nobody listens there."
