"""The operands of a condition, checked against the kind of its rule. Contract: 11.2, 11.3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any, Final

from engine.items import ItemObject, ItemRef
from engine.rules.errors import RuleSyntaxError
from engine.rules.families import Kind
from engine.rules.tree import Operand, Operator
from engine.rules.values import number, stated
from engine.rules.windows import WINDOWS, windows
from engine.rules.wire import read_list, read_text

LARGEST_NUMBER: Final = 10**18

_EQUALITY = frozenset({Operator.IS, Operator.IS_NOT, Operator.IN, Operator.NOT_IN})
_ORDER = frozenset(
    {
        Operator.MORE_THAN,
        Operator.LESS_THAN,
        Operator.MORE_THAN_OR_EQUAL,
        Operator.LESS_THAN_OR_EQUAL,
    }
)
_TEXT = frozenset({Operator.STARTS_WITH, Operator.ENDS_WITH, Operator.CONTAINS})
_PRESENCE = frozenset({Operator.HAS_VALUE, Operator.IS_UNKNOWN})
_SIZES = frozenset({Operator.COUNT, Operator.COUNT_MORE, Operator.COUNT_LESS})
_SETS = frozenset({Operator.NOT_DIFFER, Operator.NOT_INTERSECT})
_DATES = frozenset({Operator.AFTER, Operator.BEFORE})
_DAYS = frozenset(
    {
        Operator.MORE_THAN_AGO,
        Operator.LESS_THAN_AGO,
        Operator.IS_DAYS_AGO,
        Operator.MORE_THAN_FUTURE,
        Operator.LESS_THAN_FUTURE,
        Operator.IS_DAYS_IN_FUTURE,
    }
)
_SINGLE = _ORDER | _SIZES | _DATES | _DAYS
_FIGURES = _EQUALITY | _ORDER | _PRESENCE

ALLOWED: Final[Mapping[Kind, frozenset[Operator]]] = {
    Kind.MONEY: _FIGURES,
    Kind.UNITS: _FIGURES,
    Kind.NUMBER: _FIGURES,
    Kind.COUNT: _FIGURES,
    Kind.FLAG: _EQUALITY | _PRESENCE,
    Kind.ID: _EQUALITY | _TEXT | _PRESENCE | _SIZES | _SETS,
    Kind.FREE: _EQUALITY | _ORDER | _TEXT | _PRESENCE | _SIZES | _SETS | _DATES | _DAYS | WINDOWS,
    Kind.ITEM: _EQUALITY | _SIZES | {Operator.FROM},
    Kind.TIME: _EQUALITY | _ORDER | _DATES | WINDOWS,
}

_PREFIXES: Final = {"pc_": ItemObject.COLLECTION, "sku_": ItemObject.SKU}


def read_operands(value: Any, operator: Operator, kind: Kind, path: str) -> tuple[Operand, ...]:
    """The list as the engine compares it: numbers as numbers, articles as `ItemRef`.

    :raises RuleSyntaxError: the operator does not suit the rule, or an operand the operator.
    """
    if operator not in ALLOWED[kind]:
        known = ", ".join(sorted(known.value for known in ALLOWED[kind]))
        raise RuleSyntaxError(f"'{operator}' cannot be asked here; possible: {known}", path=path)
    operands = read_list(value, path)
    if operator in _PRESENCE:
        return ()
    if not operands:
        raise RuleSyntaxError(f"'{operator}' needs a value", path=path)
    if operator in _SINGLE and len(operands) > 1:
        raise RuleSyntaxError(f"'{operator}' takes one value", path=path)
    read = _reader(operator, kind)
    found = tuple(read(operand, f"{path}[{index}]") for index, operand in enumerate(operands))
    if operator in WINDOWS:
        _check_window(operator, found, path)
    return found


def read_item(value: Any, path: str, *, default: ItemObject) -> ItemRef:
    """An article, as an object with id or source_id, or its bare id. :raises RuleSyntaxError:"""
    if isinstance(value, str) and value:
        guess = next((kind for prefix, kind in _PREFIXES.items() if value.startswith(prefix)), default)
        return ItemRef(object=guess, id=value)
    if not isinstance(value, Mapping):
        raise RuleSyntaxError("A product, SKU or collection is expected", path=path)
    source_id = read_text(value.get("source_id"), f"{path}.source_id")
    own = read_text(value.get("id"), f"{path}.id") or source_id
    if own is None:
        raise RuleSyntaxError("A product, SKU or collection has an 'id'", path=f"{path}.id")
    return ItemRef(
        object=_object(value.get("object"), default, f"{path}.object"),
        id=own,
        source_id=source_id,
        name=read_text(value.get("name"), f"{path}.name") or "",
    )


def _object(value: Any, default: ItemObject, path: str) -> ItemObject:
    if value is None:
        return default
    found = next((known for known in ItemObject if known.value == value), None)
    if found is None:
        known = ", ".join(known.value for known in ItemObject)
        raise RuleSyntaxError(f"One of {known} is expected", path=path)
    return found


def _reader(operator: Operator, kind: Kind) -> Callable[[Any, str], Operand]:
    if operator in _SIZES or operator in _DAYS:
        return _natural
    if operator in WINDOWS:
        return _window_part
    if operator in _TEXT:
        return _text
    if operator in _DATES:
        return _moment
    if operator is Operator.FROM:
        return _collection
    if kind is Kind.FREE and operator in _ORDER:
        return _comparable
    return _READERS[kind]


def _figure(value: Any, path: str) -> int | Decimal:
    found = number(value)
    is_fit = found is not None and -LARGEST_NUMBER <= found <= LARGEST_NUMBER
    if found is None or not is_fit or (isinstance(found, Decimal) and not _is_short(found)):
        raise RuleSyntaxError("A number is expected", path=path)
    return found


def _is_short(found: Decimal) -> bool:
    exponent = found.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -18


def _natural(value: Any, path: str) -> Operand:
    found = _figure(value, path)
    if found < 0:
        raise RuleSyntaxError("A number from 0 on is expected", path=path)
    return found


def _flag(value: Any, path: str) -> Operand:
    if not isinstance(value, bool):
        raise RuleSyntaxError("true or false is expected", path=path)
    return value


def _text(value: Any, path: str) -> Operand:
    if not isinstance(value, str) or not value:
        raise RuleSyntaxError("A text is expected", path=path)
    return value


def _id(value: Any, path: str) -> Operand:
    if isinstance(value, Mapping):
        value = value.get("id")
    return _text(value, path)


def _free(value: Any, path: str) -> Operand:
    if value is None or isinstance(value, list | Mapping):
        raise RuleSyntaxError("A text, a number, true or false is expected", path=path)
    return value if isinstance(value, str | bool) else _figure(value, path)


def _moment(value: Any, path: str) -> Operand:
    if not isinstance(value, str) or stated(value, UTC) is None:
        raise RuleSyntaxError("A date or an instant in ISO 8601 is expected", path=path)
    return value


def _comparable(value: Any, path: str) -> Operand:
    if isinstance(value, str) and number(value) is None:
        return _moment(value, path)
    return _figure(value, path)


def _window_part(value: Any, path: str) -> Operand:
    found = number(value) if isinstance(value, Decimal) else value
    if isinstance(found, Decimal) and found == int(found):
        return int(found)
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise RuleSyntaxError("A part of a time window is expected", path=path)
    return found


def _check_window(operator: Operator, operands: tuple[Operand, ...], path: str) -> None:
    try:
        windows(operator, operands, UTC)
    except (ValueError, OverflowError) as error:
        raise RuleSyntaxError(f"'{operator}': {error}", path=path) from error


def _article(value: Any, path: str) -> Operand:
    return read_item(value, path, default=ItemObject.PRODUCT)


def _collection(value: Any, path: str) -> Operand:
    return read_item(value, path, default=ItemObject.COLLECTION)


_READERS: Final[Mapping[Kind, Callable[[Any, str], Operand]]] = {
    Kind.MONEY: _figure,
    Kind.UNITS: _figure,
    Kind.NUMBER: _figure,
    Kind.COUNT: _figure,
    Kind.FLAG: _flag,
    Kind.ID: _id,
    Kind.FREE: _free,
    Kind.ITEM: _article,
    Kind.TIME: _moment,
}
