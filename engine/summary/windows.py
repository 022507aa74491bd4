"""Time windows in words: Monday to Friday, 09:00 to 17:00, 12 hours every 7 days. Contract: 11.3, 12."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from engine.rules.tree import Operator
from engine.summary import phrases
from engine.summary.operands import plain

_DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
# The week as people write it; 0 is Sunday on the wire.
_WEEK: Final = (1, 2, 3, 4, 5, 6, 0)
_SHORTEST_RUN: Final = 3
_OPEN_END: Final = ".."
_MIDNIGHTS: Final = ("", "24:00", "00:00")


def window(operator: Operator, operands: Sequence[Any]) -> str:
    """All windows of one condition; any of them will do."""
    if operator is Operator.DAY_OF_WEEK:
        return days(operands)
    if operator is Operator.TIMEFRAME:
        return _timeframe([str(operand) for operand in operands])
    separator, write = ("-", _hours) if operator is Operator.TIMEFRAME_DAILY_HOURS else ("/", _absolute)
    return phrases.listed([write(text) for text in _paired(operands, separator)], phrases.OR)


def days(numbers: Sequence[Any]) -> str:
    """Monday to Friday; Tuesday or Thursday; every day"""
    wanted = [day for day in _WEEK if day in [number for number in numbers if not isinstance(number, bool)]]
    strange = [plain(number) for number in numbers if isinstance(number, bool) or number not in range(7)]
    if len(wanted) == len(_DAYS) and not strange:
        return "every day"
    runs: list[list[int]] = []
    for day in wanted:
        if runs and _WEEK.index(day) == _WEEK.index(runs[-1][-1]) + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    words = [word for run in runs for word in _run(run)]
    return phrases.listed([*words, *strange], phrases.OR)


def _run(run: list[int]) -> list[str]:
    if len(run) < _SHORTEST_RUN:
        return [_DAYS[day] for day in run]
    return [f"{_DAYS[run[0]]} to {_DAYS[run[-1]]}"]


def _timeframe(texts: list[str]) -> str:
    if len(texts) != 3:
        return phrases.listed(texts, phrases.AND)
    start, interval, duration = texts
    return f"{phrases.span(duration)} every {phrases.span(interval)} from {start}"


def _paired(operands: Sequence[Any], separator: str) -> list[str]:
    """A bare pair (start, end) is one window, as the rules read it."""
    texts = [operand if isinstance(operand, str) else plain(operand) for operand in operands]
    if len(texts) == 2 and not any(separator in text for text in texts):
        return [separator.join(texts)]
    return texts


def _hours(text: str) -> str:
    start, found, end = text.partition("-")
    if not found:
        return text
    return f"{start.strip()} to {'midnight' if end.strip() in _MIDNIGHTS else end.strip()}"


def _absolute(text: str) -> str:
    start, found, end = (part.strip() for part in text.partition("/"))
    if not found:
        return text
    if start == _OPEN_END:
        return "at any time" if end == _OPEN_END else f"until {end}"
    return f"from {start} on" if end == _OPEN_END else f"from {start} to {end}"
