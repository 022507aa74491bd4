from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config import processes
from tests.config.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]


def sleeper(tmp_path: Path) -> subprocess.Popen[bytes]:
    return processes.spawn(["sleep", "60"], log=tmp_path / "sleep.log", cwd=tmp_path)


def is_running(pid: int) -> bool:
    """A child of a dead parent may stay for a moment as a zombie: that is not running."""
    return processes._born(pid) is not None


def test_only_one_process_holds_a_lock(tmp_path: Path) -> None:
    first = processes.take(tmp_path / "lock")
    second = processes.take(tmp_path / "lock")

    assert first is not None
    assert second is None
    first.close()
    third = processes.take(tmp_path / "lock")
    assert third is not None
    assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"
    third.close()


def test_stops_a_child_that_an_earlier_start_left_behind(tmp_path: Path) -> None:
    child = sleeper(tmp_path)
    processes.record(tmp_path, "web", child, stop_signal=signal.SIGTERM)

    assert processes.reap_leftovers(tmp_path, ["web", "worker"]) == ["web"]

    assert child.wait(5) == -signal.SIGTERM
    assert not (tmp_path / "web.pid").exists()


def test_spares_a_stranger_who_got_the_same_pid(tmp_path: Path) -> None:
    stranger = sleeper(tmp_path)
    (tmp_path / "web.pid").write_text(
        json.dumps({"pid": stranger.pid, "born": "1", "signal": 15, "command": "sleep 60"})
    )

    assert processes.reap_leftovers(tmp_path, ["web"]) == []

    assert stranger.poll() is None
    assert not (tmp_path / "web.pid").exists()
    processes.kill_group(stranger)


@pytest.mark.skipif(sys.platform != "linux", reason="groups are looked up in /proc")
def test_stops_the_orphans_of_a_child_that_was_killed(tmp_path: Path) -> None:
    code = (
        "import os, time; print(os.fork(), flush=True); time.sleep(60)"  # as a web server forks its workers
    )
    child = processes.spawn([sys.executable, "-c", code], log=tmp_path / "log", cwd=tmp_path)
    wait_for(lambda: len((tmp_path / "log").read_text().split()) == 2)
    worker = max(int(word) for word in (tmp_path / "log").read_text().split())
    processes.record(tmp_path, "web", child, stop_signal=signal.SIGTERM)
    child.kill()
    child.wait()
    assert is_running(worker)

    assert processes.reap_leftovers(tmp_path, ["web"]) == ["web"]

    assert not is_running(worker)


@pytest.mark.parametrize("text", ["", "12", "{}", '{"pid": "x", "born": null, "signal": 15}'])
def test_removes_a_pid_file_that_makes_no_sense(tmp_path: Path, text: str) -> None:
    (tmp_path / "web.pid").write_text(text)

    assert processes.reap_leftovers(tmp_path, ["web"]) == []
    assert not (tmp_path / "web.pid").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux only")
def test_a_child_dies_with_its_killed_parent(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, signal; from config import processes; here = pathlib.Path(sys.argv[1]);"
        "child = processes.spawn(['sleep', '60'], log=here / 'log', cwd=here);"
        "print(child.pid, flush=True); signal.pause()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_running(child)

        parent.kill()

    wait_for(lambda: not is_running(child))


def test_kills_a_child_that_does_not_listen_and_its_own_children(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 60 & echo $!; wait; wait"
    child = processes.spawn(["sh", "-c", script], log=tmp_path / "log", cwd=tmp_path)
    wait_for(lambda: (tmp_path / "log").read_text().endswith("\n"))
    grandchild = int((tmp_path / "log").read_text())

    processes.stop(child, stop_signal=signal.SIGTERM, grace_seconds=0.1)

    assert child.returncode == -signal.SIGKILL
    wait_for(lambda: not is_running(grandchild))


def test_a_big_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_MAX_LOG_BYTES", 10)
    log = tmp_path / "web.log"
    log.write_text("old old old old\n")

    assert processes.spawn(["echo", "new"], log=log, cwd=tmp_path).wait(5) == 0

    assert log.read_text() == "new\n"
    assert (tmp_path / "web.log.1").read_text() == "old old old old\n"
    assert processes.tail(log) == "  new"
