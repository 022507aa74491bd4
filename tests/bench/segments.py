"""Segments over many customers: built once for everybody, then followed by looking only at who was written.

The claim is that following costs the same however many customers there are: 1,000 writes are looked at with
10,000 customers and with a million, in the same run.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from django.core.management import call_command
from django.db import connection, transaction

from commerce.models import Segment
from commerce.selectors import segments as selectors
from commerce.services import segment_following
from core.actors import Actor

NOW: Final = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
WRITES: Final = 1000
_ACTOR: Final = Actor.system("bench", channel="TASK")
_FILTERS: Final = {
    "Poles who spent 100": {
        "address.country": {"conditions": {"$is": "PL"}},
        "summary.orders.total_amount": {"conditions": {"$more_than_equal": 10_000}},
    },
    "Nothing for 60 days": {"summary.orders.last_order_date": {"conditions": {"$more_than_ago": 60}}},
    "Birthday this week": {"birthdate": {"conditions": {"$less_than_future": 7}}},
    "Gold": {"metadata.tier": {"conditions": {"$is": "gold"}}},
}
_CUSTOMERS: Final = """
INSERT INTO commerce_customer (public_id, source_id, name, email, phone, description, birthdate, city, state,
    line_1, line_2, country, postal_code, metadata, channel, orders_count, orders_total_amount,
    last_order_amount, last_order_at, redemptions_succeeded, redemptions_failed, rollbacks_succeeded,
    rollbacks_failed, former_source_id, created_at)
SELECT 'cust_bench' || n, 'bench-' || n, 'Customer ' || n, 'c' || n || '@shop.example', '', '',
    date '1950-01-01' + (n * 7 %% 20000), '', '', '', '',
    (ARRAY['PL', 'DE', 'FR', 'CZ', 'IT'])[n %% 5 + 1], '',
    jsonb_build_object('tier', (ARRAY['gold', 'silver', 'none'])[n %% 3 + 1], 'visits', n %% 40),
    'COMMAND', n %% 7, (n %% 700) * 100, 5000, %(now)s - (n %% 120) * interval '1 day', 0, 0, 0, 0, '',
    %(now)s - interval '1 year'
FROM generate_series(%(first)s, %(last)s) AS n
"""


def table(*, quick: bool, most: int = 1_000_000) -> str:
    """Two sizes in one run, as a table for the README."""
    call_command("migrate", verbosity=0, interactive=False)
    most = most // 10 if quick else most
    few = most // 100
    rows = [(size, *_measured(size)) for size in (few, most)]
    lines = [
        "| Segments | " + " | ".join(f"{size:,} customers" for size, *_ in rows) + " |",
        "|---|" + "---:|" * len(rows),
        "| 4 filters built for everybody | " + " | ".join(f"{row[1]:.2f} s" for row in rows) + " |",
        f"| {WRITES:,} customers written, looked at again | "
        + " | ".join(f"{row[2] * 1000:.0f} ms" for row in rows)
        + " |",
        "| one hour passes | " + " | ".join(f"{row[3] * 1000:.0f} ms" for row in rows) + " |",
        "| one segment counted (passive) | " + " | ".join(f"{row[4] * 1000:.0f} ms" for row in rows) + " |",
    ]
    ratio = rows[1][2] / rows[0][2]
    lines.append("")
    lines.append(
        f"Looking at {WRITES:,} writes again takes {ratio:.1f} times as long with 100 times the customers."
    )
    return "\n".join(lines) + "\n"


def _measured(size: int) -> tuple[float, float, float, float]:
    make_customers(size)
    built = _seconds(_build_all)
    drain()
    _write()
    followed = _seconds(drain)
    settled = _seconds(lambda: segment_following.settle(now=NOW.replace(hour=13)))
    counted = _seconds(lambda: selectors.matching(_FILTERS["Gold"], now=NOW).count())
    Segment.objects.all().delete()
    return built, followed, settled, counted


def make_customers(size: int) -> None:
    """Up to so many in all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM commerce_customer WHERE public_id LIKE 'cust_bench%%'")
        (there,) = cursor.fetchone()
        cursor.execute(_CUSTOMERS, {"now": NOW, "first": there + 1, "last": size})
        cursor.execute("TRUNCATE commerce_segmentrecheck")
        cursor.execute("ANALYZE commerce_customer")


def _build_all() -> None:
    for name, wire in _FILTERS.items():
        build(name, wire)


def build(name: str, wire: object) -> Segment:
    """Everything that the job does, in the same ranges, without the waits between its slices."""
    segment = Segment.objects.create(
        name=name,
        type=Segment.Type.AUTO_UPDATE,
        filter={"junction": "and", **wire},
        created_at=NOW,  # type: ignore[dict-item]
    )
    ranges = list(segment_following._ranges())
    for at, one in enumerate(ranges, 1):
        with transaction.atomic():
            segment_following.build_slice(
                [one], segment_id=segment.pk, is_last=at == len(ranges), actor=_ACTOR, now=NOW
            )
    Segment.objects.filter(pk=segment.pk).update(settled_at=NOW)
    return segment


def _write() -> None:
    """A thousand customers, spread over all, of whom about half change sides somewhere."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE commerce_customer SET country = 'PL', orders_total_amount = 20000, last_order_at = %s "
            "WHERE id IN (SELECT id FROM commerce_customer ORDER BY md5(id::text) LIMIT %s)",
            [NOW, WRITES],
        )


def drain() -> None:
    while segment_following.follow(now=NOW):
        pass


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
