"""Small words: lists, counts, ordinals, percentages, spans of time."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from engine.durations import Duration, DurationSyntaxError

AND: Final = "and"
OR: Final = "or"

_ORDINALS: Final = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth"}
_SUFFIXES: Final = {1: "st", 2: "nd", 3: "rd"}
_TEENS: Final = range(11, 14)
_SECONDS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def listed(words: Sequence[str], joint: str) -> str:
    """["A", "B", "C"] -> A, B and C"""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def count(number: int | Decimal, one: str, many: str = "") -> str:
    """1 unit, 1,200 units"""
    return f"{figure(number)} {one if number == 1 else many or one + 's'}"


def figure(number: int | Decimal) -> str:
    """With thousands separated and no trailing zeros: 1,234.5"""
    text = f"{number:,f}" if isinstance(number, Decimal) else f"{number:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ordinal(number: int) -> str:
    """2 -> second, 22 -> 22nd"""
    suffix = "th" if number % 100 in _TEENS else _SUFFIXES.get(number % 10, "th")
    return _ORDINALS.get(number) or f"{number:,}{suffix}"


def span(text: str) -> str:
    """An ISO 8601 duration: P1DT4H -> 1 day 4 hours. What is none stays as it is."""
    try:
        duration = Duration.parse(text)
    except DurationSyntaxError:
        return text
    parts = [(duration.months, "month"), (duration.days, "day")]
    rest = duration.seconds
    for unit, length in _SECONDS[1:]:
        number, rest = divmod(rest, length)
        parts.append((number, unit))
    return " ".join(count(number, unit) for number, unit in parts if number)


def capital(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def quoted(text: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}"
