"""What each operator asks of one value. Contract: 11.3.

Lists (metadata arrays, segments) hold as soon as one element does; the negative operators want none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from engine.rules.tree import Condition, Operand, Operator
from engine.rules.values import Members, as_text, equal, listed, moment, number, order
from engine.rules.windows import is_inside, windows

NEGATIVE: Final = frozenset({Operator.IS_NOT, Operator.NOT_IN, Operator.NOT_INTERSECT, Operator.IS_UNKNOWN})
"""Hold for a value that is not there; all others do not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """The instant that is judged, and the project's time zone."""

    now: datetime
    zone: tzinfo


type Operands = tuple[Operand, ...]
type Test = Callable[[object, Operands, Clock], bool]


def test(condition: Condition, value: object, clock: Clock) -> bool:
    """Does `value` (None = not there) meet the condition?"""
    if value is None:
        return condition.operator in NEGATIVE
    return TESTS[condition.operator](value, condition.operands, clock)


def _is(value: object, operands: Operands, clock: Clock) -> bool:
    if isinstance(value, datetime):
        return any(order(value, operand, clock.zone) == 0 for operand in operands)
    elements = listed(value)
    if elements is None:
        if len(operands) == 1:
            return equal(value, operands[0])
        return value in Members(operands)
    wanted = Members(operands)
    return any(element in wanted for element in elements)


def _is_not(value: object, operands: Operands, clock: Clock) -> bool:
    return not _is(value, operands, clock)


def _compares(*wanted: int) -> Test:
    def holds(value: object, operands: Operands, clock: Clock) -> bool:
        elements = listed(value)
        return any(
            order(element, operands[0], clock.zone) in wanted
            for element in (elements if elements is not None else (value,))
        )

    return holds


def _text(matches: Callable[[str, str], bool]) -> Test:
    def holds(value: object, operands: Operands, clock: Clock) -> bool:
        elements = listed(value)
        texts = [as_text(element) for element in (elements if elements is not None else (value,))]
        wanted = [operand for operand in operands if isinstance(operand, str)]
        return any(text is not None and matches(text, want) for text in texts for want in wanted)

    return holds


def _size(matches: Callable[[int, int | object], bool]) -> Test:
    def holds(value: object, operands: Operands, clock: Clock) -> bool:
        elements = listed(value)
        return elements is not None and matches(len(elements), operands[0])

    return holds


def _not_differ(value: object, operands: Operands, clock: Clock) -> bool:
    elements = listed(value)
    own = elements if elements is not None else (value,)
    wanted, found = Members(operands), Members(own)
    return all(element in wanted for element in own) and all(operand in found for operand in operands)


def _has_value(value: object, operands: Operands, clock: Clock) -> bool:
    return value is not None


def _is_unknown(value: object, operands: Operands, clock: Clock) -> bool:
    return value is None


def _days(direction: int, matches: Callable[[int, object], bool]) -> Test:
    """Days from today to the value, counted backwards (-1) or ahead (1); never negative."""

    def holds(value: object, operands: Operands, clock: Clock) -> bool:
        elements = listed(value)
        today = clock.now.astimezone(clock.zone).date()
        for element in elements if elements is not None else (value,):
            found = moment(element, clock.zone)
            days = -1 if found is None else direction * (found.day - today).days
            if days >= 0 and matches(days, operands[0]):
                return True
        return False

    return holds


def _window(operator: Operator) -> Test:
    def holds(value: object, operands: Operands, clock: Clock) -> bool:
        elements = listed(value)
        found = [moment(element, clock.zone) for element in (elements if elements is not None else (value,))]
        return any(
            is_inside(window, instant.at, clock.zone)
            for instant in found
            if instant is not None
            for window in windows(operator, operands, clock.zone)
        )

    return holds


def _more(left: int, right: object) -> bool:
    limit = number(right)
    return limit is not None and left > limit


def _less(left: int, right: object) -> bool:
    limit = number(right)
    return limit is not None and left < limit


def _same(left: int, right: object) -> bool:
    return number(right) == left


TESTS: Final[Mapping[Operator, Test]] = {
    Operator.IS: _is,
    Operator.IS_NOT: _is_not,
    Operator.IN: _is,
    Operator.NOT_IN: _is_not,
    Operator.MORE_THAN: _compares(1),
    Operator.LESS_THAN: _compares(-1),
    Operator.MORE_THAN_OR_EQUAL: _compares(0, 1),
    Operator.LESS_THAN_OR_EQUAL: _compares(-1, 0),
    Operator.AFTER: _compares(1),
    Operator.BEFORE: _compares(-1),
    Operator.STARTS_WITH: _text(str.startswith),
    Operator.ENDS_WITH: _text(str.endswith),
    Operator.CONTAINS: _text(str.__contains__),
    Operator.HAS_VALUE: _has_value,
    Operator.IS_UNKNOWN: _is_unknown,
    Operator.COUNT: _size(_same),
    Operator.COUNT_MORE: _size(_more),
    Operator.COUNT_LESS: _size(_less),
    Operator.NOT_DIFFER: _not_differ,
    Operator.NOT_INTERSECT: _is_not,
    Operator.MORE_THAN_AGO: _days(-1, _more),
    Operator.LESS_THAN_AGO: _days(-1, _less),
    Operator.IS_DAYS_AGO: _days(-1, _same),
    Operator.MORE_THAN_FUTURE: _days(1, _more),
    Operator.LESS_THAN_FUTURE: _days(1, _less),
    Operator.IS_DAYS_IN_FUTURE: _days(1, _same),
    Operator.TIMEFRAME: _window(Operator.TIMEFRAME),
    Operator.TIMEFRAME_ABSOLUTE: _window(Operator.TIMEFRAME_ABSOLUTE),
    Operator.TIMEFRAME_DAILY_HOURS: _window(Operator.TIMEFRAME_DAILY_HOURS),
    Operator.DAY_OF_WEEK: _window(Operator.DAY_OF_WEEK),
}
"""`$from` is missing: it asks about order lines, see `families.items`."""
