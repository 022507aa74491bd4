"""Two conditions on one fact that no value meets: only what is certain is said.

What holds for lists holds for single values, too; what cannot be a list contradicts itself more often.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, Final

from engine.algebra import figures
from engine.algebra.figures import Figures
from engine.algebra.literals import Ask
from engine.algebra.values import Shape
from engine.rules.operators import NEGATIVE, Clock, test
from engine.rules.tree import Condition, Operator
from engine.rules.values import Members, Moment, number, stated

_EQUAL: Final = frozenset({Operator.IS, Operator.IN})
_REFUSES: Final = frozenset({Operator.IS_NOT, Operator.NOT_IN, Operator.NOT_INTERSECT})
_ABOVE: Final = {Operator.MORE_THAN: True, Operator.AFTER: True, Operator.MORE_THAN_OR_EQUAL: False}
_BELOW: Final = {Operator.LESS_THAN: True, Operator.BEFORE: True, Operator.LESS_THAN_OR_EQUAL: False}
_COMPARED: Final = frozenset({*_ABOVE, *_BELOW})
_SIZES: Final = frozenset({Operator.COUNT, Operator.COUNT_MORE, Operator.COUNT_LESS})
_TEXTS: Final = frozenset({Operator.STARTS_WITH, Operator.ENDS_WITH, Operator.CONTAINS})
_AGO: Final = {
    Operator.MORE_THAN_AGO: Operator.MORE_THAN,
    Operator.LESS_THAN_AGO: Operator.LESS_THAN,
    Operator.IS_DAYS_AGO: Operator.IS,
}
_AHEAD: Final = {
    Operator.MORE_THAN_FUTURE: Operator.MORE_THAN,
    Operator.LESS_THAN_FUTURE: Operator.LESS_THAN,
    Operator.IS_DAYS_IN_FUTURE: Operator.IS,
}
_DATED: Final = frozenset(
    {
        *_AGO,
        *_AHEAD,
        Operator.TIMEFRAME,
        Operator.TIMEFRAME_ABSOLUTE,
        Operator.TIMEFRAME_DAILY_HOURS,
        Operator.DAY_OF_WEEK,
        Operator.AFTER,
        Operator.BEFORE,
    }
)
"""Hold for days and instants only."""

type Pair = tuple[Ask, Ask | None]


def contradiction(asks: Sequence[Ask], clock: Clock, shape: Shape) -> Pair | None:
    """Two of them, or one alone, that no value meets; None when that is not certain."""
    for ask in asks:
        if ask.positive and _is_never(ask.condition, shape, clock):
            return (ask, None)
    for left, right in combinations(asks, 2):
        if _exclude(left, right, clock, shape):
            return (left, right)
    return None


def _exclude(left: Ask, right: Ask, clock: Clock, shape: Shape) -> bool:
    if not left.positive or not right.positive:
        return left.condition == right.condition and left.positive is not right.positive
    return _one_way(left.condition, right.condition, clock, shape) or _one_way(
        right.condition, left.condition, clock, shape
    )


def _is_never(condition: Condition, shape: Shape, clock: Clock) -> bool:
    operator = condition.operator
    if operator is Operator.NOT_DIFFER and shape is Shape.ONE:
        values = [*condition.operands, *(number(one) for one in condition.operands)]
        return not any(one is not None and test(condition, one, clock) for one in values)
    if operator in _SIZES:
        return shape is Shape.ONE or not figures.of((condition,))
    if operator in _AGO or operator in _AHEAD:
        return not _days(condition)
    return False


def _one_way(left: Condition, right: Condition, clock: Clock, shape: Shape) -> bool:
    """Does `right`, as one of the operators that are looked at here, exclude `left`?"""
    operator, other = left.operator, right.operator
    if other is Operator.IS_UNKNOWN:
        return operator not in NEGATIVE
    if operator in _EQUAL and other in _REFUSES:
        return all(_is_refused(operand, right) for operand in left.operands)
    if operator is Operator.NOT_DIFFER:
        return _differs(left, right, clock)
    if operator in _SIZES and other in _SIZES:
        return not figures.of((left,)) & figures.of((right,))
    if operator in _SIZES:
        is_empty = figures.of((left,)).high == 0
        return is_empty and other not in NEGATIVE and other is not Operator.HAS_VALUE
    return shape is Shape.ONE and _exclude_single(left, right, clock)


def _is_refused(operand: object, refusing: Condition) -> bool:
    """Is every value that equals `operand` refused? A number is spelled in many ways."""
    refused = Members(refusing.operands)
    figure = number(operand)
    if figure is None:
        return operand in refused
    if isinstance(operand, str):
        return operand in refused and figure in refused
    return any(number(other) == figure and not isinstance(other, str) for other in refusing.operands)


def _differs(exactly: Condition, other: Condition, clock: Clock) -> bool:
    """The elements are those of `exactly`, each of them there."""
    operands = exactly.operands
    if other.operator in _REFUSES:
        return any(_is_refused(operand, other) for operand in operands)
    if any(number(operand) is not None for operand in operands):
        return False
    if other.operator in _SIZES:
        return figures.of((other,)).high < len({str(one) for one in operands})
    if other.operator is Operator.NOT_DIFFER:
        both = Members(operands), Members(other.operands)
        plain = [one for one in other.operands if number(one) is None]
        return any(one not in both[1] for one in operands) or any(one not in both[0] for one in plain)
    if other.operator not in _EQUAL | _COMPARED | _TEXTS | _DATED:
        return False
    if _days(other) is not None:
        return not any(isinstance(one, str) and stated(one, clock.zone) is not None for one in operands)
    return not any(test(other, one, clock) for one in operands)


def _exclude_single(left: Condition, right: Condition, clock: Clock) -> bool:
    operator, other = left.operator, right.operator
    if operator in _EQUAL:
        return _none_of(left, right, clock)
    if operator in _ABOVE and other in _BELOW:
        return _is_empty(left, right, clock)
    if operator in _COMPARED and number(left.operands[0]) is not None and other in (_DATED | _COMPARED):
        return other in _DATED or number(right.operands[0]) is None
    if operator is Operator.STARTS_WITH and other is Operator.STARTS_WITH:
        return _are_apart(left, right, str.startswith)
    if operator is Operator.ENDS_WITH and other is Operator.ENDS_WITH:
        return _are_apart(left, right, str.endswith)
    if operator in _TEXTS and (other in _DATED or other in _COMPARED):
        return not any(_may_be_written(str(one), operator, right) for one in left.operands)
    days, others = _days(left), _days(right)
    if days is not None and others is not None:
        is_same_way = (operator in _AGO) is (other in _AGO)
        return not days & others if is_same_way else 0 not in days or 0 not in others
    return False


def _none_of(left: Condition, right: Condition, clock: Clock) -> bool:
    """None of the few values that `left` allows meets `right`."""
    if right.operator in _DATED and any(number(one) is not None for one in left.operands):
        left = Condition(
            operator=left.operator, operands=tuple(one for one in left.operands if number(one) is None)
        )
    if right.operator in _TEXTS and any(_is_figure(one) for one in left.operands):
        return False  # a number is spelled in many ways
    if right.operator not in _EQUAL | _COMPARED | _TEXTS | _DATED:
        return False
    if _days(right) is not None:  # which days these are depends on when it is asked
        return not any(isinstance(one, str) and stated(one, clock.zone) is not None for one in left.operands)
    values: list[Any] = [*left.operands]
    values += [figure for one in left.operands if (figure := number(one)) is not None]
    if right.operator in _EQUAL:
        values += [*right.operands]
        values += [figure for one in right.operands if (figure := number(one)) is not None]
    return not any(test(left, value, clock) and test(right, value, clock) for value in values)


def _is_figure(operand: object) -> bool:
    return not isinstance(operand, str) and number(operand) is not None


def _is_empty(above: Condition, below: Condition, clock: Clock) -> bool:
    is_open = _ABOVE[above.operator] or _BELOW[below.operator]
    low, high = number(above.operands[0]), number(below.operands[0])
    if low is not None and high is not None:
        return low >= high if is_open else low > high
    first, last = _moment(above.operands[0], clock), _moment(below.operands[0], clock)
    if first is None or last is None:
        return (low is None) is not (high is None)  # a figure is no date
    if first.is_day and last.is_day:
        apart = (last.day - first.day).days
        strict = _ABOVE[above.operator] + _BELOW[below.operator]
        return apart < strict
    if not first.is_day and not last.is_day:
        return first.at >= last.at if is_open else first.at > last.at
    return False


def _moment(operand: object, clock: Clock) -> Moment | None:
    return stated(operand, clock.zone) if isinstance(operand, str) else None


def _are_apart(left: Condition, right: Condition, matches: Callable[[str, str], bool]) -> bool:
    return not any(
        matches(str(one), str(other)) or matches(str(other), str(one))
        for one in left.operands
        for other in right.operands
    )


def _may_be_written(text: str, operator: Operator, compared: Condition) -> bool:
    """May a date, or where figures are compared a number, start with `text`, end with it, or contain it?"""
    is_number = compared.operator in _COMPARED and number(compared.operands[0]) is not None
    if operator is Operator.STARTS_WITH:
        return text[0] in ("+-0123456789" if is_number else "0123456789")
    if operator is Operator.ENDS_WITH:
        return text[-1] in ("0123456789" if is_number else "0123456789Z")
    return all(one in ("+-.0123456789" if is_number else "+-.:TZ 0123456789") for one in text)


def _days(condition: Condition) -> Figures | None:
    """How many days ago or ahead; None for another operator."""
    operator = _AGO.get(condition.operator) or _AHEAD.get(condition.operator)
    if operator is None:
        return None
    return figures.of((Condition(operator=operator, operands=condition.operands),)) & figures.KNOWN
