"""Posting to an address that somebody else chose, safely (INVARIANTS part 4).

The name is resolved once, every address is checked, and the connection goes to a checked address, whatever
the resolver says a moment later. No redirect is followed, no proxy of the environment is asked, nothing takes
longer than `SECONDS` in all or reads more than `MOST_BYTES` of an answer.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import io
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from integrations import addresses

SECONDS: Final = 10.0
MOST_BYTES: Final = 64 * 1024
_KEPT: Final = 2000
_SECONDS_FOR_TEXT: Final = 1.0
_TOO_LONG: Final = "There was no answer in time."
_PORTS: Final = {"http": 80, "https": 443}
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
# Said by the sender itself, or changing where a message ends.
RESERVED_HEADERS: Final = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class Refused(ValueError):
    """The address may not be called, or cannot be; the message says why, for people."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What became of one post. `status_code` None: there was no answer, `error` says why.

    `text` is the beginning of the answer, made harmless to store and show.
    """

    status_code: int | None
    text: str
    error: str
    duration_ms: int

    @property
    def is_accepted(self) -> bool:
        return not self.error and self.status_code is not None and 200 <= self.status_code < 300


def check_url(url: str) -> SplitResult:
    """The parts of an address that may be called, as far as can be told without asking a resolver.

    :raises Refused: not http(s), credentials inside, no host, or an address of the inside.
    """
    if not url.isprintable() or " " in url or len(url) > 2000:
        raise Refused("An address has at most 2000 characters, and no blanks.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(f"This is no address: {error}.") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise Refused("An address begins with https:// (or http://) and names a host.")
    if parts.username is not None or parts.password is not None:
        raise Refused("An address must not hold a name or password. Use a header.")
    if port == 0:
        raise Refused("Port 0 cannot be called.")
    try:
        parts.hostname.encode("idna")
        f"{parts.path}?{parts.query}".encode("ascii")
    except UnicodeError:
        raise Refused("The path of an address is written in ASCII, its host is a valid name.") from None
    try:
        allowed = addresses.is_allowed(parts.hostname)
    except ValueError:
        return parts  # a name: its addresses are checked when it is called
    if not allowed:
        raise Refused(_inside(parts.hostname))
    return parts


def check_headers(headers: Mapping[str, str]) -> None:
    """:raises Refused: a name or value that cannot be sent."""
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in RESERVED_HEADERS:
            raise Refused(f"{name!r} cannot be the name of a header here.")
        if not value.isascii() or not value.isprintable() or len(value) > 4000:
            raise Refused(f"The value of the header {name} must be printable ASCII text.")


def post(*, url: str, body: bytes, headers: Mapping[str, str], seconds: float = SECONDS) -> Sent:
    """Send `body` once and read the answer; never raises because of the other side.

    Call it outside of transactions: it may take `seconds`.
    """
    began = time.monotonic()
    status_code: int | None = None
    text = error = ""
    try:
        parts = check_url(url)
        check_headers(headers)
        status_code, text = _exchange(parts, body, headers, _Deadline(seconds))
    except (Refused, _TookTooLong) as refusal:
        error = str(refusal)
    except (OSError, http.client.HTTPException) as failure:
        error = _in_words(failure)
    duration_ms = round((time.monotonic() - began) * 1000)
    return Sent(status_code=status_code, text=text, error=error[:500], duration_ms=duration_ms)


def resolve(host: str, port: int, *, seconds: float) -> list[str]:
    """The addresses of a name, each checked; the one place that asks a resolver.

    :raises Refused: there is none in time, or one of them is inside.
    """
    with contextlib.suppress(ValueError):
        if addresses.is_allowed(host):  # an address, not a name
            return [host]
    found: list[str] = []

    def ask() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(entry[4][0]) for entry in entries))

    # A resolver knows no time-out of ours; one that is silent keeps its thread, not us.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if not found:
        raise Refused(f"No address was found for the host {host}.")
    if not all(addresses.is_allowed(text) for text in found):
        raise Refused(_inside(host))
    return list(found)


def _exchange(
    parts: SplitResult, body: bytes, headers: Mapping[str, str], deadline: _Deadline
) -> tuple[int, str]:
    host, port = _host(parts), parts.port or _PORTS[parts.scheme]
    connected = _connect(resolve(host, port, seconds=deadline.left()), port, deadline)
    try:
        if parts.scheme == "https":
            connected.settimeout(deadline.left())
            connected = _tls().wrap_socket(connected, server_hostname=host)
        wire = http.client.HTTPConnection(host, port)
        wire.sock = answer = _Wire(connected, deadline)
        target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        usual = {"Content-Type": "application/json", "User-Agent": "Fanfare", "Accept": "*/*"}
        given = {name.lower() for name in headers}
        more = {name: value for name, value in usual.items() if name.lower() not in given}
        fixed = {"Host": _host_header(parts), "Connection": "close"}
        wire.request("POST", target, body=body, headers={**more, **headers, **fixed})
        response = wire.getresponse()
        answer.has_head = True
        return response.status, _beginning(response, deadline)
    finally:
        connected.close()


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").encode("idna").decode()


def _host_header(parts: SplitResult) -> str:
    host = _host(parts)
    shown = f"[{host}]" if ":" in host else host
    return shown if parts.port in (None, _PORTS[parts.scheme]) else f"{shown}:{parts.port}"


def _connect(texts: list[str], port: int, deadline: _Deadline) -> socket.socket:
    """A connection to the first address that answers."""
    for place, text in enumerate(texts, start=1):
        family = socket.AF_INET6 if ":" in text else socket.AF_INET
        connected = socket.socket(family, socket.SOCK_STREAM)
        # Not the last one: leave time for the others.
        left = deadline.left()
        connected.settimeout(left if place == len(texts) else left / 3)
        try:
            connected.connect((text, port))
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            connected.close()
            if place == len(texts):
                raise
        else:
            return connected
    raise Refused("There is no address to connect to.")


def _beginning(response: http.client.HTTPResponse, deadline: _Deadline) -> str:
    """The first words of an answer whose status is known: whatever happens to the rest changes nothing."""
    deadline.shorten(_SECONDS_FOR_TEXT)
    taken = b""
    try:
        while len(taken) < _KEPT and (more := response.read1(_KEPT - len(taken))):
            taken += more
    except (OSError, _TookTooLong, http.client.HTTPException, ValueError):
        pass
    text = taken.decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)[:_KEPT]


class _TookTooLong(Exception):
    pass


class _Deadline:
    """When everything must be over."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        left = self._at - time.monotonic()
        if left <= 0:
            raise _TookTooLong(_TOO_LONG)
        return left

    def shorten(self, seconds: float) -> None:
        self._at = min(self._at, time.monotonic() + seconds)


