"""The databases of the tests: migrated once for all processes, brought back to their first rows quickly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, transaction

from promotions.models import CatalogueChange

_KEPT: Final = "first_rows"
_ONE_AT_A_TIME: Final = 20_261_201
# So many rows gone leave pages behind that later tests would read.
_MANY: Final = 1_000


@contextmanager
def own(*, is_kept: bool, is_used_again: bool) -> Iterator[None]:
    """The database of a run in one process."""
    creation: Any = connection.creation
    given = connection.settings_dict["NAME"]
    creation.create_test_db(verbosity=0, autoclobber=True, keepdb=is_kept and is_used_again)
    name = connection.settings_dict["NAME"]
    try:
        yield
    finally:
        _leave(given, *([] if is_kept else [name]))


@contextmanager
def cloned(run: str, worker: str) -> Iterator[None]:
    """This worker's own copy of a database that the first worker of the run migrates. Migrating takes
    longer than most tests of a file; copying does not.

    Whoever ends first removes the one that was copied; a worker that comes later, for one that died, makes it
    again.
    """
    creation: Any = connection.creation
    given = connection.settings_dict["NAME"]
    source = f"test_{given}_{run}"
    connection.settings_dict["TEST"]["NAME"] = source
    with _alone() as cursor:
        if _is_there(cursor, source):
            connection.close()
            connection.settings_dict["NAME"] = source
        else:
            creation.create_test_db(verbosity=0, autoclobber=True)
        creation.clone_test_db(suffix=worker, verbosity=0)
    connection.settings_dict["NAME"] = f"{source}_{worker}"
    try:
        yield
    finally:
        _leave(given, f"{source}_{worker}", source)


def _leave(given: str, *unwanted: str) -> None:
    """Threads of a live server may still be connected."""
    connection.close()
    connection.settings_dict["NAME"] = given
    with _alone() as cursor:
        for name in unwanted:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _alone() -> Iterator[Any]:
    """Other workers wait until this block is over."""
    creation: Any = connection.creation
    with creation._nodb_cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        yield cursor


def _is_there(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return cursor.fetchone() is not None


class FirstRows:
    """What a fresh database holds (settings, groups, permissions), brought back after tests that commit.

    Django's own way empties every table, and finds out anew what models and permissions there are: that takes
    longer than most of these tests. Most of them fill a few tables.
    """

    def __init__(self) -> None:
        self._tables = sorted(connection.introspection.table_names())
        with connection.cursor() as cursor:
            kept = [name for (name,) in self._asked(cursor, [_has_rows(name) for name in self._tables])]
            self._columns = {name: _columns(cursor, name) for name in kept}
            cursor.execute(f"DROP SCHEMA IF EXISTS {_KEPT} CASCADE")
            cursor.execute(f"CREATE SCHEMA {_KEPT}")
            for name in kept:
                cursor.execute(f'CREATE TABLE {_KEPT}."{name}" AS TABLE "{name}"')
        self._questions = [
            _is_other(name) if name in self._columns else _has_rows(name) for name in self._tables
        ]

    def bring_back(self) -> None:
        """Without triggers and foreign keys; waits, as Django does, for whoever still writes."""
        emptied = []
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {', '.join(map(_quoted, self._tables))}")
            cursor.execute("SET LOCAL session_replication_role = replica")
            for (name,) in self._asked(cursor, self._questions):
                cursor.execute(f"DELETE FROM {_quoted(name)}")  # noqa: S608 - a table of ours
                emptied += [name] if cursor.rowcount > _MANY else []
                if name in self._columns:
                    cursor.execute(_refill(name, self._columns[name]))
            # What the triggers say when tables are emptied: indexes in memory start anew.
            CatalogueChange.objects.create(kind=CatalogueChange.Kind.EVERYTHING, object_id=0)
        with connection.cursor() as cursor:
            for name in emptied:
                cursor.execute(f"VACUUM ANALYZE {_quoted(name)}")

    @staticmethod
    def _asked(cursor: Any, questions: list[str]) -> list[tuple[str]]:
        cursor.execute(" UNION ALL ".join(questions))
        return list(cursor.fetchall())


def _has_rows(name: str) -> str:
    return f"SELECT '{name}' WHERE EXISTS (SELECT FROM {_quoted(name)})"  # noqa: S608 - a table of ours


def _is_other(name: str) -> str:
    now, first = (f"SELECT t::text FROM {table} t" for table in (_quoted(name), f"{_KEPT}.{_quoted(name)}"))  # noqa: S608
    return f"SELECT '{name}' WHERE EXISTS (({now} EXCEPT ALL {first}) UNION ALL ({first} EXCEPT ALL {now}))"


def _refill(name: str, columns: str) -> str:
    kept = f"SELECT {columns} FROM {_KEPT}.{_quoted(name)}"  # noqa: S608 - a table of ours
    return f"INSERT INTO {_quoted(name)} ({columns}) {kept}"  # noqa: S608


def _columns(cursor: Any, name: str) -> str:
    """Those that can be written."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [name],
    )
    return ", ".join(_quoted(column) for (column,) in cursor.fetchall())


def _quoted(name: str) -> str:
    return f'"{name}"'
