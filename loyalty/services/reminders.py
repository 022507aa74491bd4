"""Holders are told once that points of a lot end soon. Ours; the programme says how many days before.

Distributions write to customers on that event (`promotions.models.Distribution.Trigger.POINTS_ENDING`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from core import events, project
from core.actors import Actor
from core.locking import lock, retried
from loyalty.models import LoyaltyCard, PointsLot
from loyalty.services.telling import apart
from promotions.models import Campaign, Voucher

ENDING: Final = "voucher.loyalty_card.points_expiring_soon"
LONGEST: Final = 365
LOTS_AT_ONCE: Final = 500
_ACTOR: Final = Actor.system("loyalty", channel="TASK")


def days_before(loyalty: Mapping[str, Any] | None) -> int | None:
    """How many days before the end a programme reminds; None: never."""
    days = (loyalty or {}).get("reminder_days")
    if not isinstance(days, int) or isinstance(days, bool):
        return None
    return days if 1 <= days <= LONGEST else None


def remind(*, now: datetime) -> int:
    """The next lots of all programmes whose holders are to be told; how many."""
    told = 0
    programmes = Campaign._base_manager.filter(
        campaign_type=Campaign.CampaignType.LOYALTY_PROGRAM, deleted_at=None, is_active=True
    )
    for pk, loyalty in programmes.order_by("pk").values_list("pk", "loyalty"):
        days = days_before(loyalty)
        if days is not None:
            told += _remind(campaign_id=pk, days=days, now=now)
    return told


@retried
@transaction.atomic
def _remind(*, campaign_id: int, days: int, now: datetime) -> int:
    """Lots that end today or within so many days. Cards are locked first, as by whoever moves points."""
    today = project.day_of(now)
    due = PointsLot._base_manager.filter(
        campaign=campaign_id,
        expires_on__range=(today, today + timedelta(days=days)),
        remaining__gt=0,
        reminded_at=None,
    )
    found = list(due.order_by("expires_on", "pk").values_list("pk", "card")[:LOTS_AT_ONCE])
    if not found:
        return 0
    lock(LoyaltyCard._base_manager.filter(pk__in={card for _, card in found}))
    lots = list(due.filter(pk__in=[pk for pk, _ in found]).order_by("pk"))
    PointsLot._base_manager.filter(pk__in=[lot.pk for lot in lots]).update(reminded_at=now)
    rows = Voucher._base_manager.filter(pk__in={lot.card_id for lot in lots}, holder__isnull=False)
    vouchers = {row.pk: row for row in rows.select_related("holder", "campaign")}
    said = [
        (vouchers[lot.card_id], _payload(vouchers[lot.card_id], lot))
        for lot in lots
        if lot.card_id in vouchers
    ]
    for part in apart(said):
        events.emit_all(ENDING, entities=part, actor=_ACTOR, now=now)
    return len(found)


def _payload(voucher: Voucher, lot: PointsLot) -> dict[str, Any]:
    assert voucher.holder is not None  # noqa: S101 - only those that somebody holds
    assert voucher.campaign is not None  # noqa: S101 - a card is of a programme
    assert lot.expires_on is not None  # noqa: S101 - its end is in the days asked for
    return {
        "voucher_id": voucher.public_id,
        "campaign_id": voucher.campaign.public_id,
        "customer_id": voucher.holder.public_id,
        "campaign": voucher.campaign.name,
        "code": voucher.code,
        "points": lot.remaining,
        "expires_on": lot.expires_on.isoformat(),
    }
