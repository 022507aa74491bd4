"""A durable PostgreSQL and a web server of our own, to be killed and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.request import urlopen

import psycopg

from config import devstack, processes
from config.servers import Server, free_port

_READY_SECONDS: Final = 60.0
WORKERS, THREADS = 2, 4


class House:
    """`database` and `web` are our children. Everything here is called by the thread that made it: the kernel
    ties a child to the thread that started it.
    """

    def __init__(self, home: Path, services: devstack.Services) -> None:
        self._home = home
        self._servers: dict[str, Server] = {server.name: server for server, _ in services.running}
        self._database = next(process for server, process in services.running if server.name == "postgres")
        self._web: subprocess.Popen[bytes] | None = None
        self.url = services.database_url
        self.port = free_port()
        self.environment = devstack.environment(home, services)

    def start_web(self) -> None:
        """Start the web server as `config.up` does, and wait for its first answer."""
        metrics = self._home / "metrics"
        metrics.mkdir(exist_ok=True)
        own = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEBUG": "0",
            "FANFARE_INSECURE_HTTP": "1",
            "FANFARE_PROCESS": "web",
            "FANFARE_SERVER_CALLS_PER_MINUTE": "1000000000",
            "FANFARE_WEB_THREADS": str(THREADS),
            "SECRET_KEY": "crash-" + "0" * 60,
            "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        }
        command = [
            *(sys.executable, "-m", "gunicorn", "config.wsgi:application"),
            *("--bind", f"127.0.0.1:{self.port}", "--worker-class", "config.web_worker.Worker"),
            *("--workers", str(WORKERS), "--threads", str(THREADS)),
            *("--preload", "--no-control-socket"),
        ]
        env: Mapping[str, str] = {**os.environ, **self.environment, **own}
        self._web = processes.spawn(command, log=self.web_log, cwd=devstack.BASE_DIR, env=env)
        _until(self._answers, "the web server", self.web_log)

    @property
    def web_log(self) -> Path:
        return self._home / "logs" / "web.log"

    def kill_web(self) -> None:
        """SIGKILL to the web server and all its workers; start it again."""
        assert self._web is not None
        processes.kill_group(self._web)
        self.start_web()

    def kill_worker(self, pick: Callable[[list[int]], int]) -> None:
        """SIGKILL to one worker; its parent starts another."""
        assert self._web is not None
        os.kill(pick(self._workers(self._web.pid)), signal.SIGKILL)
        _until(self._answers, "the web server", self.web_log)

    def kill_database(self) -> None:
        """SIGKILL to PostgreSQL; start it again: it recovers from its log."""
        processes.kill_group(self._database)
        self._start_database()

    def kill_backend(self, pick: Callable[[list[int]], int]) -> None:
        """SIGKILL to one session of PostgreSQL: it throws everybody out and recovers by itself."""
        os.kill(pick(self._sessions()), signal.SIGKILL)
        server = self._servers["postgres"]
        _until(lambda: not self._is_recovering() and server.is_ready(), "PostgreSQL", server.log)

    def stop(self) -> None:
        if self._web is not None:
            processes.stop(self._web, stop_signal=signal.SIGTERM, grace_seconds=15)
        server = self._servers["postgres"]
        processes.stop(self._database, stop_signal=server.stop_signal, grace_seconds=30)

    def _start_database(self) -> None:
        """Its last sessions may hold the shared memory for a moment, so it may need to be started twice."""
        server = self._servers["postgres"]
        self._database = devstack.start_server(self._home, server)

        def is_ready() -> bool:
            if self._database.poll() is not None:
                self._database = devstack.start_server(self._home, server)
            return server.is_ready()

        _until(is_ready, "PostgreSQL", server.log)

    def _workers(self, pid: int) -> list[int]:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def _sessions(self) -> list[int]:
        """Those of the web server: busy ones, else any."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT pid, state = 'idle' FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchall()
        return [pid for pid, is_idle in rows if not is_idle] or [pid for pid, _ in rows]

    def _is_recovering(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=2):
                return False
        except psycopg.Error:
            return True

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{self.port}/healthz") as answer:
            return bool(answer.status == 200)
        return False


@contextlib.contextmanager
def house(home: Path) -> Iterator[House]:
    """Servers in this folder, PostgreSQL with everything that makes a commit last; the web is not started."""
    services = devstack.ensure_services(home, environ={}, durable=True)
    opened = House(home, services)
    try:
        yield opened
    finally:
        opened.stop()
        services.stop()


def _until(holds: Callable[[], bool], what: str, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} does not answer:\n{processes.tail(log, 20)}")
        time.sleep(0.05)
