"""Row locks, taken in one fixed way.

Lock bare rows in primary key order, then read again, then decide: a lock in a joined query returns stale
joined columns after a wait.
"""

from __future__ import annotations

from typing import TypeVar

from django.db import models, transaction

Row = TypeVar("Row", bound=models.Model)


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
