"""A database and web servers for one measurement, and callers in a process of their own.

Server, PostgreSQL and callers share the processors of this machine: figures only mean something beside others
of the same run.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.request import urlopen

from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from config import devstack, processes
from config.servers import free_port
from core.actors import Actor
from core.services import api_keys

_READY_SECONDS: Final = 60.0
_HEAD: Final = ("Content-Type: application/json", "Host: localhost")

type Calls = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Timed:
    """Seconds that each request took, all of them together, and processors in the meantime."""

    times: tuple[float, ...]
    seconds: float
    cpu: float

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds


@dataclass(frozen=True, kw_only=True)
class Web:
    """A web server that answers on `port`; `pid` is the parent of its workers."""

    port: int
    pid: int


@contextlib.contextmanager
def database(name: str) -> Iterator[dict[str, str]]:
    """A database of our own, migrated; yields what a server needs to use it. Ours is used meanwhile."""
    with _created(name, "template1") as environment:
        call_command("migrate", verbosity=0, interactive=False)
        yield environment


@contextlib.contextmanager
def copy(name: str) -> Iterator[dict[str, str]]:
    """The same with a copy of the database that is used now; nobody else may be connected to it."""
    original = connection.settings_dict["NAME"]
    connections.close_all()
    with _created(name, original) as environment:
        yield environment


@contextlib.contextmanager
def _created(name: str, template: str) -> Iterator[dict[str, str]]:
    settings = connection.settings_dict
    before = settings["NAME"]
    # Not from within the template: it must have no connections.
    settings["NAME"] = "postgres"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    connections.close_all()
    settings["NAME"] = name
    try:
        url = os.environ["DATABASE_URL"].rpartition("/")[0]
        yield {**os.environ, "DATABASE_URL": f"{url}/{name}"}
    finally:
        connections.close_all()
        settings["NAME"] = before


@contextlib.contextmanager
def server(environment: Mapping[str, str], *, settings: str) -> Iterator[Web]:
    """The web server as `config.up` starts it, with these settings."""
    port, folder = free_port(), Path(environment["FANFARE_HOME"]) / "bench"
    metrics = folder / f"metrics-{port}"
    metrics.mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "config.web_worker.Worker", "--workers", "2", "--threads", "8"),
        *("--preload", "--no-control-socket"),
    ]
    own = {
        "DJANGO_SETTINGS_MODULE": settings,
        "DEBUG": "0",
        "FANFARE_INSECURE_HTTP": "1",
        "FANFARE_PROCESS": "web",
        "FANFARE_SERVER_CALLS_PER_MINUTE": "1000000000",
        "FANFARE_WEB_THREADS": "8",
        "SECRET_KEY": "bench-" + "0" * 60,
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
    }
    log = folder / f"web-{port}.log"
    process = processes.spawn(command, log=log, cwd=devstack.BASE_DIR, env={**environment, **own})
    try:
        _wait_for(port, log)
        yield Web(port=port, pid=process.pid)
    except RuntimeError as error:
        error.add_note(f"The web server said:\n{_of_interest(log.read_text())}")
        raise
    finally:
        processes.stop(process, stop_signal=signal.SIGTERM, grace_seconds=15)


def head() -> list[str]:
    """The lines of every request's head, with a new key."""
    issued = api_keys.create(name="bench", actor=Actor.system("bench"), now=timezone.now())
    return [*_HEAD, f"X-App-Id: {issued.key.app_id}", f"X-App-Token: {issued.token}"]


def drive(
    port: int,
    head: Sequence[str],
    calls: Calls,
    *,
    callers: int,
    warm_up: int,
    seconds: float = 600.0,
    watch: Sequence[int] = (),
) -> Timed:
    """Send the calls, so many at a time, until all are answered or the time is over.

    The first `warm_up` of them are not timed and always answered. `watch` are processes whose processor time
    is measured, with all below them.

    :raises RuntimeError: one of them was not answered with 200.
    """
    plan = {
        "port": port,
        "callers": callers,
        "warm_up": warm_up,
        "head": head,
        "calls": calls,
        "seconds": seconds,
        "watch": watch,
    }
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.http_load"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=False,
        cwd=devstack.BASE_DIR,
    )
    if run.returncode:
        raise RuntimeError(run.stderr)
    answer = json.loads(run.stdout)
    return Timed(times=tuple(answer["times"]), seconds=answer["seconds"], cpu=answer["cpu"])


def _of_interest(log: str) -> str:
    """The last lines, after all others that are no requests: what gunicorn said, and tracebacks."""
    lines = log.splitlines()
    others = [line for line in lines[:-10] if not line.startswith('{"') or '"level": "error"' in line]
    return "\n".join([*others[-60:], *lines[-10:]])


def _wait_for(port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The web server does not answer:\n{processes.tail(log, 20)}")
