"""One fact of the customer, the order, the call or a line: a value that meets conditions, if there is one.

A list meets a condition as soon as one element does, and a negative one when none does (contract 11.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import Any, Final

from engine.algebra import figures
from engine.algebra.literals import Ask
from engine.algebra.pool import OTHER, pool, spellings
from engine.rules.operators import NEGATIVE, Clock, test
from engine.rules.tree import Operator

ABSENT: Final = object()
"""The fact is not there."""
FAILED: Final = object()
"""No value was found; that proves nothing."""

_SIZES: Final = frozenset({Operator.COUNT, Operator.COUNT_MORE, Operator.COUNT_LESS})
_LONGEST: Final = 40


class Shape(Enum):
    """ONE: a single value or nothing. FREE: a list, too."""

    ONE = auto()
    FREE = auto()


def holds(ask: Ask, value: Any, clock: Clock) -> bool:
    """Does `value` (None = not there) do?"""
    return test(ask.condition, value, clock) is ask.positive


def value_for(asks: Sequence[Ask], clock: Clock, shape: Shape) -> Any:
    """A value for which all of them hold, a plain one if possible; `ABSENT`, or `FAILED`."""
    tried = pool(asks, clock)
    if any(ask.condition.operator in NEGATIVE for ask in asks):
        tried = [*tried, *(twin for value in tried[:8] for twin in spellings(value, len(asks)))]
    for value in tried:
        if all(holds(ask, value, clock) for ask in asks):
            return value
    if all(holds(ask, None, clock) for ask in asks):
        return ABSENT
    return FAILED if shape is Shape.ONE else _list_for(asks, clock, tried)


def _list_for(asks: Sequence[Ask], clock: Clock, tried: Sequence[Any]) -> Any:
    """Elements are added for each condition that none so far meets; then as many as are asked for."""
    exact = next(
        (ask for ask in asks if ask.condition.operator is Operator.NOT_DIFFER and ask.positive), None
    )
    everywhere = [ask for ask in asks if ask.condition.operator in NEGATIVE or not ask.positive]
    wanted = [ask for ask in asks if ask not in everywhere and ask.condition.operator not in _SIZES]
    elements: list[Any] = list(exact.condition.operands) if exact is not None else []
    fit = [
        value for value in tried if all(holds(ask, [value], clock) for ask in everywhere if not _sized(ask))
    ]
    for ask in wanted:
        if holds(ask, elements, clock):
            continue
        found = next((value for value in fit if holds(ask, [value], clock)), None)
        if found is None:
            return FAILED
        elements.append(found)
    size = _size(asks)
    wanted_size = size.from_(len(elements))
    if wanted_size is None or wanted_size > _LONGEST:
        return FAILED
    spare = elements[-1:] or [value for value in (OTHER, *fit) if value in fit or not everywhere][:1]
    if len(elements) < wanted_size and not spare:
        return FAILED
    elements += spare * (wanted_size - len(elements))
    return elements if all(holds(ask, elements, clock) for ask in asks) else FAILED


def _sized(ask: Ask) -> bool:
    return ask.condition.operator in _SIZES


def _size(asks: Sequence[Ask]) -> figures.Figures:
    found = figures.KNOWN
    for ask in asks:
        if _sized(ask):
            own = figures.of((ask.condition,))
            found = found & (own if ask.positive else own.inverted())
    return found
