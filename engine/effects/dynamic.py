"""Values that a formula gives instead of a fixed figure. Contract: 5.10.

Money comes in major units and becomes minor ones, half up; units are floored; nothing is negative and no
percentage exceeds 100. A formula that cannot be evaluated leaves the fixed figure.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import Final

from engine.effects.base import LARGEST_AMOUNT, InvalidDiscount
from engine.formula import Formula, Scope, evaluate, parse
from engine.money import clamp, half_up

_LARGEST: Final = Decimal(LARGEST_AMOUNT)
_SMALLEST: Final = -30
"""Numbers below 10^-30 count as 0."""


@lru_cache(maxsize=10_000)
def parsed(text: str) -> Formula:
    """:raises FormulaSyntaxError: a ValueError with the position."""
    return parse(text)


def check(text: str, field: str) -> None:
    """:raises InvalidDiscount: `text`, the value of `field`, is no formula."""
    try:
        parsed(text)
    except ValueError as error:
        raise InvalidDiscount(field, str(error)) from error


def money(scope: Scope, text: str, static: int) -> int:
    """Minor units, at most the largest amount there is."""
    value = _value(scope, text)
    if value is None:
        return static
    numerator, denominator = value.as_integer_ratio()
    return clamp(half_up(100 * numerator, denominator), 0, LARGEST_AMOUNT)


def percent(scope: Scope, text: str, static: Decimal) -> Decimal:
    """0 to 100."""
    value = _value(scope, text)
    return static if value is None else max(Decimal(0), min(value, Decimal(100)))


def units(scope: Scope, text: str, static: int | None) -> int | None:
    """Whole units, at least 0."""
    value = _value(scope, text)
    if value is None:
        return static
    return clamp(int(value.to_integral_value(rounding=ROUND_FLOOR)), 0, LARGEST_AMOUNT)


def _value(scope: Scope, text: str) -> Decimal | None:
    try:
        formula = parsed(text)
    except ValueError:
        return None
    value = evaluate(formula, scope)
    if value is None or not value.is_finite():
        return None
    # As fractions numbers of a thousand digits would cost a lot, and they change nothing here.
    if value.adjusted() < _SMALLEST:
        return Decimal(0)
    return max(-_LARGEST, min(value, _LARGEST))
