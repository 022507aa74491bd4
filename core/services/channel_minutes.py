"""What channels were answered, minute by minute: added to by every web process, forgotten after two days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from django.db import connection

from core.latency import PLACES
from core.models import ChannelMinute

type Cell = tuple[int, str, str]
"""The minute (counted from 1970), the key's id, and the kind of work."""

_PRUNED_AT_ONCE: Final = 5_000
_MINUTE: Final = 60


@dataclass(slots=True)
class Counts:
    """Of one cell. `slowest` in milliseconds."""

    calls: int = 0
    refused: int = 0
    client_errors: int = 0
    server_errors: int = 0
    slowest: int = 0
    took: list[int] = field(default_factory=lambda: [0] * PLACES)

    def add(self, other: Counts) -> None:
        self.calls += other.calls
        self.refused += other.refused
        self.client_errors += other.client_errors
        self.server_errors += other.server_errors
        self.slowest = max(self.slowest, other.slowest)
        self.took = [one + more for one, more in zip(self.took, other.took, strict=True)]


def add(counted: Mapping[Cell, Counts]) -> None:
    """Add what one process counted, in one statement; in one order for all, so that none waits in a ring."""
    rows = [
        (
            datetime.fromtimestamp(minute * _MINUTE, UTC),
            app_id,
            work,
            counts.calls,
            counts.refused,
            counts.client_errors,
            counts.server_errors,
            counts.slowest,
            "{" + ",".join(map(str, counts.took)) + "}",
        )
        for (minute, app_id, work), counts in sorted(counted.items())
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [list(column) for column in zip(*rows, strict=True)])


def prune(*, before: datetime) -> int:
    """Forget a batch of minutes before that instant; returns how many went."""
    old = ChannelMinute.objects.filter(minute__lt=before).order_by("minute").values("pk")[:_PRUNED_AT_ONCE]
    forgotten, _ = ChannelMinute.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return forgotten


_ADD: Final = """
INSERT INTO core_channelminute AS had
    (minute, app_id, work, calls, refused, client_errors, server_errors, slowest, took)
SELECT minute, app_id, work, calls, refused, client_errors, server_errors, slowest, took::integer[]
FROM unnest(
    %s::timestamptz[], %s::text[], %s::text[], %s::integer[], %s::integer[], %s::integer[], %s::integer[],
    %s::integer[], %s::text[]
) AS added(minute, app_id, work, calls, refused, client_errors, server_errors, slowest, took)
ON CONFLICT (minute, app_id, work) DO UPDATE SET
    calls = had.calls + excluded.calls,
    refused = had.refused + excluded.refused,
    client_errors = had.client_errors + excluded.client_errors,
    server_errors = had.server_errors + excluded.server_errors,
    slowest = greatest(had.slowest, excluded.slowest),
    took = ARRAY(
        SELECT one + more FROM unnest(had.took, excluded.took) WITH ORDINALITY AS pair(one, more, place)
        ORDER BY place
    )
"""
