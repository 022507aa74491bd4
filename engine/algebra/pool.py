"""Values worth trying for one fact: guessed from the operands; whether they do, the operators say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from engine.algebra.literals import Ask
from engine.rules.operators import Clock
from engine.rules.tree import Condition, Operator
from engine.rules.values import moment, number
from engine.rules.windows import WINDOWS, windows

OTHER: Final = "something else"
_TEXT: Final = frozenset({Operator.STARTS_WITH, Operator.ENDS_WITH, Operator.CONTAINS})
_AGO: Final = frozenset({Operator.MORE_THAN_AGO, Operator.LESS_THAN_AGO, Operator.IS_DAYS_AGO})
_AHEAD: Final = frozenset({Operator.MORE_THAN_FUTURE, Operator.LESS_THAN_FUTURE, Operator.IS_DAYS_IN_FUTURE})
_ORDERED: Final = frozenset(
    {
        Operator.MORE_THAN,
        Operator.LESS_THAN,
        Operator.MORE_THAN_OR_EQUAL,
        Operator.LESS_THAN_OR_EQUAL,
        Operator.AFTER,
        Operator.BEFORE,
    }
)
_NOON: Final = timedelta(hours=12)
_DAY: Final = timedelta(days=1)
_FARTHEST: Final = 700_000


def pool(asks: Sequence[Ask], clock: Clock) -> list[Any]:
    """Single values, the plainest first."""
    conditions = [ask.condition for ask in asks]
    found: list[Any] = []
    for value in (*_plain(conditions), *_texts(conditions), *_near(conditions, clock), OTHER, 1, True):
        if not any(type(value) is type(known) and value == known for known in found):
            found.append(value)
    return found


def spellings(value: object, avoiding: int) -> Iterator[Any]:
    """Other values that equal a number: more than `avoiding` of them."""
    figure = number(value)
    if figure is None:
        return
    yield figure
    text = format(figure, "f") if isinstance(figure, Decimal) else str(figure)
    yield text
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    for zeros in range(1, min(avoiding, 10) + 2):
        yield f"{sign}{'0' * zeros}{digits}"


def _plain(conditions: Sequence[Condition]) -> Iterator[Any]:
    for condition in conditions:
        if condition.operator not in WINDOWS:
            for operand in condition.operands:
                if isinstance(operand, str | int | Decimal):
                    yield operand
                    if isinstance(operand, str) and (figure := number(operand)) is not None:
                        yield figure


def _texts(conditions: Sequence[Condition]) -> Iterator[str]:
    """Beginnings, contents and ends put together."""
    words = {operator: [""] for operator in _TEXT}
    for condition in conditions:
        if condition.operator in _TEXT:
            own = [operand for operand in condition.operands if isinstance(operand, str)]
            words[condition.operator] = [
                *own,
                *(one for one in words[condition.operator] if one),
            ] or [""]
    starts, inside, ends = (
        words[Operator.STARTS_WITH],
        words[Operator.CONTAINS],
        words[Operator.ENDS_WITH],
    )
    if not any(starts) and not any(inside) and not any(ends):
        return
    longest = sorted(starts, key=len, reverse=True)
    latest = sorted(ends, key=len, reverse=True)
    for start in longest[:4]:
        for end in latest[:4]:
            for middle in ("".join(inside), *inside[:3], ""):
                yield f"{start}{middle}{end}"
                yield f"{start}{middle}-{end}" if end else f"{start}{middle} x"


def _near(conditions: Sequence[Condition], clock: Clock) -> Iterator[Any]:
    figures = sorted(
        figure
        for condition in conditions
        if condition.operator in _ORDERED
        for operand in condition.operands
        if (figure := number(operand)) is not None
    )
    for figure in figures:
        yield from (figure + 1, figure - 1)
    for low, high in zip(figures, figures[1:], strict=False):
        yield (Decimal(low) + Decimal(high)) * Decimal("0.5")
    for figure in figures:
        yield from (figure + Decimal("0.5"), figure - Decimal("0.25"), figure + 17, figure - 17)
    yield from _days(conditions, clock)
    for condition in conditions:
        if condition.operator in _ORDERED:
            for operand in condition.operands:
                yield from _around(operand, clock)
        elif condition.operator in WINDOWS:
            yield from _in_windows(condition, clock)


def _days(conditions: Sequence[Condition], clock: Clock) -> Iterator[str]:
    """Days as far from today as the operands say, one more and one less; today."""
    asked = [one for one in conditions if one.operator in _AGO or one.operator in _AHEAD]
    if not asked:
        return
    today = clock.now.astimezone(clock.zone).date()
    for condition in asked:
        figure = number(condition.operands[0]) or 0
        sign = -1 if condition.operator in _AGO else 1
        whole = int(figure)
        for days in (whole, whole + 1, whole - 1, whole // 2):
            if 0 <= days <= _FARTHEST and (found := _moved(today, sign * days)) is not None:
                yield found
    yield str(today)


def _moved(day: date, days: int) -> str | None:
    try:
        return str(day + timedelta(days=days))
    except OverflowError:
        return None


def _around(operand: object, clock: Clock) -> Iterator[str]:
    found = moment(operand, clock.zone) if isinstance(operand, str) else None
    if found is None:
        return
    for days in (1, -1, 40, -40):
        if (day := _moved(found.day, days)) is not None:
            yield day
    if not found.is_day:
        yield str(found.day)
        for hours in (1, -1):
            try:
                yield (found.at + timedelta(hours=hours)).isoformat()
            except OverflowError:
                continue


def _in_windows(condition: Condition, clock: Clock) -> Iterator[str]:
    """Instants of the coming week, and the edges of the windows themselves."""
    today = clock.now.astimezone(clock.zone).date()
    try:
        found = windows(condition.operator, condition.operands, clock.zone)
    except (ValueError, OverflowError):
        return
    for window in found:
        for edge, shift in ((window.starts_at, timedelta(0)), (window.ends_at, -timedelta(minutes=1))):
            if edge is not None:
                yield (edge + shift).isoformat()
        for hours in window.daily_hours or ():
            yield datetime.combine(today, hours.start_time, clock.zone).astimezone(UTC).isoformat()
            yield f"{today + _DAY}T{hours.start_time.isoformat('minutes')}"
    noon = datetime.combine(today, datetime.min.time(), clock.zone) + _NOON
    yield from (str(today + timedelta(days=ahead)) for ahead in range(7))
    yield from ((noon + timedelta(days=ahead)).isoformat() for ahead in range(7))
