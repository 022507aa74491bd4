"""What has changed in the catalogue since somebody last looked: no committed change is ever missed.

Numbers are handed out before their transactions commit, so "everything above the last number" would lose
those that commit late. A reader remembers instead below which transaction everything was settled when
it looked (`pg_snapshot_xmin`), and next time asks for every change from there on. It sees some
changes again; it knows them by their key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection

from promotions.models import CatalogueChange

NEVER: Final = 2**64 - 1
"""A transaction that never comes: `read(since=NEVER)` says where to start and returns no changes."""

_FATAL: Final = frozenset({CatalogueChange.Kind.PRUNED.value, CatalogueChange.Kind.EVERYTHING.value})
# One cheap statement: the changes come from an index, and mostly there are none.
_SQL: Final = """
SELECT pg_snapshot_xmin(seen.at)::text, pg_current_xact_id_if_assigned()::text,
       change.id, change.kind, change.object_id, change.xid::text
FROM (SELECT pg_current_snapshot() AS at) AS seen
LEFT JOIN promotions_cataloguechange AS change ON change.xid >= %s::xid8
"""


@dataclass(frozen=True, slots=True)
class Change:
    id: int
    kind: str
    object_id: int
    xid: int

    @property
    def is_fatal(self) -> bool:
        """Changes were pruned that the reader has not seen, or a table was emptied: start anew."""
        return self.kind in _FATAL


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """`settled`: where the next reading starts. `own`: the transaction of this connection, if it wrote."""

    settled: int
    own: int | None
    changes: tuple[Change, ...]


def read(*, since: int) -> Reading:
    """Every visible change of transactions from `since` on (one query)."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [str(since)])
        rows = cursor.fetchall()
    settled, own = rows[0][:2]
    return Reading(
        settled=int(settled),
        own=None if own is None else int(own),
        changes=tuple(
            Change(id=row[2], kind=row[3], object_id=row[4], xid=int(row[5]))
            for row in rows
            if row[2] is not None
        ),
    )
