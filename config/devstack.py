"""Database and Redis for every command on this machine: given, already running, or started here.

`ensure_services(home)` is the one way to them, used by `up`, `make journey`, the tests, and every
command started through

    python -m config.devstack run -- python manage.py shell

- `DATABASE_URL` / `REDIS_URL` in the environment win; no server of ours is started in their place.
- Else, if another living process holds the servers of this home (a running demo), attach to those.
- Else start them here; whoever started them stops them.

Nobody guesses at port 5432 or 6379: that could be a stranger's database. Nothing here needs Django.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit, urlunsplit

from config import processes
from config.servers import Place, Postgres, Server, ServerError, Valkey, free_port, place

BASE_DIR: Final = Path(__file__).resolve().parent.parent
_READY_SECONDS: Final = 60.0


@dataclass(frozen=True, kw_only=True)
class Services:
    """Where the data lives. `started`: the servers in `running` are our children and end with `stop()`."""

    database_url: str
    redis_url: str
    broker_url: str
    started: bool
    running: tuple[tuple[Server, subprocess.Popen[bytes]], ...] = ()
    _lock: IO[str] | None = field(default=None, repr=False)

    def stop(self) -> None:
        """Stop what was started here; nothing happens to servers that were given or attached to."""
        for server, process in self.running:
            processes.stop(process, stop_signal=server.stop_signal, grace_seconds=30)
        self.release()

    def release(self) -> None:
        """Let the next process start the servers; for those who stop the children themselves."""
        if self._lock is not None:
            self._lock.close()


def home() -> Path:
    """The data folder: `FANFARE_HOME`, by default `var/` of the checkout."""
    return Path(os.environ.get("FANFARE_HOME") or BASE_DIR / "var").absolute()


def ensure_services(
    home: Path,
    *,
    environ: Mapping[str, str] = os.environ,
    durable: bool = True,
    ready_seconds: float = _READY_SECONDS,
) -> Services:
    """Return servers that answer: given by `environ`, attached to, or started under `home`.

    :raises ServerError: a server is missing, does not start, or does not answer in time.
    """
    given = {
        name: environ[name]
        for name in ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")
        if environ.get(name)
    }
    if "REDIS_URL" in given:
        given.setdefault("CELERY_BROKER_URL", _database_zero(given["REDIS_URL"]))
    # Valkey first: it is up while initdb works.
    missing = [
        kind for kind, name in ((Valkey, "REDIS_URL"), (Postgres, "DATABASE_URL")) if name not in given
    ]
    if not missing:
        return _services(given, started=False)
    where = place(home)
    lock = processes.take(_run_folder(home) / "servers.lock")
    if lock is None:
        attached = _attach(home, lambda ports: _servers(missing, home, where, durable, ports), ready_seconds)
        return _services(_urls(attached) | given, started=False)
    try:
        servers = _servers(missing, home, where, durable, {kind.name: free_port() for kind in missing})
        running = _start(home, servers, ready_seconds)
    except BaseException:
        lock.close()
        raise
    return _services(_urls(servers) | given, started=True, running=running, lock=lock)


@contextlib.contextmanager
def throwaway() -> Iterator[dict[str, str]]:
    """Servers for one run of tests, quick and forgetful, in a temporary folder; yields what to set for it."""
    folder = Path(tempfile.mkdtemp(prefix="fanfare-test-"))
    folder.chmod(0o755)  # nobody must be able to walk in when we are root
    services = None
    try:
        services = ensure_services(folder, durable=False)
        yield environment(folder, services)
    finally:
        if services is not None:
            services.stop()
        shutil.rmtree(folder, ignore_errors=True)


def environment(home: Path, services: Services) -> dict[str, str]:
    """What a child needs in its environment to work on these servers."""
    return {
        "FANFARE_HOME": str(home),
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "CELERY_BROKER_URL": services.broker_url,
        "SECRET_KEY": os.environ.get("SECRET_KEY") or _secret_key(home),
    }


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read; complete or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f".{file.name}.{os.getpid()}")
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
        output.write(text)
    half.replace(file)


def _secret_key(home: Path) -> str:
    file = home / "secret-key"
    with contextlib.suppress(FileNotFoundError):
        return file.read_text().strip()
    write_private(file, secrets.token_urlsafe(50) + "\n")
    return file.read_text().strip()


def _run_folder(home: Path) -> Path:
    return home / "run"


def _services(
    urls: Mapping[str, str],
    *,
    started: bool,
    running: tuple[tuple[Server, subprocess.Popen[bytes]], ...] = (),
    lock: IO[str] | None = None,
) -> Services:
    return Services(
        database_url=urls["DATABASE_URL"],
        redis_url=urls["REDIS_URL"],
        broker_url=urls["CELERY_BROKER_URL"],
        started=started,
        running=running,
        _lock=lock,
    )


def _servers(
    kinds: Sequence[type[Postgres] | type[Valkey]],
    home: Path,
    where: Place,
    durable: bool,
    ports: Mapping[str, int],
) -> list[Server]:
    return [
        kind(place=where, log=home / "logs" / f"{kind.name}.log", port=ports[kind.name], durable=durable)
        for kind in kinds
    ]


def _urls(servers: Sequence[Server]) -> dict[str, str]:
    return {name: url for server in servers for name, url in server.urls.items()}


def _attach(
    home: Path, servers_on: Callable[[Mapping[str, int]], list[Server]], ready_seconds: float
) -> list[Server]:
    """The servers that another process holds; waits for one that is just starting them."""
    deadline = time.monotonic() + ready_seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
            servers = servers_on(json.loads((_run_folder(home) / "servers.json").read_text()))
            if all(server.is_ready() for server in servers):
                return servers
        time.sleep(0.1)
    raise ServerError(f"The servers under {home} are held by another process, but do not answer.")


def _start(
    home: Path, servers: Sequence[Server], ready_seconds: float
) -> tuple[tuple[Server, subprocess.Popen[bytes]], ...]:
    """Start them side by side and wait until they answer."""
    run = _run_folder(home)
    (run / "servers.json").unlink(missing_ok=True)
    processes.reap_leftovers(run, [Postgres.name, Valkey.name], grace_seconds=30)
    running: list[tuple[Server, subprocess.Popen[bytes]]] = []
    try:
        for server in servers:
            server.prepare()
            running.append((server, start_server(home, server)))
        for number, (server, process) in enumerate(running):
            running[number] = (server, _wait(home, server, process, ready_seconds))
    except BaseException:
        for server, process in running:
            processes.stop(process, stop_signal=server.stop_signal, grace_seconds=10)
        raise
    (run / "servers.json").write_text(json.dumps({server.name: server.port for server in servers}))
    return tuple(running)


def start_server(home: Path, server: Server) -> subprocess.Popen[bytes]:
    """Start one server as our child, with its pid file."""
    process = server.start()
    processes.record(_run_folder(home), server.name, process, stop_signal=server.stop_signal)
    return process


def _wait(
    home: Path, server: Server, process: subprocess.Popen[bytes], ready_seconds: float
) -> subprocess.Popen[bytes]:
    """Wait until the server answers. One that gives up is tried again: after a kill -9 of a postmaster its
    last backends hold the shared memory for a moment."""
    deadline, tries = time.monotonic() + ready_seconds, 0
    while not server.is_ready():
        if process.poll() is not None:
            tries += 1
            if tries > 3:
                raise ServerError(f"{server.name} does not start:\n{processes.tail(server.log)}")
            time.sleep(0.5)
            process = start_server(home, server)
        if time.monotonic() > deadline:
            raise ServerError(f"{server.name} does not answer:\n{processes.tail(server.log)}")
        time.sleep(0.03)
    return process


def _database_zero(redis_url: str) -> str:
    """The broker beside a given cache: the same server, database 0."""
    return urlunsplit(urlsplit(redis_url)._replace(path="/0"))


def _run(command: list[str], extra: Mapping[str, str]) -> int:
    """Run a command to its end. Ctrl-C reaches it directly (same group); a SIGTERM to us is handed on."""
    child = subprocess.Popen(command, env={**os.environ, **extra})
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, _: child.send_signal(number))
    code = child.wait()
    return code if code >= 0 else 128 - code


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m config.devstack", description="Run a command with our servers."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run", help="run a command; its exit code is ours")
    run.add_argument("--throwaway", action="store_true", help="fresh servers in a temporary folder")
    run.add_argument("command", nargs="+", help="the command, after --")
    options = parser.parse_args(argv)
    try:
        if options.throwaway:
            with throwaway() as extra:
                return _run(options.command, extra)
        services = ensure_services(home())
        try:
            return _run(options.command, environment(home(), services))
        finally:
            services.stop()
    except ServerError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
