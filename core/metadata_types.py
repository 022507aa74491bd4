"""What a metadata definition may say and what a value must look like. Pure: no database, no clock.

Contract: data file 11. A definition is a dict in snake_case: `{type, array, optional, deleted, object_type?,
min_length?, max_length?, exact_length?, eq?, ne?, lt?, lte?, gt?, gte?}`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final


class ValueType(StrEnum):
    STRING = "string"
    NUMBER = "number"
    OBJECT = "object"
    DATE = "date"
    DATETIME = "datetime"
    GEOPOINT = "geopoint"
    BOOLEAN = "boolean"
    IMAGE_URL = "image_url"


LENGTHS: Final = ("min_length", "max_length", "exact_length")
BOUNDS: Final = ("lt", "lte", "gt", "gte")
MAX_NAME: Final = 100
MAX_TEXT: Final = 10_000
MAX_ITEMS: Final = 500

_COMPARE: Final[dict[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "lt": (operator.lt, "lower than"),
    "lte": (operator.le, "lower than or equal to"),
    "gt": (operator.gt, "greater than"),
    "gte": (operator.ge, "greater than or equal to"),
}
_IMAGE: Final = re.compile(r"https?://[^\s/]+/\S*\.(?:png|jpe?g)(?:\?\S*)?", re.IGNORECASE)
_GEOPOINT: Final = re.compile(r"geo:(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)")
_ARTICLE: Final = {
    ValueType.STRING: "a string",
    ValueType.NUMBER: "a number with at most 2 decimal places",
    ValueType.OBJECT: "an object",
    ValueType.DATE: "a date (YYYY-MM-DD)",
    ValueType.DATETIME: "an ISO 8601 date-time",
    ValueType.GEOPOINT: "a geopoint (geo:latitude,longitude)",
    ValueType.BOOLEAN: "a boolean",
    ValueType.IMAGE_URL: "a URL pointing to JPG/JPEG or PNG resource",
}


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def complaints(definition: Mapping[str, Any], value: Any) -> Iterator[str]:
    """What is wrong with `value`, as texts that follow the key: `must be a number … (actual value is x)`.

    Objects are only checked to be objects; what is in them is for the nested schema.
    """
    if not definition.get("array"):
        yield from _item_complaints(definition, value)
        return
    if not isinstance(value, list):
        yield f"must be an array (actual value is {_shown(value)})"
    elif len(value) > MAX_ITEMS:
        yield f"must have at most {MAX_ITEMS} items"
    else:
        for item in value:
            yield from _item_complaints(definition, item)


def _item_complaints(definition: Mapping[str, Any], value: Any) -> Iterator[str]:
    kind = ValueType(definition["type"])
    if not _CHECKS[kind](value):
        yield f"must be {_ARTICLE[kind]} (actual value is {_shown(value)})"
        return
    rules = [*_length_complaints(definition, value)] if kind is ValueType.STRING else []
    rules += [*_bound_complaints(definition, value)] if kind is ValueType.NUMBER else []
    if kind in {ValueType.STRING, ValueType.NUMBER}:
        if definition.get("eq") and value not in definition["eq"]:
            rules.append(f"must be one of {_shown(definition['eq'])}")
        if value in definition.get("ne", ()):
            rules.append(f"must be none of {_shown(definition['ne'])}")
    for rule in rules:
        yield f"{rule} (actual value is {_shown(value)})"


def _length_complaints(definition: Mapping[str, Any], value: str) -> Iterator[str]:
    if len(value) < definition.get("min_length", 0):
        yield f"must have at least {definition['min_length']} characters"
    if len(value) > definition.get("max_length", MAX_TEXT):
        yield f"must have at most {definition.get('max_length', MAX_TEXT)} characters"
    if len(value) != definition.get("exact_length", len(value)):
        yield f"must have exactly {definition['exact_length']} characters"


def _bound_complaints(definition: Mapping[str, Any], value: Any) -> Iterator[str]:
    for name, (holds, words) in _COMPARE.items():
        if name in definition and not holds(value, definition[name]):
            yield f"must be {words} {definition[name]}"


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 100 else text[:97] + "..."


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_money_like(value: Any) -> bool:
    if not is_number(value):
        return False
    number = Decimal(str(value))
    return number.is_finite() and round(number, 2) == number


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_datetime(value: Any) -> bool:
    try:
        return (
            isinstance(value, str)
            and "T" in value
            and len(value) <= 40
            and bool(datetime.fromisoformat(value))
        )
    except ValueError:
        return False


def _is_geopoint(value: Any) -> bool:
    found = _GEOPOINT.fullmatch(value) if isinstance(value, str) else None
    return found is not None and abs(Decimal(found[1])) <= 90 and abs(Decimal(found[2])) <= 180


def _is_image(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 2000 and _IMAGE.fullmatch(value) is not None


_CHECKS: Final[dict[ValueType, Callable[[Any], bool]]] = {
    ValueType.STRING: _is_text,
    ValueType.NUMBER: _is_money_like,
    ValueType.OBJECT: lambda value: isinstance(value, Mapping),
    ValueType.DATE: _is_date,
    ValueType.DATETIME: _is_datetime,
    ValueType.GEOPOINT: _is_geopoint,
    ValueType.BOOLEAN: lambda value: isinstance(value, bool),
    ValueType.IMAGE_URL: _is_image,
}


def clean_definition(definition: Any) -> dict[str, Any]:
    """A definition as it is stored: known keys only, each of the right type, defaults filled in.

    :raises ValueError: with a text that follows the path, such as `.type must be one of …`.
    """
    if not isinstance(definition, Mapping):
        raise ValueError(" must be an object")
    kinds = [kind.value for kind in ValueType]
    if definition.get("type") not in kinds:
        raise ValueError(f".type must be one of {', '.join(kinds)}")
    clean: dict[str, Any] = {"type": definition["type"]}
    for name, default in (("array", False), ("optional", True), ("deleted", False)):
        clean[name] = definition.get(name, default)
        if not isinstance(clean[name], bool):
            raise ValueError(f".{name} must be a boolean")
    kind = ValueType(clean["type"])
    if kind is ValueType.OBJECT:
        object_type = definition.get("object_type")
        if object_type is not None and not (
            isinstance(object_type, str) and 0 < len(object_type) <= MAX_NAME
        ):
            raise ValueError(f".object_type must be a string of 1 to {MAX_NAME} characters")
        clean["object_type"] = object_type
    if kind is ValueType.STRING:
        _take_each(definition, clean, LENGTHS, _is_length, f"must be an integer between 0 and {MAX_TEXT}")
        _take_each(definition, clean, ("eq",), _is_list_of(_is_text), "must be an array of strings")
    if kind is ValueType.NUMBER:
        _take_each(
            definition, clean, BOUNDS, _is_money_like, "must be a number with at most 2 decimal places"
        )
        _take_each(
            definition, clean, ("eq", "ne"), _is_list_of(_is_money_like), "must be an array of numbers"
        )
    return clean


def _take_each(
    given: Mapping[str, Any],
    clean: dict[str, Any],
    names: tuple[str, ...],
    holds: Callable[[Any], bool],
    words: str,
) -> None:
    for name in names:
        value = given.get(name)
        if value is None or value == []:
            continue
        if not holds(value):
            raise ValueError(f".{name} {words}")
        clean[name] = value


def _is_length(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_TEXT


def _is_list_of(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) <= MAX_ITEMS and all(map(holds, value))
