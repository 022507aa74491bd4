"""All members of a programme are looked at again, because its tiers or their terms changed.

In the background, so many cards in one transaction: programmes have members by the million. Jobs of this type
work one at a time, and each card is judged by what the programme says at that moment, so that two changes in
a row end as if there had been the second one only. Contract: loyalty 10.5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from core import project
from core.actors import Actor
from core.locking import lock
from integrations.registry import Row, SliceResult
from integrations.rows import json_lines
from integrations.services import async_actions
from loyalty.models import LoyaltyCard
from loyalty.selectors import tiers as selectors
from loyalty.services import tier_moves
from promotions.models import Campaign

JOB: Final = "LOYALTY.TIERS_RECALCULATE"
CARDS_AT_ONCE: Final = 500
_RANGES: Final = """
SELECT min(voucher_id), max(voucher_id), count(*) FROM (
    SELECT voucher_id, (row_number() OVER (ORDER BY voucher_id) - 1) / %s AS part
    FROM loyalty_loyaltycard WHERE campaign_id = %s
) AS cards GROUP BY part ORDER BY part
"""


def look_again(*, campaign: Campaign, refresh: bool = False, actor: Actor, now: datetime) -> str | None:
    """Note a job that evaluates all members; returns its id, None where there is nobody.

    `refresh`: the terms changed, so that ends follow them and nobody falls.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RANGES, [CARDS_AT_ONCE, campaign.pk])
        ranges = [{"first": first, "last": last} for first, last, _ in cursor.fetchall()]
    if not ranges:
        return None
    body, count = json_lines(ranges)
    action = async_actions.create(
        type=JOB,
        body=body,
        rows_count=count,
        params={"campaign": campaign.pk, "refresh": refresh},
        actor=actor,
        now=now,
    )
    return str(action.public_id)


def evaluate_slice(
    entries: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime
) -> SliceResult:
    """Each row is a range of cards."""
    day = project.day_of(now)
    for entry in entries:
        cards = lock(
            LoyaltyCard._base_manager.filter(
                campaign=params["campaign"],
                voucher__gte=entry.value["first"],
                voucher__lte=entry.value["last"],
            )
        )
        tier_moves.evaluate_all(
            cards,
            ladder=selectors.ladder(params["campaign"]),
            cause=tier_moves.STRUCTURE,
            day=day,
            refresh=bool(params.get("refresh")),
            now=now,
        )
    return SliceResult(done=len(entries))
