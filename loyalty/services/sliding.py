"""Points that live by the last activity: each activity gives them new life. Ours (`INACTIVITY`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import F

from loyalty import expiry
from loyalty.models import LoyaltyCard, PointsLot


def slide(card: LoyaltyCard, *, rules: Mapping[str, Any] | None, day: date) -> dict[int, int]:
    """Move the lot that ends so long after the former activity to where `day` puts it.

    `rules` are the programme's. The card is locked; whoever calls sets its `last_activity_on`. Where a lot of
    the new day is there already the points go over into it: returned as points by primary key of the lots,
    for the movements of whatever the activity was.
    """
    former = card.last_activity_on
    if rules is None or not expiry.slides(rules) or former is None or former >= day:
        return {}
    old, new = expiry.expires_on(rules, former), expiry.expires_on(rules, day)
    if old == new:
        return {}
    rows = PointsLot._base_manager.filter(card=card)
    lots = {lot.expires_on: lot for lot in rows.filter(expires_on__in=[old, new])}
    ending, there = lots.get(old), lots.get(new)
    if ending is None or ending.remaining == 0:
        return {}
    if there is None:
        rows.filter(pk=ending.pk).update(expires_on=new, reminded_at=None)
        return {}
    points = ending.remaining
    rows.filter(pk=ending.pk).update(remaining=0)
    rows.filter(pk=there.pk).update(earned=F("earned") + points, remaining=F("remaining") + points)
    return {ending.pk: -points, there.pk: points}
