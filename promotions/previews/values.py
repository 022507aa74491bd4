"""Values of metadata that meet conditions, or do not: guessed from the operands, proved by the operators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from engine.rules.operators import Clock, test
from engine.rules.tree import Condition, Operator

ABSENT: Final = object()
"""The field is not there at all."""
_OTHER: Final = "something else"
_SIZES: Final = (Operator.COUNT, Operator.COUNT_MORE, Operator.COUNT_LESS)
_MOST: Final = 20


def meeting(conditions: Sequence[Condition], clock: Clock) -> Any:
    """A value for which all of them hold; `ABSENT` if leaving it out does, None if none was found."""
    return _first(conditions, clock, wanted=True)


def missing(conditions: Sequence[Condition], clock: Clock) -> Any:
    """A value for which they do not all hold, as near to the others as can be."""
    return _first(conditions, clock, wanted=False)


def _first(conditions: Sequence[Condition], clock: Clock, *, wanted: bool) -> Any:
    for value in [*_guesses(conditions, clock), ABSENT]:
        actual = None if value is ABSENT else value
        if all(test(condition, actual, clock) for condition in conditions) is wanted:
            return value
    return None


def _guesses(conditions: Sequence[Condition], clock: Clock) -> Iterator[Any]:
    operands = [operand for condition in conditions for operand in condition.operands]
    yield from (operand for operand in operands if isinstance(operand, str | int | Decimal))
    for operand in operands:
        if isinstance(operand, bool):
            yield not operand
        elif isinstance(operand, int | Decimal):
            yield from (operand + 1, operand - 1)
        elif isinstance(operand, str):
            yield from (*_near_dates(operand), f"{operand}…", f"…{operand}")
    yield [operand for operand in operands if not isinstance(operand, dict)]
    for condition in conditions:
        if condition.operator in _SIZES and condition.operands:
            size = int(str(condition.operands[0]))
            yield from ([_OTHER] * number for number in (size, size + 1, max(0, size - 1)) if number <= _MOST)
    yield _OTHER
    yield from _dates_around(operands, clock)


def _near_dates(text: str) -> Iterator[str]:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return
    yield from (str(day + timedelta(days=1)), str(day - timedelta(days=1)))


def _dates_around(operands: Sequence[Any], clock: Clock) -> Iterator[str]:
    """Days from today, for those who ask how long ago or far ahead something is; and today's instants."""
    today = clock.now.astimezone(clock.zone).date()
    figures = {int(one) for one in operands if isinstance(one, int) and not isinstance(one, bool)}
    for figure in sorted(one for one in figures if 0 <= one <= 36_500):
        for days in (figure, figure + 1, figure - 1):
            yield from (str(today - timedelta(days=days)), str(today + timedelta(days=days)))
    noon = datetime.combine(today, datetime.min.time(), clock.zone) + timedelta(hours=12)
    yield from ((noon + timedelta(days=ahead)).isoformat() for ahead in range(7))
