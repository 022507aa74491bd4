"""Questions that a person waits for: what takes too long is given up, so that no page holds a connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import OperationalError, connection, transaction

_GIVEN_UP: Final = "57014"


class TookTooLong(Exception):
    """A statement ran longer than somebody wanted to wait for it."""


@contextmanager
def at_most(milliseconds: int) -> Iterator[None]:
    """Inside, no single statement runs longer than this; afterwards the connection is as patient as before.

    Only for reading: a statement that is given up undoes everything inside.

    :raises TookTooLong: a statement did.
    """
    with attempt():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            (before,) = cursor.fetchone()
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{milliseconds}ms"])
        yield
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])


@contextmanager
def attempt() -> Iterator[None]:
    """A part that may be given up alone, within `at_most`.

    :raises TookTooLong: one of its statements took too long; what was read before it stays.
    """
    try:
        with transaction.atomic():
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != _GIVEN_UP:
            raise
        raise TookTooLong from error
