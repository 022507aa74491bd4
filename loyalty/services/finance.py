"""What finance enters about points. Nothing here changes what members have or may do."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from core import audit
from core.actors import Actor
from core.errors import InvalidPayload, MissingPermission, NotFound
from core.locking import lock
from loyalty.models import PointsWorth
from promotions.models import Campaign

PERMISSION: Final = "finance.modify"
LARGEST: Final = 10**12


@transaction.atomic
def set_worth(*, campaign_id: int, points: int, amount: int, actor: Actor, now: datetime) -> PointsWorth:
    """Say that so many `points` of a programme are worth `amount` minor units, from now on in all figures.

    :raises InvalidPayload: it is no loyalty programme, or a number is out of range.
    :raises MissingPermission: the actor may not.
    :raises NotFound: there is no such campaign.
    """
    _refuse_stranger(actor)
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound.of("campaign", str(campaign_id))
    if campaign.campaign_type != Campaign.CampaignType.LOYALTY_PROGRAM:
        raise InvalidPayload("Only loyalty programmes have points.")
    if not (1 <= points <= LARGEST and 0 <= amount <= LARGEST):
        raise InvalidPayload(f"From 1 point and no money up to {LARGEST:,} of each.")
    before = _terms(PointsWorth.objects.filter(campaign=campaign).first())
    row, _ = PointsWorth.objects.update_or_create(
        campaign=campaign, defaults={"points": points, "amount": amount, "updated_at": now}
    )
    old, new = audit.changes(before, _terms(row))
    if new:
        audit.log(actor, "points_worth.updated", campaign, now=now, before=old, after=new)
    return row


@transaction.atomic
def forget_worth(*, campaign_id: int, actor: Actor, now: datetime) -> None:
    """Points of the programme have no worth of their own any more.

    :raises MissingPermission: the actor may not. :raises NotFound: nobody had said one.
    """
    _refuse_stranger(actor)
    rows = lock(PointsWorth.objects.filter(campaign=campaign_id))
    if not rows:
        raise NotFound.of("points_worth", str(campaign_id))
    (row,) = rows
    audit.log(actor, "points_worth.deleted", row.campaign, now=now, before=_terms(row))
    row.delete()


def _refuse_stranger(actor: Actor) -> None:
    if not actor.may(PERMISSION):
        raise MissingPermission(f"The permission {PERMISSION} is needed.")


def _terms(row: PointsWorth | None) -> dict[str, Any]:
    return {} if row is None else {"points": row.points, "amount": row.amount}
