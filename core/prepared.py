"""Whole rows by statements whose SQL never changes, for the few that every request of a shop needs.

Django builds and compiles a queryset anew each time: three quarters of what a look-up by key costs here.
Everything else is a queryset.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from typing import Any, Final, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models.base import ModelState
from psycopg import RawCursor


def cursor(kind: Any = ServerBindingCursor) -> CursorWrapper:
    """A cursor like `connection.cursor()`, but what it executes again is planned once for each connection.

    PostgreSQL plans other statements of ours anew each time, because Django binds their values itself. Only
    for SQL that never changes: every text is a statement that the connection keeps. `kind` is the driver's
    class: a `RawCursor` takes the text as it is, with `$1`, `$2` for its values.
    """
    own = connections[DEFAULT_DB_ALIAS]
    own.ensure_connection()
    with own.wrap_database_errors:
        # What connection.cursor() does, with another class; the stubs know neither of the two.
        made: CursorWrapper = cast(Any, own)._prepare_cursor(kind(own.connection))
    return made


class Prepared[Row: models.Model]:
    """`Prepared(Customer, "source_id = %s")("anna")` is a list of customers, with all of their columns.

    `condition` follows WHERE and holds only column names and placeholders; what callers send is a parameter.
    `joins` are paths of relations, each after its parent, loaded along as by `select_related`: the row itself
    is `t`, a relation its path (`campaign__category.name`). `without` are columns left for later, by path.
    `lock` keeps others from writing the row, where there are no joins.
    """

    def __init__(
        self,
        model: type[Row],
        condition: str,
        *,
        joins: Sequence[str] = (),
        without: Sequence[str] = (),
        lock: bool = False,
    ) -> None:
        if lock and joins:
            raise ValueError("Lock bare rows first, then load with joins.")
        self._model: Final = model
        self._condition: Final = condition
        self._joins: Final = tuple(joins)
        self._without: Final = frozenset(without)
        self._lock: Final = lock

    def __call__(self, *values: Any) -> list[Row]:
        with cursor() as opened:
            opened.execute(self._sql, values)
            rows = opened.fetchall()
        return [self._row(row) for row in rows]

    def _row(self, row: tuple[Any, ...]) -> Row:
        made: dict[str, Any] = {}
        at = 0
        for part in self._parts:
            end = at + len(part.names)
            made[part.path] = part.made(row[at:end])
            at = end
        for part in self._parts[1:]:
            part.tie(made)
        found: Row = made[""]
        return found

    @cached_property
    def _parts(self) -> list[_Part]:
        parts = [_Part("", self._model, self._without)]
        by_path = {"": parts[0]}
        for path in self._joins:
            parent, _, name = path.rpartition("__")
            relation = by_path[parent].model._meta.get_field(name)
            part = _Part(path, relation.related_model, self._without, parent=parent, relation=relation)
            by_path[path] = part
            parts.append(part)
        return parts

    @cached_property
    def _sql(self) -> str:
        quoted = connection.ops.quote_name
        columns = ", ".join(column for part in self._parts for column in part.columns)
        source = f"{quoted(self._model._meta.db_table)} AS t"
        joined = "".join(f" LEFT JOIN {part.join}" for part in self._parts[1:])
        lock = " FOR NO KEY UPDATE" if self._lock else ""
        return f"SELECT {columns} FROM {source}{joined} WHERE {self._condition}{lock}"  # noqa: S608 - our names


class PreparedPair[One: models.Model, Other: models.Model]:
    """Two kinds of rows by one statement: `PreparedPair(A, B, on="u.a_id = t.id", condition="t.id = %s")`.

    The first is `t`, the second `u`; where there is no second one, None stands beside the first.
    """

    def __init__(self, one: type[One], other: type[Other], *, on: str, condition: str) -> None:
        self._models: Final = (one, other)
        self._on: Final = on
        self._condition: Final = condition

    def __call__(self, *values: Any) -> list[tuple[One, Other | None]]:
        one, other = self._parts
        with cursor() as opened:
            opened.execute(self._sql, values)
            rows = opened.fetchall()
        cut = len(one.names)
        return [(one.made(row[:cut]), other.made(row[cut:])) for row in rows]

    @cached_property
    def _parts(self) -> tuple[_Part, _Part]:
        one, other = self._models
        return _Part("", one, frozenset()), _Part("u", other, frozenset())

    @cached_property
    def _sql(self) -> str:
        quoted = connection.ops.quote_name
        columns = ", ".join(column for part in self._parts for column in part.columns)
        one, other = (quoted(model._meta.db_table) for model in self._models)
        return (
            f"SELECT {columns} FROM {one} AS t LEFT JOIN {other} AS u ON {self._on} "  # noqa: S608 - our names
            f"WHERE {self._condition}"
        )


class _Part:
    """One table of the statement: the row itself, or a relation of one that stands before."""

    def __init__(
        self, path: str, model: Any, without: frozenset[str], *, parent: str = "", relation: Any = None
    ) -> None:
        self.path = path
        self.model = model
        self._parent = parent
        self._relation = relation
        prefix = f"{path}__" if path else ""
        fields = [field for field in model._meta.concrete_fields if f"{prefix}{field.name}" not in without]
        self.names = [field.attname for field in fields]
        quoted = connection.ops.quote_name
        self._alias = quoted(path) if path else "t"
        self.columns = [f"{self._alias}.{quoted(field.column)}" for field in fields]
        # Fields whose values the driver gives in another form: JSON as text.
        self._converted = [(field.attname, field) for field in fields if hasattr(field, "from_db_value")]
        self._key_at = self.names.index(model._meta.pk.attname)

    @property
    def join(self) -> str:
        quoted = connection.ops.quote_name
        parent = quoted(self._parent) if self._parent else "t"
        if self._relation.concrete:
            here, there = self.model._meta.pk.column, self._relation.column
        else:
            here, there = self._relation.field.column, self._relation.model._meta.pk.column
        table = quoted(self.model._meta.db_table)
        return f"{table} AS {self._alias} ON {self._alias}.{quoted(here)} = {parent}.{quoted(there)}"

    def made(self, values: Sequence[Any]) -> Any:
        """The instance; None where the outer join found nothing."""
        if values[self._key_at] is None:
            return None
        # What from_db does, without asking each descriptor, in a tenth of its time. No model of ours does
        # anything of its own when it is loaded (tests/core/test_prepared.py).
        found = self.model.__new__(self.model)
        found._state = ModelState()
        found._state.adding, found._state.db = False, DEFAULT_DB_ALIAS
        found.__dict__.update(zip(self.names, values, strict=True))
        for name, field in self._converted:
            setattr(found, name, field.from_db_value(found.__dict__[name], None, connection))
        return found

    def tie(self, made: dict[str, Any]) -> None:
        """Make the relation known at its owner, also when there is nothing."""
        owner, own = made[self._parent], made[self.path]
        if owner is not None:
            self._relation.set_cached_value(owner, own)
            if own is not None and self._relation.one_to_one:
                self._relation.remote_field.set_cached_value(own, owner)


def insert[Row: models.Model](row: Row) -> Row:
    """Store a new row by a statement made once for its model; sets its primary key."""
    sql, fields = _insert_few_of(type(row), 1)
    _inserted([row], sql, list(_values(row, fields)))
    return row


def insert_all[Row: models.Model](rows: Sequence[Row]) -> None:
    """Store new rows of one model by one statement, in their order; sets their primary keys.

    :raises ValueError: the model has columns of lists, which cannot be handed over as lists of lists.
    """
    if 0 < len(rows) <= _FEW:
        sql, fields = _insert_few_of(type(rows[0]), len(rows))
        _inserted(rows, sql, [value for row in rows for value in _values(row, fields)])
    elif rows:
        sql, fields = _insert_many_of(type(rows[0]))
        columns = zip(*(_values(row, fields) for row in rows), strict=True)
        _inserted(rows, sql, [list(column) for column in columns])


# Each number of rows is a statement that a connection keeps; up to here it is cheaper than writing lists.
_FEW: Final = 8


def _inserted(rows: Sequence[models.Model], sql: str, values: Sequence[Any]) -> None:
    # Of a text with more than fifty values the driver looks for the placeholders anew each time.
    with cursor(RawCursor) as opened:
        opened.execute(sql, values)
        for row, (key,) in zip(rows, opened.fetchall(), strict=True):
            row.pk = key
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def _values(row: models.Model, fields: Sequence[Any]) -> Iterator[Any]:
    own = connections[DEFAULT_DB_ALIAS]
    for field in fields:
        if field.is_relation and (related := field.get_cached_value(row, default=None)) is not None:
            setattr(row, field.attname, related.pk)  # it may have been stored after it was named here
        value = field.pre_save(row, True)
        yield value if _needs_no_form(field, value) else field.get_db_prep_save(value, own)


def _needs_no_form(field: Any, value: Any) -> bool:
    """Whether the driver gets the value as it is: by exact type, an enumeration is a text, too."""
    return value.__class__ is _DRIVEN.get(field.__class__)


_DRIVEN: Final[dict[type, type]] = {
    models.BigIntegerField: int,
    models.BooleanField: bool,
    models.CharField: str,
    models.IntegerField: int,
    models.PositiveIntegerField: int,
    models.TextField: str,
}


@cache
def _insert_few_of(model: Any, count: int) -> tuple[str, list[Any]]:
    target, key, fields = _target_of(model)
    width = len(fields)
    rows = (range(first, first + width) for first in range(1, count * width + 1, width))
    places = ", ".join(f"({', '.join(f'${place}' for place in row)})" for row in rows)
    return f"INSERT INTO {target} VALUES {places} RETURNING {key}", fields  # noqa: S608 - only names of ours


@cache
def _insert_many_of(model: Any) -> tuple[str, list[Any]]:
    """One list for each column: the text is the same for any number of rows."""
    target, key, fields = _target_of(model)
    types = [field.db_type(connection) for field in fields]
    if any("[" in kind for kind in types):
        raise ValueError(f"{model.__name__} has a column of lists.")
    # A cast to varchar(n) would cut silently what the column refuses.
    kinds = ["text" if kind.startswith("varchar") else kind for kind in types]
    lists = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(kinds, start=1))
    names = ", ".join(f"c{place}" for place in range(len(fields)))
    sql = (
        f"INSERT INTO {target} SELECT {names} FROM unnest({lists}) "  # noqa: S608 - only names of ours
        f"WITH ORDINALITY AS row({names}, place) ORDER BY place RETURNING {key}"
    )
    return sql, fields


def _target_of(model: Any) -> tuple[str, str, list[Any]]:
    quoted = connection.ops.quote_name
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(quoted(field.column) for field in fields)
    table, key = quoted(model._meta.db_table), quoted(model._meta.pk.column)
    return f"{table} ({columns})", key, fields
