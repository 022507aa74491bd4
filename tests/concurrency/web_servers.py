"""Web servers of our own on the test database, each a process that knows nothing of the others."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

from django.db import connection

from config import devstack, processes
from config.servers import free_port

_READY_SECONDS: Final = 60.0


@contextlib.contextmanager
def web_servers(number: int, *, threads: int) -> Iterator[list[str]]:
    """Start gunicorn so many times with one worker each; yields the addresses once all of them answer."""
    with tempfile.TemporaryDirectory(prefix="fanfare-webs-") as folder, contextlib.ExitStack() as stack:
        logs = [Path(folder) / f"web-{place}.log" for place in range(number)]
        addresses = []
        for log in logs:
            port = free_port()
            command = [
                *(sys.executable, "-m", "gunicorn", "config.wsgi:application"),
                *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
                *("--workers", "1", "--threads", str(threads), "--no-control-socket"),
            ]
            child = processes.spawn(command, log=log, cwd=devstack.BASE_DIR, env=environment())
            stack.callback(processes.stop, child, stop_signal=signal.SIGTERM, grace_seconds=15)
            addresses.append(f"http://127.0.0.1:{port}")
        for address, log in zip(addresses, logs, strict=True):
            _wait_for(address, log)
        yield addresses


def environment() -> Mapping[str, str]:
    """What a process of its own needs to work on the test database."""
    at: dict[str, Any] = connection.settings_dict
    url = f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    own = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings_test"}
    return {**os.environ, **own}


def _wait_for(address: str, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        with contextlib.suppress(OSError), urlopen(f"{address}/healthz") as answer:  # noqa: S310 - our own
            if answer.status == 200:
                return
        if time.monotonic() > deadline:
            raise RuntimeError(f"{address} does not answer:\n{processes.tail(log, 20)}")
        time.sleep(0.05)
