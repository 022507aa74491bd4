"""Waiting for the transactions of other tests that use the same database server."""

from __future__ import annotations

import time

from django.db import connection

# The state machines of money work for a minute or more within one transaction.
_PATIENCE = 300.0


def settle() -> None:
    """Return once every transaction that has begun so far, anywhere on the server, is finished.

    Below which transaction everything is settled is a fact of the whole server: the suite runs in parallel.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())")
        (begun,) = cursor.fetchone()
        deadline = time.monotonic() + _PATIENCE
        while True:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= %s::xid8", [str(begun)])
            if cursor.fetchone()[0]:
                return
            assert time.monotonic() < deadline, "another transaction on the server does not end"
            time.sleep(0.01)
