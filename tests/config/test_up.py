"""`up` refuses early and in plain words. The whole house is started by the journeys."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config import demo_keys, devstack, processes, up
from config.servers import ServerError

ROOT = Path(__file__).resolve().parents[2]
GIVEN = {"DATABASE_URL": "postgres://me@127.0.0.1:1/shop", "REDIS_URL": "redis://127.0.0.1:1/1"}


def start(home: Path, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *(command or ("-m", "config.up"))],
        cwd=ROOT,
        env={**os.environ, **GIVEN, "FANFARE_HOME": str(home), **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", [("-m", "config.up"), ("manage.py", "up")])
def test_refuses_to_run_twice_on_the_same_data(tmp_path: Path, command: tuple[str, ...]) -> None:
    with processes.held(tmp_path / "run" / "up.lock"):
        result = start(tmp_path, *command)

    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout == (
        f"Fanfare already runs with the data in {tmp_path}. Stop it first, or set FANFARE_HOME.\n"
    )


def test_refuses_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        result = start(tmp_path, PORT=str(port))

    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout.startswith(f"Port {port} of 127.0.0.1 is not free")
    assert result.stdout.endswith(f"Try PORT={port + 1}.\n")


def test_refuses_servers_that_end_with_another_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    attached = devstack.Services(database_url="", redis_url="", broker_url="", started=False)

    with pytest.raises(ServerError, match="Another command is working on the same data"):
        up._check_services(attached)


def test_says_when_a_given_database_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "_EXTERNAL_SECONDS", 0.0)
    given = devstack.Services(database_url=GIVEN["DATABASE_URL"], redis_url="", broker_url="", started=False)

    with pytest.raises(ServerError, match="The database at DATABASE_URL does not answer"):
        up._check_services(given)


def test_the_caller_decides_and_the_rest_has_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBUG", "1")
    monkeypatch.setenv("FANFARE_RATE_LIMITS", "off")
    services = devstack.ensure_services(tmp_path, environ=GIVEN)

    env = up._environment(tmp_path, services)

    assert (env["DEBUG"], env["FANFARE_RATE_LIMITS"]) == ("1", "off")
    assert (env["FANFARE_INSECURE_HTTP"], env["WEB_CONCURRENCY"]) == ("1", "2")
    assert env["DATABASE_URL"] == GIVEN["DATABASE_URL"]


def test_stops_web_worker_beat_dispatcher_and_sender_in_this_order(tmp_path: Path) -> None:
    env = {"FANFARE_WEB_THREADS": "8", "WEB_CONCURRENCY": "2"}

    programs = up._programs(tmp_path, env, "127.0.0.1", 8000)

    assert [program.name for program in programs] == ["web", "worker", "beat", "dispatcher", "webhooks"]


def test_shows_address_login_and_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = demo_keys.DemoKeys(
        username="admin",
        password="p4ss",
        server_id="s-id",
        server_token="s-tok",
        client_id="c-id",
        client_token="c-tok",
    )
    demo_keys.write(tmp_path, keys)

    up._announce(tmp_path, devstack.ensure_services(tmp_path, environ=GIVEN), "127.0.0.1", 8123)

    shown = capsys.readouterr().out
    for part in ("http://127.0.0.1:8123/admin/", "admin / p4ss", "X-App-Id: s-id", "X-App-Token: s-tok"):
        assert part in shown
    assert "X-Client-Application-Id: c-id" in shown
    assert "X-Client-Token: c-tok" in shown
