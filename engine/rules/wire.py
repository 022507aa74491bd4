"""Reading the wire's JSON without trusting it: types, bounds, places of errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from engine.rules.errors import RuleSyntaxError
from engine.rules.values import number

DEEPEST: Final = 64
"""Objects and lists within each other, anywhere in the rule."""
LARGEST: Final = 10**15
"""Amounts and quantities."""
LONGEST_LIST: Final = 1000
"""Operands of a condition, entries of a list."""
_MOST_BITS: Final = 128
_LONGEST_DECIMAL: Final = 1000
_DECIMAL: Final = "$decimal"


def plain(value: Any, path: str) -> Any:
    """A copy in plain JSON types, `Decimal` among them. :raises RuleSyntaxError: anything else is in it."""
    try:
        return _copied(value, 0)
    except _NotPlain as error:
        raise RuleSyntaxError(str(error), path=path + "".join(reversed(error.steps))) from None


class _NotPlain(Exception):
    """Collects the way to the place on the way out: a path for every value would cost more than the copy."""

    def __init__(self, message: str) -> None:
        self.steps: list[str] = []
        super().__init__(message)


def _copied(value: Any, depth: int) -> Any:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if depth > DEEPEST:
        raise _NotPlain(f"The rule is nested deeper than {DEEPEST}")
    if kind is int and value.bit_length() <= _MOST_BITS:
        return value
    if isinstance(value, Mapping):
        return _copied_object(value, depth)
    if isinstance(value, list | tuple):
        return _copied_list(value, depth)
    return _scalar(value)


def _scalar(value: Any) -> Any:
    """The rarer ones."""
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int) and value.bit_length() <= _MOST_BITS:
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, int | Decimal):
        raise _NotPlain("The number is too large")
    raise _NotPlain(f"{type(value).__name__} is not a value of a rule")


def _copied_list(value: Sequence[Any], depth: int) -> list[Any]:
    copy = []
    for index, item in enumerate(value):
        try:
            copy.append(_copied(item, depth + 1))
        except _NotPlain as error:
            error.steps.append(f"[{index}]")
            raise
    return copy


def _copied_object(value: Mapping[Any, Any], depth: int) -> Any:
    if len(value) == 1 and _DECIMAL in value:  # how the engine stores a Decimal in JSON
        return _stored_decimal(value[_DECIMAL])
    copy = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise _NotPlain("Keys of a rule are texts")
        try:
            copy[key] = _copied(item, depth + 1)
        except _NotPlain as error:
            error.steps.append(f".{key}")
            raise
    return copy


def _stored_decimal(value: Any) -> Decimal:
    try:
        found = Decimal(value) if isinstance(value, str) and len(value) <= _LONGEST_DECIMAL else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite():
        raise _NotPlain("A number is expected")
    return found


def read_object(value: Any, path: str) -> Mapping[str, Any]:
    """An object; absent and null are an empty one."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise RuleSyntaxError("An object is expected", path=path)
    return value


def read_list(value: Any, path: str) -> list[Any]:
    """A list of at most `LONGEST_LIST`; absent and null are an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise RuleSyntaxError("A list is expected", path=path)
    if len(value) > LONGEST_LIST:
        raise RuleSyntaxError(f"The list is longer than {LONGEST_LIST}", path=path)
    return value


def read_text(value: Any, path: str) -> str | None:
    """A text; absent, null and "" are None."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise RuleSyntaxError("A text is expected", path=path)
    return value


def read_whole(value: Any, path: str, *, least: int = 0) -> int | None:
    """A whole number from int, Decimal or text; absent and null are None."""
    if value is None or value == "":
        return None
    found = number(value)
    if found is None or not least <= found <= LARGEST or found != int(found):
        raise RuleSyntaxError(f"A whole number from {least} to 10^15 is expected", path=path)
    return int(found)


def read_flag(value: Any, path: str) -> bool:
    """true or false; absent and null are false."""
    if value is None:
        return False
    if not isinstance(value, bool):
        raise RuleSyntaxError("true or false is expected", path=path)
    return value
