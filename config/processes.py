"""Children of ours: started so that they do not outlive us, and found again when they did."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import functools
import json
import os
import platform
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

# Root may not run PostgreSQL; this user ("nobody") owns nothing else.
NOBODY: Final = 65534
_PR_SET_PDEATHSIG: Final = 1
_MAX_LOG_BYTES: Final = 10 * 1024 * 1024
_LINUX: Final = platform.system() == "Linux"
_libc = ctypes.CDLL(None) if _LINUX else None


def spawn(
    argv: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    user: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own, so that Ctrl-C reaches us alone and we choose the order.

    Output goes to `log`. On Linux the kernel sends `death_signal` when we die, however we die.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _MAX_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=None if env is None else dict(env),
            process_group=0,
            preexec_fn=_tie_to(os.getpid(), death_signal),
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )


def _tie_to(parent: int, death_signal: signal.Signals) -> Callable[[], None] | None:
    if _libc is None:
        return None
    prctl, number = _libc.prctl, int(death_signal)

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return tie


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for the child and whatever it left behind in its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def stop(process: subprocess.Popen[bytes], *, stop_signal: signal.Signals, grace_seconds: float) -> None:
    """Ask, wait, then kill the group."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_seconds)
    kill_group(process)


def tail(log: Path, lines: int = 5) -> str:
    """The end of a log file, for a message to people; long lines are cut."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            return "\n".join(
                f"  {line[:300]}" for line in file.read().decode(errors="replace").splitlines()[-lines:]
            )
    except OSError:
        return ""


@contextlib.contextmanager
def held(path: Path) -> Iterator[IO[str] | None]:
    """Hold a lock file while the block runs; yields None when another living process holds it."""
    lock = take(path)
    try:
        yield lock
    finally:
        if lock is not None:
            lock.close()


def take(path: Path) -> IO[str] | None:
    """Lock `path` until the returned file is closed or we die; None when another living process holds it.

    The kernel drops the lock with its holder, so a kill -9 leaves nothing stale. The file names the holder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def record(run: Path, name: str, process: subprocess.Popen[bytes], *, stop_signal: signal.Signals) -> None:
    """Write the child's pid file, for `reap_leftovers` of a later start."""
    run.mkdir(parents=True, exist_ok=True)
    facts = {
        "pid": process.pid,
        "born": _born(process.pid),
        "signal": int(stop_signal),
        "command": command_line(process.pid),
    }
    (run / f"{name}.pid").write_text(json.dumps(facts) + "\n")


def reap_leftovers(run: Path, names: Sequence[str], *, grace_seconds: float = 10) -> list[str]:
    """Stop children that an earlier, killed start left behind; returns their names and removes all pid files.

    A process counts as ours only if it was born at the recorded moment: pids are used again. Where it is
    dead, its own children may live on (a web worker keeps the port): its group, if the command is the same.
    """
    found: list[str] = []
    for name in names:
        file = run / f"{name}.pid"
        try:
            facts = json.loads(file.read_text())
            pid, born, number, command = (
                int(facts["pid"]),
                facts["born"],
                int(facts["signal"]),
                facts["command"],
            )
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            file.unlink(missing_ok=True)
            continue
        if born is not None and _born(pid) == born:
            found.append(name)
            _signal(os.kill, pid, number)
            _wait_until(functools.partial(_has_gone, pid, born), grace_seconds)
            _signal(os.killpg, pid, signal.SIGKILL)
        elif any(command_line(member) == command for member in _group(pid)):
            found.append(name)
            _signal(os.killpg, pid, signal.SIGKILL)
            _wait_until(functools.partial(_is_empty, pid), grace_seconds)
        file.unlink(missing_ok=True)
    return found


def _has_gone(pid: int, born: object) -> bool:
    return _born(pid) != born


def _is_empty(pid: int) -> bool:
    return not _group(pid)


def _signal(send: Callable[[int, int], None], pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        send(pid, number)


def _wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)


def _group(leader: int) -> list[int]:
    """The living members of a process group whose leader has gone; empty where that cannot be found out."""
    if not _LINUX or _born(leader) is not None:
        return []
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if (fields := _stat(pid)) and fields[0] != "Z" and int(fields[2]) == leader]


def _born(pid: int) -> str | None:
    """When the process started, as text to compare; None when there is none (or only a zombie)."""
    if _LINUX:
        fields = _stat(pid)
        return fields[19] if fields and fields[0] != "Z" else None
    return _ps(pid, "lstart") or None


def _stat(pid: int) -> list[str]:
    """What follows the name in /proc/PID/stat: state, parent, group, ...; empty when there is no process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def command_line(pid: int) -> str:
    """The words a process was started with; empty when there is none."""
    if _LINUX:
        try:
            return (
                Path(f"/proc/{pid}/cmdline")
                .read_bytes()
                .replace(b"\0", b" ")
                .decode(errors="replace")
                .strip()
            )
        except OSError:
            return ""
    return _ps(pid, "args")


def _ps(pid: int, column: str) -> str:
    argv = ["/bin/ps", "-o", f"{column}=", "-p", str(pid)]
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()
