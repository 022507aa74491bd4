"""Days on which a promotion rests, written as windows of a rule and read from them. No database.

A pause from 24 to 26 December leaves the windows "../2026-12-23" and "2026-12-27/..", by the project's clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

OPERATOR: Final = "$timeframe_absolute"
_OPEN: Final = ".."
_DAY: Final = timedelta(days=1)

type Pause = tuple[str, str]


def written(pauses: Iterable[Pause]) -> list[str]:
    """The windows between the pauses, which are in order and do not touch (`joined`)."""
    found, start = [], _OPEN
    for begins, ends in pauses:
        found.append(f"{start}/{date.fromisoformat(begins) - _DAY}")
        start = str(date.fromisoformat(ends) + _DAY)
    return [*found, f"{start}/{_OPEN}"] if found else []


def read(windows: Sequence[str]) -> tuple[Pause, ...]:
    """The pauses between the windows; () where they are none of ours."""
    spans = [window.partition("/")[::2] for window in windows]
    if len(spans) < 2 or spans[0][0] != _OPEN or spans[-1][1] != _OPEN:
        return ()
    try:
        found = tuple(
            (str(date.fromisoformat(end) + _DAY), str(date.fromisoformat(start) - _DAY))
            for (_, end), (start, _) in zip(spans, spans[1:], strict=False)
        )
    except (ValueError, OverflowError):
        return ()
    return found if all(begins <= ends for begins, ends in found) and written(found) == [*windows] else ()


def joined(pauses: Iterable[tuple[date, date]]) -> tuple[Pause, ...]:
    """In order; pauses that touch or overlap become one."""
    found: list[tuple[date, date]] = []
    for begins, ends in sorted(pauses):
        if found and begins <= found[-1][1] + _DAY:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return tuple((str(begins), str(ends)) for begins, ends in found)
