"""Functions that calculate all of their arguments first. Contract: 5.10.

A new function is one line in `FUNCTIONS`. `IF`, `SWITCH`, `DEFAULT_TO`, which leave arguments out, are part
of the grammar (syntax.py, evaluate.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, getcontext
from typing import Final

from engine.formula import dates
from engine.formula.errors import NoValue
from engine.formula.scope import Scope
from engine.formula.values import Value, number, settled

LARGEST_EXPONENT: Final = 100
MOST_DIGITS: Final = 15
UNBOUNDED: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """`call` gets the scope and from `fewest` to `most` values. :raises NoValue: wrong type out of range."""

    call: Callable[[Scope, Sequence[Value]], Value]
    fewest: int = 1
    most: int = 1


def _power(_: Scope, values: Sequence[Value]) -> Value:
    base, exponent = number(values[0]), number(values[1])
    if abs(exponent) > LARGEST_EXPONENT:
        raise NoValue("the exponent is too large")
    found = getcontext().power(base, exponent)
    if not found.is_finite():
        raise NoValue("a negative power of zero")
    return found


def _rounding(mode: str) -> Function:
    """To `digits` decimals (default 0); negative digits round left of the point."""

    def call(_: Scope, values: Sequence[Value]) -> Value:
        digits = number(values[1]) if len(values) > 1 else Decimal(0)
        if digits != int(digits) or abs(digits) > MOST_DIGITS:
            raise NoValue("the digits are a whole number from -15 to 15")
        step = Decimal(1).scaleb(-int(digits))
        return settled(number(values[0])).quantize(step, rounding=mode)

    return Function(call=call, most=2)


def _date(scope: Scope, values: Sequence[Value]) -> Value:
    return _day(scope, values)


def _date_time(scope: Scope, values: Sequence[Value]) -> Value:
    return dates.instant(values[0], scope.situation.zone)


def _part(pick: Callable[[date], int]) -> Function:
    return Function(call=lambda scope, values: Decimal(pick(_day(scope, values))))


def _since(count: Callable[[date, date], Decimal]) -> Function:
    return Function(call=lambda scope, values: count(_day(scope, values), _local_date(scope)))


def _until(count: Callable[[date, date], Decimal]) -> Function:
    return Function(call=lambda scope, values: count(_local_date(scope), _day(scope, values)))


def _day(scope: Scope, values: Sequence[Value]) -> date:
    return dates.day(values[0], scope.situation.zone)


def _local_date(scope: Scope) -> date:
    return scope.situation.snapshot.now.astimezone(scope.situation.zone).date()


FUNCTIONS: Final[Mapping[str, Function]] = {
    "MIN": Function(call=lambda _, values: min(number(value) for value in values), most=UNBOUNDED),
    "MAX": Function(call=lambda _, values: max(number(value) for value in values), most=UNBOUNDED),
    "POW": Function(call=_power, fewest=2, most=2),
    "ROUND": _rounding(ROUND_HALF_UP),
    "FLOOR": _rounding(ROUND_FLOOR),
    "CEIL": _rounding(ROUND_CEILING),
    "DATE": Function(call=_date),
    "DATE_TIME": Function(call=_date_time),
    "DAY_OF_MONTH": _part(lambda day: day.day),
    "MONTH": _part(lambda day: day.month),
    "YEAR": _part(lambda day: day.year),
    "DAYS_SINCE": _since(dates.days_between),
    "MONTHS_SINCE": _since(dates.months_between),
    "YEARS_SINCE": _since(dates.years_between),
    "DAYS_UNTIL": _until(dates.days_between),
    "MONTHS_UNTIL": _until(dates.months_between),
}