class _Wire(io.RawIOBase):
    """A connected socket as `http.client` wants it: each wait gets what is left of the time.

    An answer that ends, or has no end, before its head is complete is none.
    """

    def __init__(self, connected: socket.socket, deadline: _Deadline) -> None:
        self._connected, self._deadline, self._room = connected, deadline, MOST_BYTES
        self.has_head = False

    def sendall(self, content: bytes) -> None:
        self._connected.settimeout(self._deadline.left())
        self._connected.sendall(content)

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        return io.BufferedReader(self)

    def close(self) -> None:
        """The answer is still read after the connection is done with."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self._room)
        if size:
            self._connected.settimeout(self._deadline.left())
            size = self._connected.recv_into(buffer, size)
            self._room -= size
        if not size and not self.has_head:
            raise ConnectionError
        return size


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _in_words(failure: Exception) -> str:
    if isinstance(failure, TimeoutError):
        return _TOO_LONG
    if isinstance(failure, ssl.SSLCertVerificationError):
        return f"The certificate is not good: {failure.verify_message}."
    if isinstance(failure, ConnectionRefusedError):
        return "The connection was refused: nobody listens there."
    if isinstance(failure, http.client.HTTPException | ConnectionError):
        return "The connection ended without a proper answer."
    reason = getattr(failure, "strerror", None) or type(failure).__name__
    return f"The connection failed: {reason}."


def _inside(host: str) -> str:
    return (
        f"{host} is an address inside of a network, which is not called. "
        "An operator can allow it by FANFARE_ALLOWED_NETWORKS."
    )
