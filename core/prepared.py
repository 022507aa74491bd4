"""Whole rows by a condition whose SQL never changes, for the few queries that every request of a shop asks.

Django builds and compiles a queryset anew each time: three quarters of what a look-up by key costs here.
Everything else is a queryset.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connection, models


class Prepared[Row: models.Model]:
    """`Prepared(Customer, "source_id = %s")("anna")` is a list of customers, with all of their columns.

    `condition` follows WHERE and holds only column names and placeholders; what callers send is a parameter.
    """

    def __init__(self, model: type[Row], condition: str) -> None:
        self._model: Final = model
        self._condition: Final = condition

    def __call__(self, *values: Any) -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(self._sql, values)
            rows = cursor.fetchall()
        return [self._row(row) for row in rows]

    def _row(self, row: tuple[Any, ...]) -> Row:
        values = list(row)
        for at, field in self._converted:
            values[at] = field.from_db_value(values[at], None, connection)
        return self._model.from_db(DEFAULT_DB_ALIAS, self._names, values)

    @cached_property
    def _fields(self) -> list[Any]:
        return list(self._model._meta.concrete_fields)

    @cached_property
    def _names(self) -> list[str]:
        return [field.attname for field in self._fields]

    @cached_property
    def _converted(self) -> list[tuple[int, Any]]:
        """Fields whose values the driver gives in another form, by place: JSON as text."""
        return [(at, field) for at, field in enumerate(self._fields) if hasattr(field, "from_db_value")]

    @cached_property
    def _sql(self) -> str:
        quoted = connection.ops.quote_name
        columns = ", ".join(quoted(field.column) for field in self._fields)
        table = quoted(self._model._meta.db_table)
        return f"SELECT {columns} FROM {table} WHERE {self._condition}"  # noqa: S608 - only names of ours
