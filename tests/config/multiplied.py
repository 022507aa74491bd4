"""Many rows of every table that pages of the admin list, as copies of one each.

Foreign keys stay: a customer gets as many orders as are copied, a campaign as many codes.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import connection, models, transaction
from django.db.utils import DataError, IntegrityError

_DIGITS: Final = 5


def multiply(row: models.Model, number: int) -> bool:
    """Whether there are now `number` more like this one; of rows that have one owner there are not.

    Triggers and foreign keys stay out of it: ledgers and logs take copies, too.
    """
    meta = row._meta
    unique = _unique_columns(row)
    if unique is None or meta.pk.is_relation:  # type: ignore[union-attr]
        return False
    given = (field for field in meta.concrete_fields if not (field.primary_key or field.generated))
    columns = {field.column: field for field in given}
    chosen = [_other(field) if name in unique else f'source."{name}"' for name, field in columns.items()]
    key = "gen_random_uuid()" if isinstance(meta.pk, models.UUIDField) else None
    names = [*(f'"{name}"' for name in columns), *([f'"{meta.pk.column}"'] if key else [])]  # type: ignore[union-attr]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                f'INSERT INTO "{meta.db_table}" ({", ".join(names)}) '  # noqa: S608 - names of our own
                f"SELECT {', '.join([*chosen, *([key] if key else [])])} FROM generate_series(1, %s) AS at "
                f'CROSS JOIN (SELECT * FROM "{meta.db_table}" WHERE "{meta.pk.column}" = %s) AS source',  # type: ignore[union-attr]
                [number, row.pk],
            )
            cursor.execute("SET LOCAL session_replication_role = origin")
    except (IntegrityError, DataError):
        return False
    return True


def _unique_columns(row: models.Model) -> set[str] | None:
    """Columns that a copy must say otherwise; None: one of them points to a row that has only one."""
    meta = row._meta
    groups = [[field.name] for field in meta.concrete_fields if field.unique and not field.primary_key]
    groups += [list(rule.fields) for rule in meta.constraints if isinstance(rule, models.UniqueConstraint)]
    groups += [list(group) for group in meta.unique_together]
    found: set[str] = set()
    for group in groups:
        fields: list[Any] = [meta.get_field(name) for name in group]
        plain = [field for field in fields if not field.is_relation and _other(field)]
        loose = [field for field in fields if field.is_relation and field.null]
        if fields and not (plain or loose) and any(field.is_relation for field in fields):
            return None
        found |= {field.column for field in (plain or loose)[:1]}
    return found


def _other(field: Any) -> str:
    """SQL of a value that nobody else has; "" where there is no telling. What may point nowhere does."""
    if field.is_relation:
        return "NULL"
    if isinstance(field, models.UUIDField):
        return "gen_random_uuid()"
    if isinstance(field, models.CharField | models.TextField):
        most = (field.max_length or 100) - _DIGITS
        return f"left(source.\"{field.column}\", {most}) || lpad(at::text, {_DIGITS}, '0')"
    if isinstance(field, models.IntegerField):
        return f'source."{field.column}" + at'
    return ""
