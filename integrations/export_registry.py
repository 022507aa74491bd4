"""What can be exported, filled by the apps' `exports.py` from `AppConfig.ready()`.

A file is the answer to one SELECT: one statement sees one moment, whatever is written meanwhile, and its cost
does not grow with the fields. That is why an app names columns here and never loops over rows itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import BaseExpression, Combinable

from core.api.filters import FilterFields

type Column = str | BaseExpression | Combinable


def _as_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One field of a file: the columns it reads and what becomes of them (`integrations.csv_text.text`).

    `columns` are lookup paths or expressions of the exported rows; no columns: `show()` is asked without any.
    `has_keys`: the column is a JSON object, and `<field>.<key>` is a field as well.
    """

    columns: tuple[Column, ...]
    show: Callable[..., Any] = _as_is
    has_keys: bool = False

    def of_key(self, key: str) -> Cell:
        return replace(self, show=lambda value: (value or {}).get(key), has_keys=False)


def column(source: Column) -> Cell:
    """A column as it is."""
    return Cell(columns=(source,))


def money(source: Column) -> Cell:
    """Minor units, written in major units with two decimals as in import files: 1050 -> 10.50."""
    return Cell(columns=(source,), show=major_units)


def json_object(source: Column) -> Cell:
    """A JSON object as one cell; each of its keys can be asked for, too."""
    return Cell(columns=(source,), has_keys=True)


def constant(value: Any) -> Cell:
    """The same in every row."""
    return Cell(columns=(), show=lambda: value)


def major_units(amount: int | None) -> str | None:
    """-5 -> -0.05. Exact, no floats."""
    if amount is None:
        return None
    whole, rest = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{whole}.{rest:02d}"


@dataclass(frozen=True, kw_only=True)
class ExportedObject:
    """`rows(now)` are the rows that exist; `orders` and `filters` lead from wire names to their columns.

    `name` is the contract's `exported_object`; who exports needs the permission `<resource>.export`.
    `scopes` are filters that may also be asked for by value, as `parameters.<name>`.
    """

    name: str
    resource: str
    rows: Callable[[datetime], QuerySet[Any]]
    fields: Mapping[str, Cell]
    default_fields: tuple[str, ...]
    orders: Mapping[str, str]
    filters: FilterFields
    scopes: tuple[str, ...] = ()

    def cell(self, field: str) -> Cell | None:
        """The cell behind a wire name such as `status` or `metadata.lang`."""
        if field in self.fields:
            return self.fields[field]
        name, _, key = field.partition(".")
        parent = self.fields.get(name)
        return parent.of_key(key) if parent is not None and parent.has_keys and key else None

    def allowed_fields(self) -> list[str]:
        return [*self.fields, *(f"{name}.<key>" for name, cell in self.fields.items() if cell.has_keys)]

    def allowed_orders(self) -> list[str]:
        return [f"{sign}{name}" for name in self.orders for sign in ("", "-")]


_objects: dict[str, ExportedObject] = {}


def register(*objects: ExportedObject) -> None:
    """Safe to repeat; two different objects under one name are a bug.

    :raises ValueError: the name is taken, or a default field is no field.
    """
    for exported in objects:
        if _objects.get(exported.name, exported) is not exported:
            raise ValueError(f"Two exported objects are called {exported.name!r}.")
        if not set(exported.default_fields) <= set(exported.fields):
            raise ValueError(f"{exported.name!r}: the default fields must be fields.")
        _objects[exported.name] = exported


def find(name: str) -> ExportedObject | None:
    return _objects.get(name)


def names() -> Iterable[str]:
    return sorted(_objects)
