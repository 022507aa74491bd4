"""Rows into PostgreSQL by COPY, with the columns of a model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def copy_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Append `rows` to the model's table; returns how many.

    `fields` are attribute names of the model (`customer_id`); a dict or list is written as JSON. Constraints,
    foreign keys and triggers hold as in any insert: one bad row and the surrounding transaction is over.
    """
    quote = connection.ops.quote_name
    columns = {field.attname: quote(field.column) for field in model._meta.concrete_fields if field.column}
    named = ", ".join(columns[name] for name in fields)
    statement = f"COPY {quote(model._meta.db_table)} ({named}) FROM STDIN"
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([json.dumps(cell) if isinstance(cell, (dict, list)) else cell for cell in row])
            count += 1
    return count


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` fresh primary keys, for rows whose children are written before the database has answered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [number for (number,) in cursor.fetchall()]
