"""How far a file is, for people to see while it is written.

A file is written in one transaction, so that nobody sees half of it; how many rows it has by now is said over
a connection beside, which is opened only for files that take longer than a moment.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from integrations.models import Export

logger = logging.getLogger(__name__)

_FIRST_AFTER: Final = 2.0
_EVERY: Final = 1.0


@contextmanager
def told(export: Export) -> Iterator[Callable[[int], None]]:
    """A function to call with the number of rows, as often as one likes."""
    beside: BaseDatabaseWrapper | None = None
    next_at = time.monotonic() + _FIRST_AFTER

    def tell(rows_count: int) -> None:
        nonlocal beside, next_at
        if time.monotonic() < next_at:
            return
        next_at = time.monotonic() + _EVERY
        try:
            beside = beside or connection.copy()
            with beside.cursor() as cursor:
                cursor.execute(
                    "UPDATE integrations_export SET rows_count = %s WHERE id = %s", [rows_count, export.pk]
                )
        except Error:
            # The file is what counts.
            logger.warning("could not say how far export %s is", export.public_id)

    try:
        yield tell
    finally:
        if beside is not None:
            beside.close()
