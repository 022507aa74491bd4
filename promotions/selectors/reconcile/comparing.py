"""One check of the reconciliation: a statement that returns what differs, and how it is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from core.models import ProjectSettings

NAMED: Final = 5
"""How many of the rows concerned a difference names, the newest."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`column` of one thing says `stored`, its rows say `counted`.

    `noun` is the kind of thing, `id` its wire id, or the name of a counter. `rows` are wire ids of the newest
    rows that it sums up, or that contradict it. `is_repairable`: the column only repeats what rows say.
    """

    check: str
    noun: str
    pk: int
    id: str
    column: str
    stored: Any
    counted: Any
    rows: tuple[str, ...] = ()
    is_repairable: bool = False

    def __str__(self) -> str:
        rows = f" ({', '.join(self.rows)})" if self.rows else ""
        return f"{self.noun} {self.id}: {self.column} is {self.stored}, the rows say {self.counted}{rows}"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a check looks at: everything, or only the rows with these primary keys."""

    settings: ProjectSettings
    now: datetime
    pks: Collection[int] | None = None

    def among(self, column: str) -> str:
        """A condition of SQL: the column names one of them."""
        return "TRUE" if self.pks is None else f"{column} = ANY(%(pks)s)"


@dataclass(frozen=True, kw_only=True)
class Check:
    """`find` writes the statement; `name` is what `manage.py reconcile --only` calls it.

    The statement returns noun, primary key, id, column, stored and counted (as JSON), and ids of rows.
    """

    name: str
    find: Callable[[Asked], tuple[str, Mapping[str, Any]]]
    is_repairable: bool = False

    def differences(self, asked: Asked) -> Iterator[Difference]:
        statement, values = self.find(asked)
        if not statement:
            return
        with connection.cursor() as cursor:
            cursor.execute(statement, {**values, "pks": sorted(asked.pks or ()), "named": NAMED})
            while some := cursor.fetchmany(1000):
                for noun, pk, id, column, stored, counted, rows in some:
                    yield Difference(
                        check=self.name,
                        noun=noun,
                        pk=pk,
                        id=id,
                        column=column,
                        stored=_value(stored),
                        counted=_value(counted),
                        rows=tuple(rows or ()),
                        is_repairable=self.is_repairable,
                    )


def _value(text: str | None) -> Any:
    return None if text is None else json.loads(text)


WHOSE: Final = """
CASE WHEN {t}.subject ~ '^customer:[0-9]{{1,18}}$'
     THEN (SELECT c.public_id FROM commerce_customer AS c WHERE c.id = substr({t}.subject, 10)::bigint)
     WHEN split_part({t}.subject, ':', 1) IN ('', 'key', 'user', 'channel', 'store')
     THEN NULLIF({t}.subject, '')
     ELSE split_part({t}.subject, ':', 1) || ' #' || {t}.id END
"""
"""Whose use a counter counts, for people and programs; addresses and numbers of people stay in the house."""


def columns_of(
    *,
    noun: str,
    table: str,
    columns: Mapping[str, str],
    rows: str,
    joins: str = "",
    where: str = "TRUE",
    id: str = "t.public_id",
) -> str:
    """A statement: columns of the table `t` against what `joins` add up.

    `columns` maps each column, or an expression over several, to the expression that it must equal; `rows`
    selects ids of the rows concerned.
    """
    wrong = " OR ".join(f"{name} IS DISTINCT FROM {counted}" for name, counted in _named(columns))
    values = ", ".join(
        f"('{label}', to_jsonb({name}), to_jsonb({counted}))"
        for label, (name, counted) in zip(columns, _named(columns), strict=True)
    )
    return _COLUMNS.format(
        noun=noun, id=id, table=table, joins=joins, values=values, where=where, wrong=wrong, rows=rows
    )


_COLUMNS: Final = """
SELECT '{noun}', t.id, {id}, said.name, said.stored::text, said.counted::text, ARRAY({rows})
FROM {table} AS t {joins}
CROSS JOIN LATERAL (VALUES {values}) AS said(name, stored, counted)
WHERE {where} AND ({wrong}) AND said.stored IS DISTINCT FROM said.counted
ORDER BY t.id, said.name
"""


def _named(columns: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each name with the table before it: one column, or one less another."""
    return [
        (" - ".join(f"t.{part}" for part in name.split(" - ")), counted) for name, counted in columns.items()
    ]
