"""Arguments of a service as JSON and back, exactly: what was asked for is what will run.

Rows are kept by their public id (or primary key), dataclasses by name. Only the dataclasses that an operation
names are ever made again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from django.apps import apps
from django.db import models

from core.errors import DomainError

_TAG: Final = "$"
_NOT_KEPT: Final = ("actor", "now", "once")


class OutdatedArguments(DomainError):
    status = 409
    key = "approval_outdated"
    message = "The request refers to something that is gone"


def encode(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Without who, when and under which idempotency key: those are of the moment of carrying out."""
    return {name: _encode(value) for name, value in arguments.items() if name not in _NOT_KEPT}


def decode(stored: Mapping[str, Any], specs: tuple[type[Any], ...]) -> dict[str, Any]:
    """:raises OutdatedArguments: a row that is gone, or arguments that this release does not know."""
    known = {spec.__name__: spec for spec in specs}
    return {name: _decode(value, known) for name, value in stored.items()}


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _encode(value: Any) -> Any:
    match value:
        case Enum():
            return _encode(value.value)
        case None | bool() | int() | str():
            return value
        case float() | Decimal():
            return {_TAG: type(value).__name__.lower(), "value": str(value)}
        case datetime() | date() | time():
            return {_TAG: type(value).__name__, "value": value.isoformat()}
        case models.Model():
            key = getattr(value, "public_id", None)
            return {_TAG: "row", "model": value._meta.label_lower, "key": key or value.pk}
        case Mapping():
            return {_TAG: "map", "value": {str(name): _encode(inner) for name, inner in value.items()}}
        case tuple():
            return {_TAG: "tuple", "value": [_encode(inner) for inner in value]}
        case frozenset() | set():
            return {_TAG: "set", "value": sorted((_encode(inner) for inner in value), key=canonical)}
        case list():
            return [_encode(inner) for inner in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {one.name: _encode(getattr(value, one.name)) for one in dataclasses.fields(value)}
        return {_TAG: "spec", "name": type(value).__name__, "value": fields}
    raise TypeError(f"An argument of type {type(value).__name__} cannot be kept.")


_PLAIN: Final[dict[str, Any]] = {
    "decimal": Decimal,
    "float": float,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


def _decode(value: Any, known: Mapping[str, type[Any]]) -> Any:
    if isinstance(value, list):
        return [_decode(inner, known) for inner in value]
    if not isinstance(value, Mapping):
        return value
    kind = value[_TAG]
    if kind in _PLAIN:
        return _PLAIN[kind](value["value"])
    if kind == "row":
        return _row(value)
    if kind == "map":
        return {name: _decode(inner, known) for name, inner in value["value"].items()}
    if kind in {"tuple", "set"}:
        made = (_decode(inner, known) for inner in value["value"])
        return tuple(made) if kind == "tuple" else frozenset(made)
    spec = known.get(value["name"])
    if spec is None:
        raise OutdatedArguments(f"It holds a {value['name']}, which this release does not know.")
    names = {one.name for one in dataclasses.fields(spec)}
    if unknown := set(value["value"]) - names:
        raise OutdatedArguments(f"It says {', '.join(sorted(unknown))}, which this release does not know.")
    return spec(**{name: _decode(inner, known) for name, inner in value["value"].items()})


def _row(value: Mapping[str, Any]) -> models.Model:
    model = apps.get_model(value["model"])
    column = "public_id" if isinstance(value["key"], str) else "pk"
    found: models.Model | None = model._default_manager.filter(**{column: value["key"]}).first()
    if found is None:
        raise OutdatedArguments(f"The {model._meta.verbose_name} {value['key']} is not there any more.")
    return found
