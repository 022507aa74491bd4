"""`make demo` and `manage.py up`: the whole house on one machine, in the foreground, under one supervisor.

Order: servers, migrations, static files, demo shop, keys; then web, worker, beat, dispatcher and sender of
webhooks until Ctrl-C.
"""

from __future__ import annotations

import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import psycopg

from config import demo_keys, devstack, processes
from config.servers import Server, ServerError
from config.supervisor import Program, Supervisor

_MANAGE: Final = [sys.executable, "manage.py"]
_NAMES: Final = ("web", "worker", "beat", "dispatcher", "webhooks")
_EXTERNAL_SECONDS: Final = 30.0


def main() -> int:
    signal.signal(signal.SIGTERM, _exit_on_signal)
    os.chdir(devstack.BASE_DIR)
    home = devstack.home()
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    services = None
    with processes.held(home / "run" / "up.lock") as lock:
        try:
            if lock is None:
                raise ServerError(
                    f"Fanfare already runs with the data in {home}. Stop it first, or set FANFARE_HOME."
                )
            for name in processes.reap_leftovers(home / "run", _NAMES):
                _say(f"stopped the {name} process that an earlier start left behind")
            _check_port(host, port)
            services = devstack.ensure_services(home)
            _check_services(services)
            env = _environment(home, services)
            prepared = subprocess.run([sys.executable, "-m", "config.prepare"], env=env, check=False)
            if prepared.returncode != 0:
                return prepared.returncode
            _supervise(home, services, env, host, port)
        except ServerError as error:
            _say(str(error))
            return 1
        except KeyboardInterrupt:
            return 130
        finally:
            if services is not None:
                services.stop()
    return 0


def _supervise(home: Path, services: devstack.Services, env: Mapping[str, str], host: str, port: int) -> None:
    with Supervisor(say=_say) as supervisor:
        for program in _programs(home, env, host, port):
            supervisor.add(program)
        for server, process in reversed(services.running):
            supervisor.add(_server_program(home, server), process)
        supervisor.start()
        announced = False
        while supervisor.tick(None if announced else 0.25):
            if not announced and _answers(port):
                announced = True
                _announce(home, services, host, port)
        _say("\nStopping ...")
    _say("Stopped.")


def _programs(home: Path, env: Mapping[str, str], host: str, port: int) -> list[Program]:
    """What runs beside the servers, in the order in which it stops."""
    threads, celery = env["FANFARE_WEB_THREADS"], [sys.executable, "-m", "celery", "-A", "config.celery"]
    commands: dict[str, list[str]] = {
        "web": [
            *(sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"{host}:{port}"),
            *("--worker-class", "config.web_worker.Worker"),
            *("--workers", env["WEB_CONCURRENCY"], "--threads", threads),
            # Imported once and then forked: half the start on two cores.
            *("--preload", "--graceful-timeout", "10", "--no-control-socket"),
        ],
        "worker": [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"],
        "beat": [*celery, "beat", "--schedule", str(home / "run" / "beat-schedule")],
        "dispatcher": [*_MANAGE, "dispatch_events"],
        "webhooks": [*_MANAGE, "send_webhooks"],
    }
    shared = {"PROMETHEUS_MULTIPROC_DIR": str(_empty(home / "run" / "metrics"))}
    own: dict[str, Mapping[str, str]] = {"web": shared}
    return [
        _program(home, name, command, {**env, **own.get(name, {}), "FANFARE_PROCESS": name})
        for name, command in commands.items()
    ]


def _empty(folder: Path) -> Path:
    """Where the web processes add up their numbers for `/metrics` (core.api.metrics); older ones go."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _program(home: Path, name: str, command: list[str], env: Mapping[str, str]) -> Program:
    log = home / "logs" / f"{name}.log"

    def start() -> subprocess.Popen[bytes]:
        process = processes.spawn(command, log=log, cwd=devstack.BASE_DIR, env=env)
        processes.record(home / "run", name, process, stop_signal=signal.SIGTERM)
        return process

    return Program(name=name, start=start, log=log)


def _server_program(home: Path, server: Server) -> Program:
    return Program(
        name=server.name,
        start=functools.partial(devstack.start_server, home, server),
        log=server.log,
        stop_signal=server.stop_signal,
        grace_seconds=30,
    )


def _environment(home: Path, services: devstack.Services) -> dict[str, str]:
    """What the children get: ours first, the caller's own words win. Plain http means this machine only."""
    defaults = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "0",
        "FANFARE_INSECURE_HTTP": "1",
        "FANFARE_WEB_THREADS": "8",
        "WEB_CONCURRENCY": "2",
        "PYTHONUNBUFFERED": "1",
    }
    return {**defaults, **os.environ, **devstack.environment(home, services)}


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServerError(
                f"Port {port} of {host} is not free ({error.strerror}). Try PORT={port + 1}."
            ) from error


def _check_services(services: devstack.Services) -> None:
    """Refuse servers that end with somebody else; wait for a given database that is just starting."""
    if services.started:
        return
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        raise ServerError("Another command is working on the same data. Start again when it is done.")
    deadline = time.monotonic() + _EXTERNAL_SECONDS
    while True:
        try:
            psycopg.connect(services.database_url, connect_timeout=3).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise ServerError(f"The database at DATABASE_URL does not answer: {error}") from error
            time.sleep(0.5)
        else:
            return


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _announce(home: Path, services: devstack.Services, host: str, port: int) -> None:
    keys = demo_keys.read(home)
    if keys is None:
        raise ServerError(f"The file with the demo's keys has gone from {home}; start again.")
    # As root, a home that is closed to others cannot hold the database; see servers.place.
    apart = {
        str(server.data.parent) for server, _ in services.running if not server.data.is_relative_to(home)
    }
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - compared, not bound
    _say(
        f"""
Fanfare is running. Ctrl-C stops it.

  Admin        {address}/admin/
  Login        {keys.username} / {keys.password or "(the password you chose)"}
               the same password: mia (marketer), carla (category), fred (finance), sam (support)
  Server key   X-App-Id: {keys.server_id}
               X-App-Token: {keys.server_token}
  Client key   X-Client-Application-Id: {keys.client_id}
               X-Client-Token: {keys.client_token}
  API          {address}/v1   documentation: {address}/docs
  Data, logs   {", ".join([str(home), *apart])}
"""
    )


def _exit_on_signal(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
