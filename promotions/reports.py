"""Numbers about promotions for people. Redeemed means: succeeded and not taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import (
    BigIntegerField,
    Count,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from commerce.models import Order
from promotions import last_run
from promotions.models import Campaign, Redemption

_SUCCEEDED: Final = Q(status=Redemption.Status.SUCCEEDED)
_FAILED: Final = Q(status=Redemption.Status.FAILED)


@dataclass(frozen=True, kw_only=True)
class Totals:
    """`discount` and `revenue` in minor units; `revenue` is what the orders with a promotion came to."""

    redemptions: int = 0
    refusals: int = 0
    discount: int = 0
    orders: int = 0
    revenue: int = 0


@dataclass(frozen=True, kw_only=True)
class Day:
    date: date
    redemptions: int = 0
    discount: int = 0


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """A campaign starts or ends `at`."""

    campaign: Campaign
    at: datetime
    is_start: bool


def parts() -> QuerySet[Redemption]:
    """One row for each redeemable: requests with several have a parent row, which is not counted."""
    return Redemption.objects.exclude(related_object_type=Redemption.RelatedObject.REDEMPTION)


def totals(*, since: datetime, until: datetime) -> Totals:
    """A half-open period, in two queries."""
    rows = parts().filter(redeemed_at__gte=since, redeemed_at__lt=until)
    sums = rows.aggregate(
        redemptions=Count("pk", filter=_SUCCEEDED),
        refusals=Count("pk", filter=_FAILED),
        discount=Coalesce(Sum("discount_amount", filter=_SUCCEEDED), 0, output_field=BigIntegerField()),
    )
    orders = Order.objects.filter(pk__in=rows.filter(_SUCCEEDED, order__isnull=False).values("order"))
    money = orders.aggregate(
        orders=Count("pk"), revenue=Coalesce(Sum("total_amount"), 0, output_field=BigIntegerField())
    )
    return Totals(**sums, **money)


def by_day(*, last_day: date, days: int) -> list[Day]:
    """One entry for each day of the current time zone, also those on which nothing happened."""
    first = last_day - timedelta(days=days - 1)
    zone = timezone.get_current_timezone()
    since = datetime.combine(first, datetime.min.time(), zone)
    until = datetime.combine(last_day + timedelta(days=1), datetime.min.time(), zone)
    rows = (
        parts()
        .filter(_SUCCEEDED, redeemed_at__gte=since, redeemed_at__lt=until)
        .annotate(day=TruncDate("redeemed_at"))
        .values("day")
        .annotate(number=Count("pk"), discount=Sum("discount_amount"))
        .order_by("day")
    )
    found = {row["day"]: row for row in rows}
    empty: dict[str, Any] = {"number": 0, "discount": 0}
    dates = [first + timedelta(days=ahead) for ahead in range(days)]
    return [
        Day(
            date=day,
            redemptions=found.get(day, empty)["number"],
            discount=found.get(day, empty)["discount"],
        )
        for day in dates
    ]


def refusals(*, since: datetime, most: int = 6) -> list[tuple[str, int]]:
    """Failure codes with their number, most frequent first."""
    rows = (
        parts()
        .filter(_FAILED, redeemed_at__gte=since)
        .values("failure_code")
        .annotate(number=Count("pk"))
        .order_by("-number", "failure_code")
    )
    return [(row["failure_code"], row["number"]) for row in rows[:most]]


def latest(*, most: int = 10) -> list[Redemption]:
    """The newest attempts, with what a sentence about them needs."""
    related = ("voucher", "promotion_tier", "campaign", "customer", "order")
    return list(parts().select_related(*related).order_by("-redeemed_at", "-pk")[:most])


def running(*, now: datetime) -> QuerySet[Campaign]:
    """Campaigns that can be redeemed now, as far as dates and switches say."""
    return Campaign.objects.filter(
        Q(starts_at=None) | Q(starts_at__lte=now), Q(ends_at=None) | Q(ends_at__gt=now)
    ).filter(is_active=True, deleted_at=None)


def milestones(*, since: datetime, until: datetime, most: int = 8) -> list[Milestone]:
    """Which enabled campaigns start or end in a period, soonest first."""
    rows = Campaign.objects.filter(
        Q(starts_at__gte=since, starts_at__lt=until) | Q(ends_at__gte=since, ends_at__lt=until),
        is_active=True,
        deleted_at=None,
    ).order_by("pk")[: most * 4]
    found = [
        Milestone(campaign=campaign, at=at, is_start=is_start)
        for campaign in rows
        for at, is_start in ((campaign.starts_at, True), (campaign.ends_at, False))
        if at is not None and since <= at < until
    ]
    return sorted(found, key=lambda milestone: (milestone.at, milestone.campaign.pk))[:most]


def with_results(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """Campaigns with `redeemed` and `discount_given`, in the same query."""
    rows = parts().filter(_SUCCEEDED, campaign=OuterRef("pk")).order_by().values("campaign")
    return campaigns.annotate(
        redeemed=Coalesce(Subquery(rows.annotate(x=Count("pk")).values("x"), output_field=IntegerField()), 0),
        discount_given=Coalesce(
            Subquery(rows.annotate(x=Sum("discount_amount")).values("x"), output_field=BigIntegerField()), 0
        ),
    )


def of_campaign(campaign: Campaign) -> Totals:
    """All that a campaign did so far."""
    rows = parts().filter(campaign=campaign)
    sums = rows.aggregate(
        redemptions=Count("pk", filter=_SUCCEEDED),
        refusals=Count("pk", filter=_FAILED),
        discount=Coalesce(Sum("discount_amount", filter=_SUCCEEDED), 0, output_field=BigIntegerField()),
    )
    orders = Order.objects.filter(pk__in=rows.filter(_SUCCEEDED, order__isnull=False).values("order"))
    money = orders.aggregate(
        orders=Count("pk"), revenue=Coalesce(Sum("total_amount"), 0, output_field=BigIntegerField())
    )
    return Totals(**sums, **money)


def proofs(now: datetime) -> Iterator[GaugeMetricFamily]:
    """`fanfare_reconciliation_ok`: the last reconciliation found nothing; its age is a heartbeat's."""
    last = last_run.read()
    is_ok = last is None or last.is_clean
    yield GaugeMetricFamily(
        "fanfare_reconciliation_ok", "1: counters said what their rows say.", value=int(is_ok)
    )
