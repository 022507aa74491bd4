"""Keeps the processes of one machine alive: starts them, restarts what dies, stops them in order."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

from config import processes

_BACK_OFF_SECONDS: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
# A child that lived this long starts again with the shortest back-off.
_STEADY_SECONDS: Final = 60.0
_STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Terminal and `make` may both send the first one; only a later one means "now".
_SAME_REQUEST_SECONDS: Final = 1.0


@dataclass(frozen=True, kw_only=True)
class Program:
    """One process to keep alive. `start` is called again after each death."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 20.0


class _Child:
    def __init__(self, program: Program, process: subprocess.Popen[bytes] | None) -> None:
        self.program = program
        self.process = process
        self.started_at = time.monotonic()
        self.restart_at = self.started_at
        self.deaths = 0
        self.last_words = ""


class Supervisor:
    """Programs are started in the order they were added and stopped in the same order: add the servers last.

    Use: `with Supervisor(say=print) as it: it.add(...); it.start(); while it.tick(None): ...`
    Leaving the block stops everything. Works in the main thread only (signals).
    """

    def __init__(
        self, *, say: Callable[[str], None], back_off_seconds: tuple[float, ...] = _BACK_OFF_SECONDS
    ) -> None:
        self._say = say
        self._back_off = back_off_seconds
        self._children: list[_Child] = []
        self._asked_at: float | None = None
        self._previous: dict[int, Any] = {}

    def add(self, program: Program, process: subprocess.Popen[bytes] | None = None) -> None:
        """Take a program in; `process` when it runs already."""
        self._children.append(_Child(program, process))

    def __enter__(self) -> Supervisor:
        self._read, self._write = os.pipe()
        for end in (self._read, self._write):
            os.set_blocking(end, False)
        self._previous_wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in (*_STOP_SIGNALS, signal.SIGCHLD):
            self._previous[number] = signal.signal(number, _only_wake)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            signal.set_wakeup_fd(self._previous_wakeup)
            for number, handler in self._previous.items():
                signal.signal(number, handler)
            os.close(self._read)
            os.close(self._write)

    def start(self) -> None:
        """Start what does not run yet."""
        for child in self._children:
            if child.process is None:
                self._launch(child)

    def tick(self, timeout: float | None) -> bool:
        """Sleep until something happens or `timeout` seconds are over, then tend the children.

        Returns False once Ctrl-C, SIGTERM or SIGHUP has come: leave the block then.
        """
        waiting = [child.restart_at - time.monotonic() for child in self._children if child.process is None]
        waiting += [] if timeout is None else [timeout]
        if self._sleep(max(0.0, min(waiting)) if waiting else None):
            return False
        now = time.monotonic()
        for child in self._children:
            if child.process is None:
                if child.restart_at <= now:
                    self._launch(child)
            elif child.process.poll() is not None:
                self._mourn(child, f"ended with {_reason(child.process.returncode)}")
        return True

    def stop(self) -> None:
        """Stop all, one after the other; a second Ctrl-C kills what is left."""
        impatient = False
        for child in self._children:
            process = child.process
            if process is None:
                continue
            deadline = time.monotonic() + child.program.grace_seconds
            if process.poll() is None and not impatient:
                process.send_signal(child.program.stop_signal)
            while process.poll() is None and not impatient and time.monotonic() < deadline:
                impatient = self._sleep(0.1)
            if process.poll() is None:
                self._say(f"{child.program.name} does not stop, killing it")
            processes.kill_group(process)
            child.process = None

    def _launch(self, child: _Child) -> None:
        try:
            child.process = child.program.start()
        except Exception as error:  # a server may refuse to start just now; the back-off goes on
            self._mourn(child, f"cannot be started: {error}")
            return
        child.started_at = time.monotonic()

    def _mourn(self, child: _Child, reason: str) -> None:
        now = time.monotonic()
        if child.process is not None:
            processes.kill_group(child.process)
            if now - child.started_at > _STEADY_SECONDS:
                child.deaths = 0
        pause = self._back_off[min(child.deaths, len(self._back_off) - 1)]
        child.deaths += 1
        child.process, child.restart_at = None, now + pause
        message = f"{child.program.name} {reason}; starting it again in {pause:g} s"
        words = processes.tail(child.program.log)
        news = words and words != child.last_words  # the same error need not be read twice
        child.last_words = words
        self._say(f"{message}. Last lines of {child.program.log}:\n{words}" if news else message)

    def _sleep(self, timeout: float | None) -> bool:
        """Wait for a signal; returns whether it newly asks us to stop."""
        select.select([self._read], [], [], timeout)
        received = b""
        with contextlib.suppress(BlockingIOError):
            received = os.read(self._read, 4096)
        if not any(number in _STOP_SIGNALS for number in received):
            return False
        now = time.monotonic()
        again = self._asked_at is None or now - self._asked_at > _SAME_REQUEST_SECONDS
        self._asked_at = self._asked_at or now
        return again


def _only_wake(number: int, frame: FrameType | None) -> None:
    """The wake-up pipe carries the signal's number; see `_sleep`."""


def _reason(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
