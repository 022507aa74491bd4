from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from config import processes
from config.supervisor import Program, Supervisor
from tests.config.waiting import wait_for

# Says that it is up, and its name once more when it is asked to stop.
POLITE = (
    'trap "echo stop $0 >> story; exit 0" TERM INT; echo up $0 >> story; while :; do sleep 5 & wait $!; done'
)
STUBBORN = 'trap "" TERM INT; echo up $0 >> story; while :; do sleep 5 & wait $!; done'


@pytest.fixture
def story(tmp_path: Path) -> Callable[[], list[str]]:
    """What the children wrote so far, line by line."""
    (tmp_path / "story").touch()
    return lambda: (tmp_path / "story").read_text().splitlines()


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Program]:
    def build(name: str, *scripts: str, grace_seconds: float = 5) -> Program:
        """Runs the scripts one after the other, one a start; the last one again and again."""
        left = list(scripts)

        def start() -> subprocess.Popen[bytes]:
            script = left.pop(0) if len(left) > 1 else left[0]
            if script == "unable":
                raise OSError("no such program")
            return processes.spawn(["sh", "-c", script, name], log=tmp_path / f"{name}.log", cwd=tmp_path)

        return Program(name=name, start=start, log=tmp_path / f"{name}.log", grace_seconds=grace_seconds)

    return build


def run_until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    wait_for(lambda: supervisor.tick(0.02) and condition())


def test_stops_in_the_order_of_adding(
    program: Callable[..., Program], story: Callable[[], list[str]]
) -> None:
    names = ["web", "worker", "beat", "dispatcher", "postgres"]
    with Supervisor(say=lambda _: None) as supervisor:
        for name in names:
            supervisor.add(program(name, POLITE))
        supervisor.start()
        run_until(supervisor, lambda: len(story()) == len(names))

        os.kill(os.getpid(), signal.SIGTERM)

        assert supervisor.tick(None) is False

    assert story()[len(names) :] == [f"stop {name}" for name in names]


def test_restarts_what_dies_and_says_so(
    program: Callable[..., Program], story: Callable[[], list[str]]
) -> None:
    said: list[str] = []
    with Supervisor(say=said.append, back_off_seconds=(0.0,)) as supervisor:
        supervisor.add(program("worker", "echo broken; exit 3", POLITE))
        supervisor.start()
        run_until(supervisor, lambda: story() == ["up worker"])

    assert len(said) == 1
    assert said[0].startswith("worker ended with exit code 3; starting it again in 0 s.")
    assert said[0].endswith("broken")
    assert story() == ["up worker", "stop worker"]


def test_waits_longer_after_each_death(program: Callable[..., Program]) -> None:
    said: list[str] = []
    with Supervisor(say=said.append, back_off_seconds=(0.0, 0.01, 600.0)) as supervisor:
        supervisor.add(program("worker", "kill -9 $$"))
        supervisor.start()
        run_until(supervisor, lambda: len(said) == 3)

    assert [line.partition(";")[2] for line in said] == [
        " starting it again in 0 s",
        " starting it again in 0.01 s",
        " starting it again in 600 s",
    ]
    assert said[0].startswith("worker ended with signal SIGKILL")


def test_shows_the_same_last_words_only_once(program: Callable[..., Program]) -> None:
    said: list[str] = []
    with Supervisor(say=said.append, back_off_seconds=(0.0, 0.0, 600.0)) as supervisor:
        supervisor.add(program("web", ": > web.log; echo no such module; exit 1"))
        supervisor.start()
        run_until(supervisor, lambda: len(said) == 3)

    assert ["no such module" in line for line in said] == [True, False, False]


def test_tries_again_when_a_start_fails(
    program: Callable[..., Program], story: Callable[[], list[str]]
) -> None:
    said: list[str] = []
    with Supervisor(say=said.append, back_off_seconds=(0.0,)) as supervisor:
        supervisor.add(program("beat", "unable", POLITE))
        supervisor.start()
        run_until(supervisor, lambda: story() == ["up beat"])

    assert said == ["beat cannot be started: no such program; starting it again in 0 s"]


def test_kills_what_does_not_stop(program: Callable[..., Program], story: Callable[[], list[str]]) -> None:
    said: list[str] = []
    with Supervisor(say=said.append) as supervisor:
        supervisor.add(program("worker", STUBBORN, grace_seconds=0.1))
        supervisor.add(program("beat", POLITE))
        supervisor.start()
        run_until(supervisor, lambda: len(story()) == 2)

    assert said == ["worker does not stop, killing it"]
    assert story()[2:] == ["stop beat"]


def test_takes_in_what_runs_already(program: Callable[..., Program], story: Callable[[], list[str]]) -> None:
    server = program("postgres", POLITE)
    process = server.start()
    wait_for(lambda: story() == ["up postgres"])

    with Supervisor(say=lambda _: None) as supervisor:
        supervisor.add(server, process)
        supervisor.start()
        assert supervisor.tick(0) is True

    assert process.returncode == 0
    assert story() == ["up postgres", "stop postgres"]


def test_gives_the_signals_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)]

    with Supervisor(say=lambda _: None):
        pass

    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)] == before
