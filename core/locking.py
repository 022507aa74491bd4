"""Row locks, taken in one fixed way.

Lock bare rows in primary key order, then read again, then decide: a lock in a joined query returns stale
joined columns after a wait.
"""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from typing import Final

from django.db import OperationalError, models, transaction


def lock[Row: models.Model](queryset: models.QuerySet[Row]) -> list[Row]:
    """Lock the rows of `queryset` until the transaction ends and return them, ordered by primary key.

    `FOR NO KEY UPDATE`: enough against every writer of ours and does not block inserts that refer to the row.

    :raises ValueError: the queryset joins other tables.
    :raises TransactionManagementError: there is no transaction to hold the lock.
    """
    if queryset.query.select_related:
        raise ValueError("lock() takes bare rows: lock first, then load with joins.")
    if not transaction.get_connection(queryset.db).in_atomic_block:
        raise transaction.TransactionManagementError("lock() needs a transaction.")
    return list(queryset.order_by("pk").select_for_update(no_key=True))


_RETRIED_SQLSTATES: Final = frozenset({"40001", "40P01", "55P03"})
_ATTEMPTS: Final = 5


def retried[**P, R](operation: Callable[P, R]) -> Callable[P, R]:
    """Run a whole transaction again, at most four times, when PostgreSQL gave it up for another one.

    Only for serialization failures, deadlocks and lock time-outs, and only outermost: inside somebody else's
    transaction the error passes through. What still fails becomes a 503 with `Retry-After`.
    """

    @functools.wraps(operation)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return operation(*args, **kwargs)
            except OperationalError as error:
                sqlstate = getattr(error.__cause__, "sqlstate", None)
                nested = transaction.get_connection().in_atomic_block
                if nested or sqlstate not in _RETRIED_SQLSTATES or attempt == _ATTEMPTS:
                    raise
                time.sleep(random.uniform(0.02, 0.2) * attempt)
        raise AssertionError("unreachable")

    return run
