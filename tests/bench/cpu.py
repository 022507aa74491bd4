"""Processor time of servers and their children: says what an answer costs, also while others use the machine."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Final

_TICK: Final = os.sysconf("SC_CLK_TCK")


def seconds(roots: Collection[int]) -> float:
    """What these processes and all below them have used up to now, ended children included."""
    stats = {stat[0]: stat for stat in map(_stat, _numbers()) if stat is not None}
    return (
        sum(ticks for _, ticks in (stats[pid][1:] for pid in stats if _is_below(pid, roots, stats))) / _TICK
    )


def parent(pid: int) -> int:
    stat = _stat(pid)
    return 0 if stat is None else stat[1]


def parsed(text: str) -> tuple[int, int, int]:
    """Process, parent and ticks of a line of `/proc/<pid>/stat`; the name in it may hold spaces and brackets."""
    pid, _, rest = text.partition(" ")
    fields = rest.rpartition(")")[2].split()
    # After the name: state, parent, …; user, system, children's user and system time are the 12th to 15th.
    return int(pid), int(fields[1]), sum(int(field) for field in fields[11:15])


def _numbers() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> tuple[int, int, int] | None:
    try:
        return parsed(Path(f"/proc/{pid}/stat").read_text())
    except OSError:
        return None


def _is_below(pid: int, roots: Collection[int], stats: dict[int, tuple[int, int, int]]) -> bool:
    while pid in stats:
        if pid in roots:
            return True
        pid = stats[pid][1]
    return False
