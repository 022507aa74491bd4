"""What will end when: points that nobody spends until their last day, month by month."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from loyalty import expiry
from loyalty.models import PointsLot


@dataclass(frozen=True, kw_only=True)
class Ending:
    """So many points of so many cards end in the month of which `month` is the first day."""

    month: date
    points: int = 0
    cards: int = 0


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """`months` are this one and the next, without gaps; `later` are points that end after them, `never` those
    that stay.
    """

    months: tuple[Ending, ...]
    later: int
    never: int


def forecast(campaign_ids: Collection[int], *, today: date, months: int = 12) -> Forecast:
    """What ends if nobody earns or spends any more; one query, answered by an index of what is there.

    What should have ended already counts for this month: the next night takes it.
    """
    rows = (
        PointsLot.objects.filter(campaign__in=campaign_ids, remaining__gt=0)
        .annotate(month=TruncMonth("expires_on"))
        .values_list("month")
        .annotate(points=Sum("remaining"), cards=Count("card", distinct=True))
    )
    first = today.replace(day=1)
    ahead = {month: Ending(month=month) for month in (expiry.add_months(first, at) for at in range(months))}
    later = never = 0
    for month, points, cards in rows:
        if month is None:
            never += points
        elif (key := max(month, first)) in ahead:
            before = ahead[key]
            ahead[key] = Ending(month=key, points=before.points + points, cards=before.cards + cards)
        else:
            later += points
    return Forecast(months=tuple(ahead.values()), later=later, never=never)
