"""Operators in words: `bounds` limit a figure ("at least 3"), predicates have a verb ("is at least 3")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from engine.rules.families import Kind
from engine.rules.tree import Condition, Operator
from engine.rules.windows import WINDOWS
from engine.summary import phrases
from engine.summary.names import Names
from engine.summary.operands import operand
from engine.summary.windows import window

BOUNDS: Final[Mapping[Operator, str]] = {
    Operator.IS: "exactly {}",
    Operator.IN: "exactly {}",
    Operator.IS_NOT: "not {}",
    Operator.NOT_IN: "not {}",
    Operator.MORE_THAN: "more than {}",
    Operator.LESS_THAN: "less than {}",
    Operator.MORE_THAN_OR_EQUAL: "at least {}",
    Operator.LESS_THAN_OR_EQUAL: "at most {}",
}
_VERBS: Final[Mapping[Operator, str]] = {
    Operator.IS: "is {}",
    Operator.IN: "is {}",
    Operator.IS_NOT: "is not {}",
    Operator.NOT_IN: "is not {}",
    Operator.MORE_THAN: "is more than {}",
    Operator.LESS_THAN: "is less than {}",
    Operator.MORE_THAN_OR_EQUAL: "is at least {}",
    Operator.LESS_THAN_OR_EQUAL: "is at most {}",
    Operator.STARTS_WITH: "starts with {}",
    Operator.ENDS_WITH: "ends with {}",
    Operator.CONTAINS: "contains {}",
    Operator.HAS_VALUE: "is known",
    Operator.IS_UNKNOWN: "is not known",
    Operator.NOT_DIFFER: "has exactly the entries {}",
    Operator.NOT_INTERSECT: "has no entry that is {}",
    Operator.FROM: "is from {}",
    Operator.AFTER: "is after {}",
    Operator.BEFORE: "is before {}",
}
_COUNTED: Final[Mapping[Operator, tuple[str, str]]] = {
    Operator.COUNT: ("has exactly", "entry entries"),
    Operator.COUNT_MORE: ("has more than", "entry entries"),
    Operator.COUNT_LESS: ("has less than", "entry entries"),
    Operator.MORE_THAN_AGO: ("is more than", "day days ago"),
    Operator.LESS_THAN_AGO: ("is less than", "day days ago"),
    Operator.IS_DAYS_AGO: ("is exactly", "day days ago"),
    Operator.MORE_THAN_FUTURE: ("is more than", "day days ahead"),
    Operator.LESS_THAN_FUTURE: ("is less than", "day days ahead"),
    Operator.IS_DAYS_IN_FUTURE: ("is exactly", "day days ahead"),
}
_WITHIN: Final[Mapping[Operator, str]] = {
    Operator.DAY_OF_WEEK: "falls on {}",
    Operator.TIMEFRAME_DAILY_HOURS: "lies within {}",
    Operator.TIMEFRAME: "lies within {}",
    Operator.TIMEFRAME_ABSOLUTE: "lies in the time {}",
}
_READING_ORDER: Final = (
    Operator.IS,
    Operator.IN,
    Operator.FROM,
    Operator.IS_NOT,
    Operator.NOT_IN,
    Operator.MORE_THAN,
    Operator.MORE_THAN_OR_EQUAL,
    Operator.LESS_THAN,
    Operator.LESS_THAN_OR_EQUAL,
    Operator.STARTS_WITH,
    Operator.ENDS_WITH,
    Operator.CONTAINS,
    Operator.AFTER,
    Operator.BEFORE,
    Operator.TIMEFRAME_ABSOLUTE,
    Operator.TIMEFRAME,
    Operator.DAY_OF_WEEK,
    Operator.TIMEFRAME_DAILY_HOURS,
)
_ALL_OF: Final = (Operator.NOT_DIFFER,)
_WITHOUT_OPERANDS: Final = (Operator.HAS_VALUE, Operator.IS_UNKNOWN)


def in_reading_order(conditions: Sequence[Condition]) -> list[Condition]:
    """Lower limits before upper ones, days before hours: conditions have no order of their own."""
    return sorted(conditions, key=_place)


def is_bound(conditions: Sequence[Condition]) -> bool:
    """Do they all limit a figure, so that `bounds` can say them?"""
    return bool(conditions) and all(condition.operator in BOUNDS for condition in conditions)


def bounds(conditions: Sequence[Condition], kind: Kind, names: Names) -> str:
    """at least 2 and at most 5"""
    return phrases.listed(
        [
            BOUNDS[condition.operator].format(_any_of(condition, kind, names))
            for condition in in_reading_order(conditions)
        ],
        phrases.AND,
    )


def predicates(conditions: Sequence[Condition], kind: Kind, names: Names) -> str:
    """is known and is at least 2"""
    found = [predicate(condition, kind, names) for condition in in_reading_order(conditions)]
    return phrases.listed(found, phrases.AND)


def predicate(condition: Condition, kind: Kind, names: Names) -> str:
    operator, operands = condition.operator, condition.operands
    if operator in WINDOWS:
        return _WITHIN[operator].format(window(operator, operands))
    if operator in _COUNTED:
        return _counted(condition, names)
    if operator in _WITHOUT_OPERANDS:
        return _VERBS[operator]
    if operator in _ALL_OF:
        return _VERBS[operator].format(_listed(condition, kind, names, phrases.AND))
    return _VERBS[operator].format(_any_of(condition, kind, names))


def _place(condition: Condition) -> int:
    operator = condition.operator
    return _READING_ORDER.index(operator) if operator in _READING_ORDER else len(_READING_ORDER)


def _counted(condition: Condition, names: Names) -> str:
    start, units = _COUNTED[condition.operator]
    one, many, *rest = units.split()
    figures = _listed(condition, Kind.NUMBER, names, phrases.OR)
    unit = one if figures == "1" else many
    return " ".join([start, figures, unit, *rest])


def _any_of(condition: Condition, kind: Kind, names: Names) -> str:
    return _listed(condition, kind, names, phrases.OR)


def _listed(condition: Condition, kind: Kind, names: Names, joint: str) -> str:
    """Without operands nothing can hold, and the text says so."""
    found = [operand(value, kind, names) for value in condition.operands]
    return phrases.listed(found, joint) or "nothing"
