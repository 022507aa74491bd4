"""What a part of a formula can be worth, and how values are converted and compared.

A number is a `Decimal`, never a bool; a date is a `date` or an aware `datetime`; a tuple is a metadata array.
"""

from __future__ import annotations

from datetime import date
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, getcontext
from typing import Any, Final

from engine.formula.errors import NoValue

type Value = Decimal | str | bool | date | tuple[Value, ...]
"""`date` includes `datetime`."""

ARITHMETIC: Final = Context(prec=40, Emin=-60, Emax=60, traps=[DivisionByZero, InvalidOperation, Overflow])
"""Copied for every evaluation. Forty digits are more than money needs and bound what one step can cost."""
_SETTLED_DIGITS: Final = 30
_LONGEST_NUMERIC_TEXT: Final = 40
_LARGEST_BITS: Final = 200


def of_json(raw: Any) -> Value:
    """A metadata value. :raises NoValue: absent, null, an object, or not a usable number."""
    if isinstance(raw, bool | str):
        return raw
    if isinstance(raw, int) and raw.bit_length() <= _LARGEST_BITS:
        return Decimal(raw)
    if isinstance(raw, Decimal) and raw.is_finite():
        return getcontext().create_decimal(raw)
    if isinstance(raw, list | tuple):
        return tuple(of_json(item) for item in raw if item is not None)
    raise NoValue("there is no such value")


def number(value: Value) -> Decimal:
    """:raises NoValue: not a number."""
    if isinstance(value, Decimal):
        return value
    raise NoValue("a number is expected")


def truth(value: Value) -> bool:
    """:raises NoValue: neither true nor false."""
    if isinstance(value, bool):
        return value
    raise NoValue("a condition is expected")


def settled(value: Decimal) -> Decimal:
    """Without the noise in the last digits: 1 / 3 * 3 is 1 again."""
    context = getcontext().copy()
    context.prec = _SETTLED_DIGITS
    return context.plus(value)


def text(value: Value) -> str:
    """As people would write it; numbers without trailing zeros. :raises NoValue: an array."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{settled(value).normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    raise NoValue("a text is expected")


def numeric(value: str) -> Decimal | None:
    """The number that a text spells, if it does."""
    if len(value) > _LONGEST_NUMERIC_TEXT:
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
