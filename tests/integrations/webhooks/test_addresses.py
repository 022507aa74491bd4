"""Which addresses are called: nothing of the inside, in whichever spelling (PROOFS W5)."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from pytest_django import Settings

from integrations.addresses import is_allowed
from integrations.services import sending
from tests.integrations.webhooks.receiver import Receiver

INSIDE = [
    # this machine and this network
    "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.1.2.3", "127.255.255.254", "::", "::1",
    # private networks
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "fc00::1", "fd12:3456::1",
    # links, the cloud's metadata
    "169.254.0.1", "169.254.169.254", "169.254.170.2", "fe80::1", "fe80::1%eth0", "fec0::1",
    "100.64.0.1", "100.100.100.200", "fd00:ec2::254",
    # reserved, documentation, benchmarks, groups, everybody
    "192.0.0.1", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
    "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "ff02::1", "ff0e::1",
    "2001:db8::1", "3fff::1", "100::1", "5f00::1", "4000::1",
    # one that only wraps another
    "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8",
    "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2002:7f00:1::",
    "2002:a00:1::1", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:8.8.8.8",
]  # fmt: skip
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.15.0.1",
    "172.32.0.1",
    "2606:4700::1111",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", INSIDE)
def test_refuses_what_is_inside(address: str) -> None:
    assert not is_allowed(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_takes_what_is_outside(address: str) -> None:
    assert is_allowed(address)


def test_operators_let_networks_of_theirs_in(settings: Settings) -> None:
    settings.FANFARE_ALLOWED_NETWORKS = [ip_network("10.20.0.0/16"), ip_network("::1/128")]

    assert [is_allowed(text) for text in ("10.20.1.1", "::ffff:10.20.1.1", "::1")] == [True] * 3
    assert [is_allowed(text) for text in ("10.21.0.1", "127.0.0.1", "fe80::1")] == [False] * 3


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Where somebody tried to connect to; nobody gets there."""
    tried: list[Any] = []

    class Watched(socket.socket):
        def connect(self, address: Any) -> None:
            tried.append(address)
            raise ConnectionRefusedError

    monkeypatch.setattr(socket, "socket", Watched)
    return tried


Resolves = Callable[..., list[str]]


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Resolves:
    """`resolves(["1.1.1.1"], ["127.0.0.1"])`: what the resolver says the first time, and the second."""

    def say(*answers: list[str]) -> list[str]:
        asked: list[str] = []
        left = iter(answers)

        def resolver(host: str, port: int, **_: Any) -> list[Any]:
            asked.append(host)
            return [
                (socket.AF_INET6 if ":" in text else socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port))
                for text in next(left)
            ]

        monkeypatch.setattr(socket, "getaddrinfo", resolver)
        return asked

    return say


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_called(
    address: str, resolves: Resolves, connections: list[Any]
) -> None:
    resolves([address])

    sent = sending.post(url="http://inside.example/", body=b"{}", headers={})

    assert (sent.status_code, connections) == (None, [])
    assert "inside of a network" in sent.error


def test_one_address_of_several_that_leads_inside_is_enough(
    resolves: Resolves, connections: list[Any]
) -> None:
    resolves(["1.1.1.1", "127.0.0.1"])

    assert "inside" in sending.post(url="http://mixed.example/", body=b"", headers={}).error
    assert connections == []


def test_connects_to_the_address_that_was_checked_whatever_the_resolver_says_next(
    resolves: Resolves, connections: list[Any]
) -> None:
    asked = resolves(["1.1.1.1"], ["127.0.0.1"])

    sent = sending.post(url="http://rebind.example:8080/", body=b"{}", headers={})

    assert (asked, connections) == (["rebind.example"], [("1.1.1.1", 8080)])
    assert sent.error == "The connection was refused: nobody listens there."


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://127.1:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f000001:{port}/",
        "http://0177.0.0.1:{port}/",
        "http://0:{port}/",
        "http://localhost:{port}/",
        "http://localhost.:{port}/",
        "http://LOCALHOST:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[0:0:0:0:0:ffff:7f00:1]:{port}/",
        "http://127.0.0.1.:{port}/",
        "http://\u2460\u2461\u2466.0.0.1:{port}/",
        "http://1\u30027.0.0.1:{port}/",
        "http://user@127.0.0.1:{port}/",
        "http://1.1.1.1@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}#@1.1.1.1/",
        "http://127.0.0.1:{port}\\@1.1.1.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "http:///127.0.0.1:{port}/",
    ],
)
def test_no_spelling_reaches_this_machine(url: str, listener: tuple[int, list[Any]]) -> None:
    port, reached = listener

    sent = sending.post(url=url.format(port=port), body=b"{}", headers={}, seconds=3)

    assert (sent.status_code, bool(sent.error), reached) == (None, True, [])


@pytest.fixture
def listener() -> Iterator[tuple[int, list[Any]]]:
    """A port of this machine, and who came."""
    reached: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server.getsockname()[1], reached
        with contextlib.suppress(BlockingIOError):
            reached.append(server.accept())
    assert reached == []


def test_follows_no_redirect_to_this_machine(receiver: Receiver, listener: tuple[int, list[Any]]) -> None:
    receiver.answer = lambda got: 302
    receiver.headers = {"Location": f"http://127.0.0.1:{listener[0]}/"}

    sent = sending.post(url=receiver.url, body=b"{}", headers={})

    assert (sent.status_code, sent.is_accepted, len(receiver.got)) == (302, False, 1)
