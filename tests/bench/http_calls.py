"""The API over HTTP among many live promotions: the server of `make demo`, callers in a process of their own.

Server, PostgreSQL and callers share the processors of this machine. Every figure stands beside that of a view
that does nothing, measured in the same run by the same callers.
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
from statistics import quantiles
from typing import Any, Final
from urllib.request import urlopen

from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from config import devstack, processes
from config.servers import free_port
from core.actors import Actor
from core.services import api_keys
from tests.bench import http_rows

PROMOTIONS: Final = 10_000
CALLERS: Final = 8
_DATABASE: Final = "bench_http"
_READY_SECONDS: Final = 60.0

type Body = dict[str, Any]
type Calls = list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Milliseconds at which half and 99 of 100 answers were there, and answers in a second."""

    half: float
    nearly_all: float
    per_second: float


def table(*, rounds: int) -> str:
    """The Markdown table. `rounds` requests of each kind are timed."""
    head = ["Content-Type: application/json", "Host: localhost"]
    with _database() as environment:
        now = timezone.now()
        http_rows.fill(PROMOTIONS, now=now)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        key = api_keys.create(name="bench", actor=Actor.system("bench"), now=now)
        head += [f"X-App-Id: {key.key.app_id}", f"X-App-Token: {key.token}"]
        with _server(environment) as port:
            rows = [
                (what, [_measure(port, head, calls, callers, rounds) for callers in (1, CALLERS)])
                for what, calls in _kinds(rounds).items()
            ]
    return _printed(rows)


def _kinds(rounds: int) -> dict[str, Calls]:
    """What is asked: the same orders of ten lines in every kind of request."""
    requests = list(http_rows.bodies(rounds + _warm_up(rounds)))

    def calls(path: str, added: Sequence[Body]) -> Calls:
        return [(path, json.dumps({**body, **more})) for body, more in zip(requests, added, strict=True)]

    best = [{"options": {"sorting_rule": "BEST_DEAL"}}] * len(requests)
    plain: list[Body] = [{}] * len(requests)
    codes = [
        {"redeemables": [{"object": "voucher", "id": http_rows.code(at)}]} for at in range(len(requests))
    ]
    return {
        "a view that does nothing": calls("/bare", plain),
        f"qualify, the newest 5 of {PROMOTIONS:,} live promotions": calls("/v1/qualifications", plain),
        "the same, the 5 best deals": calls("/v1/qualifications", best),
        "validate one code with a rule": calls("/v1/validations", codes),
        "redeem it": calls("/v1/redemptions", codes),
    }


def _warm_up(rounds: int) -> int:
    return max(50, rounds // 5)


def _measure(port: int, head: Sequence[str], calls: Calls, callers: int, rounds: int) -> Measured:
    plan = {"port": port, "callers": callers, "warm_up": _warm_up(rounds), "head": head, "calls": calls}
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
    cuts = quantiles(answer["times"], n=100)
    return Measured(
        half=cuts[49] * 1000,
        nearly_all=cuts[98] * 1000,
        per_second=len(answer["times"]) / answer["seconds"],
    )


def _printed(rows: Sequence[tuple[str, Sequence[Measured]]]) -> str:
    lines = [
        f"| over HTTP, 10 lines | 1 caller: p50 | {CALLERS} callers: p50 | p99 | answers/s | p50 ratio |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    bare = rows[0][1][1]
    for what, (alone, together) in rows:
        lines.append(
            f"| {what} | {alone.half:.1f} ms | {together.half:.1f} ms | {together.nearly_all:.1f} ms"
            f" | {together.per_second:.0f} | {together.half / bare.half:.1f} |"
        )
    return "\n".join(lines) + "\n"


@contextlib.contextmanager
def _database() -> Iterator[dict[str, str]]:
    """A database of our own on the server of this run, migrated; yields what a server needs to use it."""
    settings = connection.settings_dict
    before = settings["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {_DATABASE}")
    connections.close_all()
    settings["NAME"] = _DATABASE
    try:
        call_command("migrate", verbosity=0, interactive=False)
        url = os.environ["DATABASE_URL"].rpartition("/")[0]
        yield {**os.environ, "DATABASE_URL": f"{url}/{_DATABASE}"}
    finally:
        connections.close_all()
        settings["NAME"] = before


@contextlib.contextmanager
def _server(environment: Mapping[str, str]) -> Iterator[int]:
    """The web server as `config.up` starts it; yields its port."""
    port, folder = free_port(), Path(environment["FANFARE_HOME"]) / "bench"
    (folder / "metrics").mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"),
        *(
            "--worker-class",
            "gthread",
            "--workers",
            "2",
            "--threads",
            "8",
            "--preload",
            "--no-control-socket",
        ),
    ]
    own = {
        "DJANGO_SETTINGS_MODULE": "tests.bench.http_settings",
        "DEBUG": "0",
        "FANFARE_INSECURE_HTTP": "1",
        "FANFARE_PROCESS": "web",
        "FANFARE_SERVER_CALLS_PER_MINUTE": "1000000000",
        "FANFARE_WEB_THREADS": "8",
        "SECRET_KEY": "bench-" + "0" * 60,
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
    }
    log = folder / "web.log"
    process = processes.spawn(command, log=log, cwd=devstack.BASE_DIR, env={**environment, **own})
    try:
        _wait_for(port, log)
        yield port
    except RuntimeError as error:
        error.add_note(f"The web server said:\n{log.read_text()[-4000:]}")
        raise
    finally:
        processes.stop(process, stop_signal=signal.SIGTERM, grace_seconds=15)


def _wait_for(port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The web server does not answer:\n{processes.tail(log, 20)}")
