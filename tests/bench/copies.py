"""Many rows at once, as copies of one that the application made: columns that are not named are right too."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection, models


def insert(source: models.Model, given: Mapping[str, str], places: str, values: Mapping[str, Any]) -> None:
    """A row for each row of `places`, what follows FROM in SQL; like `source` where `given` says nothing.

    `given` maps columns to SQL over the columns of `places`; `values` are the parameters of both.
    """
    table = source._meta.db_table
    columns = [str(field.column) for field in source._meta.concrete_fields if not field.primary_key]
    chosen = ", ".join(given.get(column, f"source.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {places} "  # noqa: S608
            f"CROSS JOIN (SELECT * FROM {table} WHERE id = %(source)s) AS source ORDER BY at",
            {**values, "source": source.pk},
        )


@contextlib.contextmanager
def without_indexes(*tables: str) -> Iterator[None]:
    """Indexes that are no constraints are made anew at the end: much quicker than row by row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
            "WHERE indrelid = ANY(%s::regclass[]) "
            "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
            [list(tables)],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for _, definition in found:
            cursor.execute(definition)
