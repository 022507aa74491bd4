from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config import devstack, processes, servers
from config.devstack import Services

ROOT = Path(__file__).resolve().parents[2]
GIVEN = {"DATABASE_URL": "postgres://me@db.example/shop", "REDIS_URL": "redis://:secret@cache.example:6380/3"}


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A data folder; nobody must be able to walk to it (pytest's own folders are closed to others)."""
    with tempfile.TemporaryDirectory(prefix="fanfare-devstack-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def services(home: Path) -> Iterator[Services]:
    started = devstack.ensure_services(home, environ={}, durable=False)
    yield started
    started.stop()


def answer(services: Services, query: str) -> object:
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        cursor = connection.execute(query)  # type: ignore[arg-type]
        return cursor.fetchone()[0] if cursor.description else None  # type: ignore[index]


def test_given_servers_are_used_and_nothing_is_started(tmp_path: Path) -> None:
    services = devstack.ensure_services(tmp_path / "home", environ=GIVEN)

    assert services.started is False
    assert services.database_url == GIVEN["DATABASE_URL"]
    assert services.redis_url == GIVEN["REDIS_URL"]
    assert services.broker_url == "redis://:secret@cache.example:6380/0"
    assert not (tmp_path / "home").exists()


def test_a_given_broker_is_not_replaced(tmp_path: Path) -> None:
    services = devstack.ensure_services(
        tmp_path, environ={**GIVEN, "CELERY_BROKER_URL": "redis://queue.example/7"}
    )

    assert services.broker_url == "redis://queue.example/7"


def test_only_the_missing_server_is_started(home: Path) -> None:
    services = devstack.ensure_services(home, environ={"DATABASE_URL": GIVEN["DATABASE_URL"]}, durable=False)

    try:
        assert [server.name for server, _ in services.running] == ["valkey"]
        assert services.database_url == GIVEN["DATABASE_URL"]
        assert redis.Redis.from_url(services.broker_url).ping() is True
    finally:
        services.stop()


def test_a_second_caller_attaches_and_leaves_the_servers_alone(home: Path, services: Services) -> None:
    second = devstack.ensure_services(home, environ={})

    assert services.started is True
    assert second.started is False
    assert (second.database_url, second.redis_url) == (services.database_url, services.redis_url)
    second.stop()
    assert answer(services, "SELECT current_database()") == "fanfare"
    assert redis.Redis.from_url(services.redis_url).ping() is True


def test_data_stay_when_servers_stop_and_start(home: Path) -> None:
    first = devstack.ensure_services(home, environ={}, durable=False)
    answer(first, "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS number")
    first.stop()

    assert [process.returncode for _, process in first.running] == [0, 0]
    second = devstack.ensure_services(home, environ={}, durable=False)
    try:
        assert answer(second, "SELECT number FROM kept") == 42
    finally:
        second.stop()


def test_servers_whose_owner_was_killed_are_replaced(home: Path, services: Services) -> None:
    answer(services, "CREATE TABLE IF NOT EXISTS orphan AS SELECT 7 AS number")
    services.release()  # what the kernel does when the owner is killed; the servers still run

    second = devstack.ensure_services(home, environ={}, durable=False)

    try:
        assert second.started is True
        assert all(process.wait(5) == 0 for _, process in services.running)
        assert answer(second, "SELECT number FROM orphan") == 7
    finally:
        second.stop()


def test_a_durable_database_survives_the_kill_of_everything(home: Path) -> None:
    first = devstack.ensure_services(home, environ={})
    answer(first, "CREATE TABLE IF NOT EXISTS crashed AS SELECT 3 AS number")
    for _, process in first.running:
        process.kill()
        process.wait()
    first.release()

    second = devstack.ensure_services(home, environ={})

    try:
        assert answer(second, "SELECT number FROM crashed") == 3
    finally:
        second.stop()


def test_a_stale_pid_file_does_not_stop_a_stranger(home: Path, services: Services, tmp_path: Path) -> None:
    services.stop()
    stranger = processes.spawn(["sleep", "60"], log=tmp_path / "log", cwd=tmp_path)
    postgres = next(server for server, _ in services.running if isinstance(server, servers.Postgres))
    (postgres.data / "postmaster.pid").write_text(f"{stranger.pid}\n{postgres.data}\n1\n5432\n\n127.0.0.1\n")

    second = devstack.ensure_services(home, environ={}, durable=False)

    second.stop()
    assert stranger.poll() is None
    processes.kill_group(stranger)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as somebody else")
def test_root_puts_data_where_nobody_can_reach_them(home: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    inside, outside = servers.place(home), servers.place(closed)

    try:
        assert inside.base == home / "servers"
        assert not outside.base.is_relative_to(closed)
        assert servers.place(closed) == outside  # the same place at every start
        assert servers._is_open(outside.base)
        assert (outside.base.stat().st_uid, outside.user) == (0, 65534)
    finally:
        shutil.rmtree(outside.base)


def test_data_of_another_major_version_are_refused(tmp_path: Path) -> None:
    place = servers.Place(base=tmp_path, packages=tmp_path, user=None)
    postgres = servers.Postgres(place=place, log=tmp_path / "log", port=1, durable=False)
    postgres.data.mkdir()
    (postgres.data / "PG_VERSION").write_text("9\n")

    with pytest.raises(servers.ServerError, match="written by PostgreSQL 9, this one is"):
        postgres.prepare()


def test_the_secret_key_is_made_once_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    services = devstack.ensure_services(tmp_path, environ=GIVEN)

    first = devstack.environment(tmp_path, services)
    second = devstack.environment(tmp_path, services)

    assert first == second
    assert len(first["SECRET_KEY"]) >= 50
    assert first["CELERY_BROKER_URL"] == services.broker_url
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_run_hands_over_the_environment_and_the_exit_code(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "config.devstack", "run", "--", "sh", "-c", 'echo "$DATABASE_URL"; exit 7'],
        cwd=ROOT,
        env={**GIVEN, "FANFARE_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (7, f"{GIVEN['DATABASE_URL']}\n", "")
