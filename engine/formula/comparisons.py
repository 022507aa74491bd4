"""Two-sided tests on numbers, texts, dates and metadata arrays. Contract: 5.10, 11.3 (typing)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, tzinfo
from decimal import Decimal
from typing import Final

from engine.formula import dates
from engine.formula.errors import NoValue
from engine.formula.tree import Comparison
from engine.formula.values import Value, number, numeric, settled, text

_TRUTHS: Final = {"true": True, "false": False}


def holds(test: Comparison, left: Value, right: Value, zone: tzinfo) -> bool:
    """:raises NoValue: the two sides cannot be compared in this way."""
    return _TESTS[test](left, right, zone)


def is_equal(left: Value, right: Value, zone: tzinfo) -> bool:
    """Typed, but a number equals a text that spells it; of an array any element may be equal.

    :raises NoValue: a condition beside a number and the like.
    """
    if isinstance(left, tuple):
        return any(is_equal(item, right, zone) for item in left)
    if isinstance(right, tuple):
        return any(is_equal(left, item, zone) for item in right)
    if isinstance(left, date) or isinstance(right, date):
        return dates.is_same(left, right, zone)
    if isinstance(left, bool) or isinstance(right, bool):
        return _truth(left) is _truth(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    first, second = _number(left), _number(right)
    return first is not None and second is not None and settled(first) == settled(second)


def _truth(value: Value) -> bool:
    found = _TRUTHS.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise NoValue("a condition is expected")
    return found


def _number(value: Value) -> Decimal | None:
    return numeric(value) if isinstance(value, str) else number(value)


def _is_more(left: Value, right: Value, zone: tzinfo) -> bool:
    if isinstance(left, date) or isinstance(right, date):
        return dates.is_after(left, right, zone)
    return settled(number(left)) > settled(number(right))


def _is_less(left: Value, right: Value, zone: tzinfo) -> bool:
    return _is_more(right, left, zone)


def _contains(left: Value, right: Value, zone: tzinfo) -> bool:
    """A text contains a part, an array an element."""
    if isinstance(left, tuple):
        return any(is_equal(item, option, zone) for item in left for option in _elements(right))
    return text(right) in text(left)


def _starts_with(left: Value, right: Value, _: tzinfo) -> bool:
    return any(text(item).startswith(text(right)) for item in _elements(left))


def _ends_with(left: Value, right: Value, _: tzinfo) -> bool:
    return any(text(item).endswith(text(right)) for item in _elements(left))


def _in_array(left: Value, right: Value, zone: tzinfo) -> bool:
    """The array is written "a,b" or is one of metadata; of an array on the left one element is enough."""
    options = tuple(part.strip() for part in right.split(",")) if isinstance(right, str) else _elements(right)
    return any(_is_option(item, option, zone) for item in _elements(left) for option in options)


def _is_option(item: Value, option: Value, zone: tzinfo) -> bool:
    # Options come from one text: one that is no date or number simply is another value.
    if isinstance(option, str) and not isinstance(item, str):
        return text(item) == option or (isinstance(item, Decimal) and is_equal(item, option, zone))
    return is_equal(item, option, zone)


def _elements(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)


def _not(test: Callable[[Value, Value, tzinfo], bool]) -> Callable[[Value, Value, tzinfo], bool]:
    return lambda left, right, zone: not test(left, right, zone)


def _is_on_day(left: Value, right: Value, zone: tzinfo) -> bool:
    return dates.day(left, zone) == dates.day(right, zone)


def _is_before(left: Value, right: Value, zone: tzinfo) -> bool:
    return dates.is_after(right, left, zone)


_TESTS: Final[Mapping[Comparison, Callable[[Value, Value, tzinfo], bool]]] = {
    Comparison.MORE: _is_more,
    Comparison.LESS: _is_less,
    Comparison.EQUAL: is_equal,
    Comparison.AT_LEAST: _not(_is_less),
    Comparison.AT_MOST: _not(_is_more),
    Comparison.IS: is_equal,
    Comparison.IS_NOT: _not(is_equal),
    Comparison.CONTAINS: _contains,
    Comparison.STARTS_WITH: _starts_with,
    Comparison.ENDS_WITH: _ends_with,
    Comparison.IN_ARRAY: _in_array,
    Comparison.NOT_IN_ARRAY: _not(_in_array),
    Comparison.DATE_IS: _is_on_day,
    Comparison.DATE_IS_NOT: _not(_is_on_day),
    Comparison.IS_AFTER: dates.is_after,
    Comparison.IS_BEFORE: _is_before,
}
