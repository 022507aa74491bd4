"""Metrics follow what happens: events of the outbox say whose figures are looked up anew.

A pass reads committed events that were not read yet, works out anew what the redemptions concerned add, and
notes which events it read, all in one transaction. What was added before is taken off first, so that counting
something twice changes nothing; a crash leaves the pass before it. Nobody who redeems waits or writes for it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from core import project
from core.locking import retried
from insights.selectors import metric_definitions as definitions
from insights.services import metric_progress
from insights.services.metric_progress import BATCH

MOST_BATCHES: Final = 40
MOST_OF_A_PASS: Final = MOST_BATCHES * BATCH
"""Who counted so much has left something for another pass."""

_NOTED_EVERY: Final = timedelta(seconds=30)
# Beside what is named: all that was redeemed on the same orders, what counts their customers now, and what
# would count a customer next where one of his was taken back.
_CONCERNED: Final = """
WITH named AS (
    SELECT id, order_id, customer_id, campaign_id, status FROM promotions_redemption
    WHERE public_id = ANY(%(redemptions)s) OR id = ANY(%(ids)s)
), ordered AS (
    SELECT id, customer_id FROM commerce_order WHERE public_id = ANY(%(orders)s)
), changed AS (
    SELECT id, customer_id, campaign_id, status FROM named
    UNION
    SELECT id, customer_id, campaign_id, status FROM promotions_redemption
    WHERE order_id IN (SELECT order_id FROM named UNION SELECT id FROM ordered)
), undone AS (
    -- What is counted says of some of them that they stand: they were taken back together.
    SELECT id FROM changed WHERE status = 'ROLLED_BACK'
), shopper AS (
    SELECT customer_id FROM changed UNION SELECT customer_id FROM ordered
)
SELECT id FROM changed
UNION
SELECT counted.redemption_id FROM insights_countedredemption AS counted
WHERE counted.customer_id IN (SELECT customer_id FROM shopper)
  AND (counted.customer_is <> '' OR counted.customer_is_at_all <> '')
UNION
SELECT next.redemption_id FROM changed CROSS JOIN LATERAL (
    (SELECT counted.redemption_id FROM insights_countedredemption AS counted
     WHERE counted.customer_id = changed.customer_id AND counted.status = 'SUCCEEDED'
       AND counted.campaign_id = changed.campaign_id AND counted.redemption_id NOT IN (SELECT id FROM undone)
     ORDER BY counted.redeemed_at, counted.redemption_id LIMIT 1)
    UNION ALL
    (SELECT counted.redemption_id FROM insights_countedredemption AS counted
     WHERE counted.customer_id = changed.customer_id AND counted.status = 'SUCCEEDED'
       AND counted.redemption_id NOT IN (SELECT id FROM undone)
     ORDER BY counted.redeemed_at, counted.redemption_id LIMIT 1)
) AS next
WHERE changed.status = 'ROLLED_BACK'
"""
_OF_THESE: Final = "one.redemption_id = ANY(%(ids)s)"
_ADDING: Final = (
    definitions.adding(
        "insights_metrichour",
        definitions.KEYS,
        definitions.MEASURES,
        definitions.HOURS.format(where=_OF_THESE),
    ),
    definitions.adding(
        "insights_refusalhour",
        (*definitions.KEYS, "failure_code"),
        ("refusals",),
        definitions.REFUSALS.format(where=_OF_THESE),
    ),
)


def follow(*, now: datetime) -> int:
    """Count all that has happened since the last pass; returns how many events and past redemptions it read.

    Bounded: what is more than some ten thousand is left to the next pass. While somebody else is at it
    nothing is done.
    """
    total = 0
    for _ in range(MOST_BATCHES):
        read = _one_batch(now)
        total += read or 0
        if read is None or read < BATCH:
            break
    return total


@retried
@transaction.atomic
def _one_batch(now: datetime) -> int | None:
    progress = metric_progress.held(skip_locked=True)
    if progress is None or not metric_progress.is_begun(progress):
        return None
    # Looked at before reading: then whatever is settled is among what is read.
    is_reached = metric_progress.is_reached(progress)
    seen = metric_progress.unseen(progress)
    past = metric_progress.past(progress) if len(seen.ids) < BATCH else []
    count(redemptions=seen.redemptions, orders=seen.orders, ids=past)
    read = len(seen.ids) + len(past)
    if is_reached and len(seen.ids) < BATCH:
        progress.settled_id = progress.marked_id
        metric_progress.mark(progress)
    if read or progress.counted_at is None or now - progress.counted_at >= _NOTED_EVERY:
        progress.seen = metric_progress.seen_with(progress, seen.ids)
        progress.counted_at = now if read < BATCH else progress.counted_at
        progress.save(update_fields=metric_progress.COLUMNS)
    return read


def count(
    *, redemptions: Collection[str] = (), orders: Collection[str] = (), ids: Collection[int] = ()
) -> list[int]:
    """Work out anew what these attempts and orders add; returns the attempts concerned.

    The caller holds the progress row. `redemptions` and `orders` are ids of the wire.
    """
    if not (redemptions or orders or ids):
        return []
    settings = project.current()
    with connection.cursor() as cursor:
        cursor.execute(
            _CONCERNED, {"redemptions": list(redemptions), "orders": list(orders), "ids": list(ids)}
        )
        concerned = sorted(pk for (pk,) in cursor.fetchall())
        if not concerned:
            return []
        values: dict[str, Any] = {
            "ids": concerned,
            "zone": settings.time_zone,
            "cost_field": settings.cost_field,
        }
        for statement in _ADDING:
            cursor.execute(statement, {**values, "sign": -1})
        cursor.execute(definitions.FACTS, values)
        cursor.execute(definitions.FIRSTS, values)
        for statement in _ADDING:
            cursor.execute(statement, {**values, "sign": 1})
    return concerned
