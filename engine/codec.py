"""Frozen dataclasses to plain JSON values and back, so that a decision can be stored, explained and replayed.

Shapes: `Decimal` <-> string, aware `datetime` <-> ISO 8601 in UTC, `date` <-> ISO 8601, `time` <-> "HH:MM",
`StrEnum` <-> its value, `tuple` <-> list, `frozenset` of texts <-> sorted list, dataclass <-> object.
`JsonObject` fields (metadata, counters) travel as they are; only a `Decimal` in them becomes
`{"$decimal": "1.5"}`. A class with its own `to_json` / `from_json` pair is asked instead.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Final, Self, Union, cast, get_args, get_origin, get_type_hints

DECODER = "decoder"
"""Key of `field(metadata=...)`: the function that reads the field's JSON, where many classes are possible."""

type Json = None | bool | int | str | list[Json] | dict[str, Json]


type JsonObject = Mapping[str, Any]
"""Free JSON of the shop, exact: null, booleans, integers, `Decimal`, text, lists and objects; no `float`."""

_DECIMAL = "$decimal"
# By exact type: an enumeration is a text, too. A decision is some hundred values, most of them of these.
_AS_THEY_ARE: Final = frozenset({types.NoneType, bool, int, str})


class MalformedJson(ValueError):
    """The value does not have the shape that the dataclass describes; the text names the place."""


class Data:
    """Base of every frozen dataclass of the engine that travels as JSON."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def to_json(self) -> dict[str, Json]:
        """Plain dicts, lists, strings, integers and booleans; every field is present, absent values None."""
        names, values_of = _shape(cast(Any, type(self)))  # mypy holds classes of Data for unhashable
        return {
            name: value if type(value) in _AS_THEY_ARE else encode(value)
            for name, value in zip(names, values_of(self), strict=True)
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Inverse of `to_json`; fields with a default may be left out.

        :raises MalformedJson: unknown or missing field, or a value of the wrong type.
        """
        return cast(Self, _object(cls, data, cls.__name__))


def encode(value: Any) -> Json:
    """One value as JSON. :raises TypeError: a type that has no JSON form here, `float` among them."""
    if type(value) in _AS_THEY_ARE:
        return cast(Json, value)
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, Data):
        return cast(Json, value.to_json())
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("auto" if value.second or value.microsecond else "minutes")
    if isinstance(value, frozenset):
        return sorted(encode(item) for item in value)  # type: ignore[type-var]  # texts, see the module
    if isinstance(value, Mapping):
        return {str(key): _free(item) for key, item in value.items()}
    if hasattr(value, "to_json"):
        return cast(Json, value.to_json())
    raise TypeError(f"{type(value).__name__} has no JSON form in the engine")


@cache
def _shape(cls: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The names of a class' fields, and a function that takes their values from an object."""
    names = tuple(field.name for field in fields(cls))
    if len(names) > 1:
        return names, attrgetter(*names)
    return names, lambda one: tuple(getattr(one, name) for name in names)


def decode(hint: Any, value: Any, place: str) -> Any:
    """`value` as the type `hint` says. :raises MalformedJson: it does not fit; the text names `place`."""
    if hint is JsonObject:
        if not isinstance(value, Mapping):
            raise MalformedJson(f"{place}: an object is expected")
        return _freed(value)
    if get_origin(hint) in (Union, types.UnionType):
        return _optional(hint, value, place)
    if get_origin(hint) is tuple:
        return _tuple(hint, value, place)
    if get_origin(hint) is frozenset:
        return frozenset(_tuple(hint, value, place))
    if isinstance(hint, type) and issubclass(hint, Data):
        return _object(hint, value, place)
    if hasattr(hint, "from_json"):
        return hint.from_json(value)
    return _scalar(hint, value, place)


def _free(value: Any) -> Json:
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    if isinstance(value, list | tuple):
        return [_free(item) for item in value]
    return encode(value)


def _freed(value: Any) -> Any:
    if isinstance(value, Mapping):
        if list(value) == [_DECIMAL]:
            return Decimal(value[_DECIMAL])
        return {key: _freed(item) for key, item in value.items()}
    return [_freed(item) for item in value] if isinstance(value, list) else value


def _optional(hint: Any, value: Any, place: str) -> Any:
    if value is None:
        return None
    inner = [arg for arg in get_args(hint) if arg is not type(None)]
    return decode(inner[0], value, place)


def _tuple(hint: Any, value: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise MalformedJson(f"{place}: a list is expected")
    inner = get_args(hint)[0]
    return tuple(decode(inner, item, f"{place}[{index}]") for index, item in enumerate(value))


def _object(cls: type[Data], value: Any, place: str) -> Any:
    if not isinstance(value, Mapping):
        raise MalformedJson(f"{place}: an object is expected")
    hints = _hints(cast(Any, cls))  # mypy holds classes of Data for unhashable
    unknown = sorted(str(name) for name in value if name not in hints)
    if unknown:
        raise MalformedJson(f"{place}: unknown field {unknown[0]}")
    missing = [
        field.name
        for field in fields(cls)
        if field.name not in value and field.default is MISSING and field.default_factory is MISSING
    ]
    if missing:
        raise MalformedJson(f"{place}: field {missing[0]} is missing")
    special = {field.name: field.metadata[DECODER] for field in fields(cls) if DECODER in field.metadata}
    found = {}
    for name, item in value.items():
        if name in special and isinstance(item, Mapping):
            found[name] = special[name](item)
        elif name in special and isinstance(item, list | tuple):
            found[name] = tuple(special[name](entry) for entry in item)
        elif name in special and item is not None:
            raise MalformedJson(f"{place}.{name}: an object is expected")
        else:
            found[name] = decode(hints[name], item, f"{place}.{name}")
    return cls(**found)


@cache
def _hints(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {field.name: hints[field.name] for field in fields(cls)}


def _scalar(hint: Any, value: Any, place: str) -> Any:
    # bool is an int in Python; on the wire it is not.
    wire_type = bool if hint is bool else int if hint is int else str
    if not isinstance(value, wire_type) or (hint is int and isinstance(value, bool)):
        raise MalformedJson(f"{place}: {wire_type.__name__} is expected")
    if hint in (bool, int, str):
        return value
    try:
        return hint.fromisoformat(value) if hint in (datetime, date, time) else hint(value)
    except (ValueError, ArithmeticError) as error:
        raise MalformedJson(f"{place}: {value!r} is not a {hint.__name__}") from error
