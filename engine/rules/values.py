"""Values as rules compare them: numbers, texts, days and instants. Contract: 11.3.

A number equals the text that spells it; two texts are equal only letter by letter; true is not 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,18})?", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_MOST_BITS: Final = 4096
_DAY_LENGTH: Final = 10
"""Characters of "2026-11-25"."""

type Number = int | Decimal


def number(value: object) -> Number | None:
    """A number, or a text that spells one without exponent; None for anything else, booleans too."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value) if "." in value else int(value)
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A whole day of the project's calendar (`is_day`; `at` is its midnight) or an instant in UTC."""

    day: date
    at: datetime
    is_day: bool


def moment(value: object, zone: tzinfo) -> Moment | None:
    """An ISO 8601 day or instant; without an offset the wall clock of `zone`. None for anything else."""
    try:
        if isinstance(value, datetime):
            return Moment(day=value.astimezone(zone).date(), at=value.astimezone(UTC), is_day=False)
        if isinstance(value, date):
            return Moment(day=value, at=midnight(value, zone), is_day=True)
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            return None
        if len(value) == _DAY_LENGTH:
            return moment(date.fromisoformat(value), zone)
        found = datetime.fromisoformat(value)
        return moment(found if found.tzinfo else found.replace(tzinfo=zone), zone)
    except (ValueError, OverflowError):
        return None  # no such day, or beyond the ends of the calendar


@lru_cache(maxsize=4096)
def stated(text: str, zone: tzinfo) -> Moment | None:
    """`moment` for operands: the same few texts are read again and again."""
    return moment(text, zone)


def midnight(day: date, zone: tzinfo) -> datetime:
    """The first instant of `day`, in UTC; where the clock skips midnight, right after the gap."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def order(value: object, operand: object, zone: tzinfo) -> int | None:
    """-1, 0 or 1 as `value` is below, equal to or above `operand`; None when they cannot be compared.

    Against a day, an instant counts as the day it falls on in `zone`.
    """
    left, right = number(value), number(operand)
    if left is not None and right is not None:
        return (left > right) - (left < right)
    then = stated(operand, zone) if isinstance(operand, str) else None
    when = moment(value, zone) if then is not None else None
    if then is None or when is None:
        return None
    if then.is_day:
        return (when.day > then.day) - (when.day < then.day)
    return (when.at > then.at) - (when.at < then.at)


def equal(value: object, operand: object) -> bool:
    """Typed equality; a number equals a text that spells it."""
    if isinstance(value, bool) or isinstance(operand, bool):
        return value is operand
    if isinstance(value, str) == isinstance(operand, str):
        return value == operand
    left, right = number(value), number(operand)
    return left is not None and left == right


class Members:
    """A list that is asked often: `in` costs the same whatever its length."""

    __slots__ = ("_numbers", "_others", "_spelled", "_texts")

    def __init__(self, values: Iterable[object]) -> None:
        self._texts: set[str] = set()
        self._spelled: set[Number] = set()
        self._numbers: set[Number] = set()
        self._others: list[object] = []
        for value in values:
            self._add(value)

    def _add(self, value: object) -> None:
        found = number(value)
        if isinstance(value, str):
            self._texts.add(value)
            if found is not None:
                self._spelled.add(found)
        elif found is not None:
            self._numbers.add(found)
        else:
            self._others.append(value)

    def __contains__(self, value: object) -> bool:
        if isinstance(value, str):
            return value in self._texts or (bool(self._numbers) and number(value) in self._numbers)
        found = number(value)
        if found is not None:
            return found in self._numbers or found in self._spelled
        return any(equal(value, other) for other in self._others)


def listed(value: object) -> tuple[Any, ...] | None:
    """The elements of a list, None for a single value."""
    if isinstance(value, list | tuple):
        return tuple(value)
    return None


def as_text(value: object) -> str | None:
    """What text operators look at: texts, and numbers as they are written."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return None  # Python refuses to spell very long ones
    return str(value) if isinstance(value, int | Decimal) else None
