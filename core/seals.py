"""Which tables are sealed, and what a row of them says.

What triggers of the database keep as it is, is sealed: no list to forget a table in, whatever app it is of.
A model is sealed that says `pgtrigger.Protect` against deleting, of the columns that a trigger keeps from
being updated. Such a column, and such a table, may not be renamed or dropped later: seals name them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pgtrigger
from django.apps import apps
from django.db import connection, models

from core.models import Seal

ID_MIN: Final = -(2**63)


@dataclass(frozen=True, kw_only=True)
class SealedTable:
    """A model whose rows are only ever added, under ids that PostgreSQL hands out in rising order.

    `columns` are those that stay as they are, in a fixed order.
    """

    model: type[models.Model]
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def knows(self, columns: Sequence[str]) -> bool:
        """Whether the table has all of these columns (a seal keeps the ones of its time)."""
        return {field.column for field in self.model._meta.concrete_fields}.issuperset(columns)

    def digests(
        self, columns: Sequence[str], *, after_id: int, last_id: int, limit: int | None = None
    ) -> list[tuple[int, bytes]]:
        """Id and digest of the rows above `after_id` up to `last_id`, in the order of their ids.

        The digest is the SHA-256 of `json_build_array(columns…)::text`; connections of ours speak UTC.
        """
        quoted = connection.ops.quote_name
        values = ", ".join(quoted(column) for column in columns)
        key, table = quoted(str(self.model._meta.pk.column)), quoted(self.name)
        # The rows first: nothing is worked out for rows beyond the limit, whatever the planner thinks.
        sql = (
            f"SELECT {key}, sha256(convert_to(json_build_array({values})::text, 'UTF8')) "  # noqa: S608 - ours
            f"FROM (SELECT * FROM {table} WHERE {key} > %s AND {key} <= %s ORDER BY {key} LIMIT %s) AS found "
            f"ORDER BY {key}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [after_id, last_id, limit])
            return [(pk, bytes(digest)) for pk, digest in cursor.fetchall()]

    def last_id(self) -> int | None:
        """The highest id there is."""
        found: int | None = self.model._base_manager.aggregate(last=models.Max("pk"))["last"]
        return found


@cache
def tables() -> tuple[SealedTable, ...]:
    found = (_sealed(model) for model in apps.get_models() if model is not Seal)
    return tuple(sorted((table for table in found if table is not None), key=lambda table: table.name))


def find(name: str) -> SealedTable | None:
    return next((table for table in tables() if table.name == name), None)


def _sealed(model: type[models.Model]) -> SealedTable | None:
    """None: rows of it may go, or everything in them may change."""
    triggers: Iterable[Any] = getattr(model._meta, "triggers", ())
    always = [one for one in triggers if isinstance(one, pgtrigger.Protect) and one.condition is None]
    if not any("DELETE" in str(one.operation) for one in always):
        return None
    final: set[str] = set()
    for one in always:
        if "UPDATE" in str(one.operation):
            final.update(_kept(model, one))
    return SealedTable(model=model, columns=tuple(sorted(final))) if final else None


def _kept(model: type[models.Model], trigger: pgtrigger.Protect) -> Iterable[str]:
    """The columns that a trigger keeps from being updated."""
    only, without = getattr(trigger, "fields", None), getattr(trigger, "exclude", None) or ()
    for field in model._meta.concrete_fields:
        if field.name not in without and (only is None or field.name in only):
            yield str(field.column)
