"""Processor time of servers: says what an answer costs, also while others use the machine."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

_TICK: Final = os.sysconf("SC_CLK_TCK")

type Parents = Mapping[int, int]


def seconds(roots: Collection[int]) -> float:
    """What these processes and all below them have used up to now, ended children included."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    found = [stat for stat in map(_stat, numbers) if stat is not None]
    parents = {pid: parent for pid, parent, _ in found}
    return sum(ticks for pid, _, ticks in found if is_below(pid, roots, parents)) / _TICK


def parent(pid: int) -> int | None:
    stat = _stat(pid)
    return None if stat is None else stat[1]


def parsed(text: str) -> tuple[int, int, int]:
    """Process, parent and ticks of `/proc/<pid>/stat`; the name in it may hold spaces and brackets."""
    pid, _, rest = text.partition(" ")
    fields = rest.rpartition(")")[2].split()
    # After the name: state, parent, …; user, system, children's user and system time are the 12th to 15th.
    return int(pid), int(fields[1]), sum(int(field) for field in fields[11:15])


def is_below(pid: int, roots: Collection[int], parents: Parents) -> bool:
    """Whether the process is one of `roots` or descends from one."""
    while pid in parents:
        if pid in roots:
            return True
        pid = parents[pid]
    return False


def _stat(pid: int) -> tuple[int, int, int] | None:
    try:
        return parsed(Path(f"/proc/{pid}/stat").read_text())
    except OSError:
        return None
