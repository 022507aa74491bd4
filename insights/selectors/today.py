"""Today up to this very moment, and the same weekday a week ago up to the same time.

Hours that are over are read from the metrics, the running one from the redemptions themselves: exact to the
second, at a cost that does not grow with the day. Metrics that are behind (no worker, a history that is still
being counted) are not believed: then all of it is read from the redemptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import Final

from django.db.models import BigIntegerField, Count, Q, Sum
from django.db.models.functions import Coalesce, TruncHour

from commerce.models import Order
from core import project
from insights.selectors import metrics
from promotions import reports
from promotions.models import Redemption, Voucher

BELIEVED_FOR: Final = timedelta(minutes=10)
_WEEK: Final = timedelta(days=7)
_DONE: Final = Q(status=Redemption.Status.SUCCEEDED)
_REFUSED: Final = Q(status=Redemption.Status.FAILED)
_GIFT: Final = Q(voucher__type=Voucher.Type.GIFT_VOUCHER)


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Amounts in minor units. `cost`: discounts; what gift cards paid is money, not cost."""

    redemptions: int = 0
    refusals: int = 0
    cost: int = 0
    revenue: int = 0

    def __add__(self, other: Numbers) -> Numbers:
        return Numbers(
            **{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        )


@dataclass(frozen=True, kw_only=True)
class Today:
    """`hours`: redemptions by the hour of the clock, 24 of them; `last_week` of the whole day a week ago."""

    now: Numbers
    then: Numbers
    hour: int
    hours: list[int]
    last_week: list[int]
    by_campaign: Mapping[int, Numbers]


def today(*, now: datetime) -> Today:
    zone = project.current().zone
    local = now.astimezone(zone)
    began = datetime.combine(local.date(), time.min, zone)
    began_then = datetime.combine(local.date() - _WEEK, time.min, zone)
    then = datetime.combine(local.date() - _WEEK, local.time(), zone)
    ended_then = datetime.combine(local.date() - _WEEK + timedelta(days=1), time.min, zone)
    believed = _are_believed(now)
    return Today(
        now=_numbers(began, now, believed),
        then=_numbers(began_then, then, believed),
        hour=local.hour,
        hours=_by_hour(began, now, believed),
        last_week=_by_hour(began_then, ended_then, believed),
        by_campaign=_by_campaign(began, now, believed),
    )


def refusals(*, since: datetime, now: datetime, most: int) -> list[tuple[str, int]]:
    """Failure codes with their number, most frequent first."""
    if _are_believed(now):
        return metrics.refusals(since=since, until=now, most=most)
    return reports.refusals(since=since, most=most)


def _are_believed(now: datetime) -> bool:
    progress = metrics.progress()
    lag = progress.lag(now)
    return not progress.is_counting_history and lag is not None and lag <= BELIEVED_FOR


def _split(since: datetime, until: datetime, believed: bool) -> datetime:
    """Up to here from the metrics, from here on from the redemptions."""
    return max(since, metrics.hour_of(until)) if believed else since


def _numbers(since: datetime, until: datetime, believed: bool) -> Numbers:
    cut = _split(since, until, believed)
    counted = Numbers()
    if cut > since:
        found = metrics.totals(since=since, until=cut)
        counted = Numbers(
            redemptions=found.redemptions,
            refusals=found.refusals,
            cost=found.discount_amount,
            revenue=found.revenue_amount,
        )
    rows = reports.parts().filter(redeemed_at__gte=cut, redeemed_at__lt=until)
    sums = rows.aggregate(
        redemptions=Count("pk", filter=_DONE),
        refusals=Count("pk", filter=_REFUSED),
        cost=_sum("discount_amount", _DONE & ~_GIFT),
    )
    orders = Order.objects.filter(pk__in=rows.filter(_DONE, order__isnull=False).values("order"))
    revenue = orders.aggregate(revenue=_sum("total_amount"))
    return counted + Numbers(**sums, **revenue)


def _by_campaign(since: datetime, until: datetime, believed: bool) -> dict[int, Numbers]:
    cut = _split(since, until, believed)
    counted = metrics.totals_by_campaign(since=since, until=cut) if cut > since else {}
    found = {
        pk: Numbers(redemptions=sums.redemptions, refusals=sums.refusals, cost=sums.discount_amount)
        for pk, sums in counted.items()
    }
    rows = (
        reports.parts()
        .filter(redeemed_at__gte=cut, redeemed_at__lt=until, campaign__isnull=False)
        .order_by()
        .values("campaign")
        .annotate(
            done=Count("pk", filter=_DONE),
            refused=Count("pk", filter=_REFUSED),
            cost=_sum("discount_amount", _DONE & ~_GIFT),
        )
    )
    for row in rows:
        more = Numbers(redemptions=row["done"], refusals=row["refused"], cost=row["cost"])
        found[row["campaign"]] = found.get(row["campaign"], Numbers()) + more
    return found


def _by_hour(since: datetime, until: datetime, believed: bool) -> list[int]:
    """By the hour that the clock shows: an hour that comes twice a year counts together."""
    zone = since.tzinfo
    found = [0] * 24
    cut = _split(since, until, believed)
    if cut > since:
        for point in metrics.by_hour(since=since, until=cut):
            found[point.at.astimezone(zone).hour] += point.totals.redemptions
    rows = (
        reports.parts()
        .filter(_DONE, redeemed_at__gte=cut, redeemed_at__lt=until)
        .order_by()
        .annotate(hour=TruncHour("redeemed_at", tzinfo=zone))
        .values("hour")
        .annotate(number=Count("pk"))
    )
    for row in rows:
        found[row["hour"].astimezone(zone).hour] += row["number"]
    return found


def _sum(column: str, rows: Q | None = None) -> Coalesce:
    return Coalesce(Sum(column, filter=rows), 0, output_field=BigIntegerField())
