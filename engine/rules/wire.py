"""Reading the wire's JSON without trusting it: types, bounds, places of errors."""

from __future__ import annotations

from collections.abc import Mapping
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


def plain(value: Any, path: str, depth: int = 0) -> Any:
    """A copy in plain JSON types, `Decimal` among them. :raises RuleSyntaxError: anything else is in it."""
    if depth > DEEPEST:
        raise RuleSyntaxError(f"The rule is nested deeper than {DEEPEST}", path=path)
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int) and value.bit_length() <= _MOST_BITS:
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, int | Decimal):
        raise RuleSyntaxError("The number is too large", path=path)
    if isinstance(value, Mapping):
        return _plain_object(value, path, depth)
    if isinstance(value, list | tuple):
        return [plain(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
    raise RuleSyntaxError(f"{type(value).__name__} is not a value of a rule", path=path)


def _plain_object(value: Mapping[Any, Any], path: str, depth: int) -> Any:
    if list(value) == [_DECIMAL]:  # how the engine stores a Decimal in JSON
        return _stored_decimal(value[_DECIMAL], path)
    if any(not isinstance(key, str) for key in value):
        raise RuleSyntaxError("Keys of a rule are texts", path=path)
    return {key: plain(item, f"{path}.{key}", depth + 1) for key, item in value.items()}


def _stored_decimal(value: Any, path: str) -> Decimal:
    try:
        found = Decimal(value) if isinstance(value, str) and len(value) <= _LONGEST_DECIMAL else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite():
        raise RuleSyntaxError("A number is expected", path=path)
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
