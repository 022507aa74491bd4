"""One caller's line to the server, and what each call came to."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

SILENCE_SECONDS: Final = 30.0
_TRIES: Final = 20
_PAUSE_SECONDS: Final = 0.1

type Answer = tuple[int, dict[str, Any]]


class Kind(StrEnum):
    REDEMPTION = "redemption"
    TOP_UP = "top-up"
    HOLD = "hold"
    RELEASE = "release"
    ROLLBACK = "rollback"
    RETURN = "return"


@dataclass(kw_only=True)
class Call:
    """`name` is on what the call leaves in the database. `answer` is None when it was lost: without a key
    nobody can say then whether it had its effect. `session` is the key of the hold that it is about.
    """

    name: str
    kind: Kind
    method: str
    path: str
    body: Mapping[str, Any] | None
    has_key: bool
    session: str = ""
    answer: Answer | None = None
    tries: int = 0
    unexpected: list[str] = field(default_factory=list)

    @property
    def is_success(self) -> bool:
        return self.answer is not None and self.answer[0] < 300

    @property
    def wire(self) -> dict[str, Any]:
        assert self.answer is not None
        return self.answer[1]


class Lost(Exception):
    """No answer, or one that leaves it open (503)."""


class Line:
    """A connection to the server, made anew when it breaks, or for every call if it is not `kept`.

    The server hangs up on one that is silent for seconds.
    """

    def __init__(self, port: int, headers: Mapping[str, str], *, kept: bool = True) -> None:
        self._port, self._headers, self._is_kept = port, headers, kept
        self._connection: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        """:raises Lost: nobody knows what came of it."""
        headers = dict(self._headers) | ({"Idempotency-Key": key} if key else {})
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(
                    "127.0.0.1", self._port, timeout=SILENCE_SECONDS
                )
            self._connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = self._connection.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Lost(repr(error)) from error
        if not self._is_kept:
            self.close()
        if response.status == 503:
            raise Lost(raw.decode())
        with contextlib.suppress(ValueError):
            return response.status, json.loads(raw or b"{}")
        return response.status, {"raw": raw.decode(errors="replace")[:500]}

    def insist(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        """Send what may be done twice until it is answered: after a crash, old connections cost 503s."""
        for _ in range(_TRIES):
            with contextlib.suppress(Lost):
                return self.send(method, path, body, key=key)
            time.sleep(_PAUSE_SECONDS)
        return self.send(method, path, body, key=key)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
