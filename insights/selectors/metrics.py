"""Metrics for people: of one campaign or of everything, in a period, by hour, day, channel and store.

Read from rows of hours (`MetricHour`), so that the cost goes by the length of the period, not by how much was
redeemed. Periods are half-open; a bound within an hour takes its whole hour. None for a campaign: everything
together, each order and customer once. Who is limited to places sees his campaigns only, added up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Max, Min, Model, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Trunc, TruncDate

from core import places, project
from insights.figures import Point, Progress, Share, Totals, Usual
from insights.models import MetricHour, MetricProgress, RefusalHour
from promotions.models import Campaign, ValidationTally
from promotions.models.reach import campaigns

_HOUR: Final = timedelta(hours=1)
_WEEK: Final = timedelta(days=7)


_SUMS: Final = tuple(one.name for one in fields(Totals) if "validations" not in one.name)


def totals(
    *, campaign: Campaign | None = None, since: datetime | None = None, until: datetime | None = None
) -> Totals:
    """In two queries, whatever was redeemed."""
    sums = _hours(campaign, since, until).aggregate(**_summed())
    return _totals(sums) + _validated(_tallies(campaign, since, until).aggregate(**_VALIDATED))


def totals_by_campaign(*, since: datetime, until: datetime) -> dict[int, Totals]:
    """By primary keys of the campaigns in which something was attempted (one query)."""
    limit = places.limit()
    rows = MetricHour.objects.filter(campaign__isnull=False)
    rows = _of(rows if limit is None else rows.filter(campaign__in=campaigns(limit)), since, until)
    return {row["campaign_id"]: _totals(row) for row in rows.values("campaign_id").annotate(**_summed())}


def by_hour(*, campaign: Campaign | None = None, since: datetime, until: datetime) -> list[Point]:
    """Every hour of the period, also those in which nothing happened."""
    rows = _hours(campaign, since, until).values("hour").annotate(**_summed())
    found = {row["hour"]: _totals(row) for row in rows}
    all_hours = sorted({*found, *hours(since, until)})
    return [Point(at=hour, totals=found.get(hour, Totals())) for hour in all_hours]


def by_day(*, campaign: Campaign | None = None, since: datetime, until: datetime) -> list[Point]:
    """Every day of the project, by its midnight, also those on which nothing happened; with validations."""
    zone = project.current().zone
    rows = _hours(campaign, since, until).annotate(day=TruncDate("hour", tzinfo=zone)).values("day")
    found = {row["day"]: _totals(row) for row in rows.annotate(**_summed())}
    for tally in _tallies(campaign, since, until).values("day").annotate(**_VALIDATED):
        found[tally["day"]] = found.get(tally["day"], Totals()) + _validated(tally)
    return [Point(at=_midnight(day, zone), totals=found.get(day, Totals())) for day in days(since, until)]


def by_channel(
    *, campaign: Campaign | None = None, since: datetime | None = None, until: datetime | None = None
) -> list[Share]:
    """Most attempts first. A channel is an API key by its id, or a door of the house (ADMIN, TASK …)."""
    return _shares("channel", campaign, since, until)


def by_store(
    *, campaign: Campaign | None = None, since: datetime | None = None, until: datetime | None = None
) -> list[Share]:
    """Most attempts first; stores by their codes."""
    return _shares("store", campaign, since, until)


def by_time_and_place(
    *, campaign: Campaign | None = None, since: datetime, until: datetime, is_hourly: bool
) -> list[tuple[datetime, str, str, Totals]]:
    """Hours or days of the project by their beginning, with channel and store; where something happened."""
    zone = project.current().zone
    by = Trunc("hour", "hour" if is_hourly else "day", tzinfo=zone)
    rows = _hours(campaign, since, until).annotate(at=by).values("at", "channel", "store")
    found = rows.annotate(**_summed()).order_by("at", "channel", "store")
    return [(row["at"], row["channel"], row["store"], _totals(row)) for row in found]


def refusals(
    *,
    campaign: Campaign | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    most: int | None = None,
) -> list[tuple[str, int]]:
    """Failure codes with their number, most frequent first."""
    rows = _scoped(RefusalHour.objects.all(), campaign)
    found = (
        _of(rows, since, until)
        .values("failure_code")
        .annotate(number=Sum("refusals"))
        .filter(number__gt=0)
        .order_by("-number", "failure_code")
    )
    return [(row["failure_code"], row["number"]) for row in found[:most]]


def usual(*, campaign: Campaign | None = None, since: datetime, until: datetime, weeks: int = 4) -> Usual:
    """The same hours, on the clock of the project, of as many weeks before."""
    first = _hours(campaign, None, None).aggregate(first=Min("hour"))["first"]
    spans = [span for span in _weeks_before(since, until, weeks) if first is not None and span[0] >= first]
    return Usual(weeks=[_totals(_hours(campaign, *span).aggregate(**_summed())) for span in spans])


def usual_by_campaign(*, since: datetime, until: datetime, weeks: int = 4) -> dict[int, Usual]:
    """The same of all campaigns, by primary key, in one query more than there are weeks."""
    first = MetricHour.objects.filter(campaign=OuterRef("pk")).order_by("hour").values("hour")[:1]
    known = Campaign.objects.annotate(first_hour=Subquery(first)).filter(first_hour__isnull=False)
    spans = _weeks_before(since, until, weeks)
    found = [(span, totals_by_campaign(since=span[0], until=span[1])) for span in spans]
    return {
        pk: Usual(weeks=[sums.get(pk, Totals()) for span, sums in found if span[0] >= first_hour])
        for pk, first_hour in known.values_list("pk", "first_hour")
    }


def last_attempt_hour(*, campaign: Campaign) -> datetime | None:
    """The beginning of the last hour in which somebody tried to use the campaign."""
    found: datetime | None = _hours(campaign, None, None).aggregate(last=Max("hour"))["last"]
    return found


def first_hour(*, campaign: Campaign | None = None) -> datetime | None:
    """The beginning of the first hour of which there are metrics."""
    found: datetime | None = _hours(campaign, None, None).aggregate(first=Min("hour"))["first"]
    return found


def progress() -> Progress:
    row = MetricProgress.objects.first()
    if row is None or row.settled_id is None:
        return Progress()
    return Progress(
        counted_at=row.counted_at,
        is_counting_history=row.history_id < row.history_to,
        proved_at=row.proved_at,
        differences=row.differences,
    )


def hours(since: datetime, until: datetime) -> Iterator[datetime]:
    """The hours of the project's clock that begin before `until`, from the one in which `since` lies."""
    hour = hour_of(since)
    while hour < until:
        yield hour
        hour += _HOUR


def hour_of(instant: datetime) -> datetime:
    """The beginning of the hour on the project's clock."""
    local = instant.astimezone(project.current().zone)
    return instant - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def days(since: datetime, until: datetime) -> Iterator[date]:
    """The days of the project that the period touches."""
    zone = project.current().zone
    day = since.astimezone(zone).date()
    while _midnight(day, zone) < until:
        yield day
        day += timedelta(days=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)


def _hours(campaign: Campaign | None, since: datetime | None, until: datetime | None) -> QuerySet[MetricHour]:
    return _of(_scoped(MetricHour.objects.all(), campaign), since, until)


def _scoped[Row: Model](rows: QuerySet[Row], campaign: Campaign | None) -> QuerySet[Row]:
    limit = places.limit()
    if campaign is None:
        return rows.filter(campaign=None) if limit is None else rows.filter(campaign__in=campaigns(limit))
    if limit is not None and not limit.sees(campaign.places):
        return rows.none()
    return rows.filter(campaign=campaign)


def _of[Row: Model](rows: QuerySet[Row], since: datetime | None, until: datetime | None) -> QuerySet[Row]:
    if since is not None:
        rows = rows.filter(hour__gte=hour_of(since))
    return rows if until is None else rows.filter(hour__lt=until)


def _summed() -> dict[str, Sum]:
    return {name: Sum(name, default=0) for name in _SUMS}


def _totals(row: Mapping[str, Any]) -> Totals:
    return Totals(**{name: int(row[name]) for name in _SUMS})


def _shares(
    name: str, campaign: Campaign | None, since: datetime | None, until: datetime | None
) -> list[Share]:
    rows = _hours(campaign, since, until).values(name).annotate(**_summed())
    found = [Share(key=row[name], totals=_totals(row)) for row in rows]
    return sorted(found, key=lambda one: (-one.totals.attempts, one.key))


_VALIDATED: Final = {"ok": Sum("succeeded"), "not_ok": Sum("failed")}


def _tallies(
    campaign: Campaign | None, since: datetime | None, until: datetime | None
) -> QuerySet[ValidationTally]:
    """Of the days of the project that the period touches."""
    zone, limit = project.current().zone, places.limit()
    rows = ValidationTally.objects.all()
    if campaign is not None:
        rows = rows.filter(campaign=campaign)
    if limit is not None:
        rows = rows.filter(campaign__in=campaigns(limit))
    if since is not None:
        rows = rows.filter(day__gte=since.astimezone(zone).date())
    if until is not None:
        rows = rows.filter(day__lte=(until - timedelta(microseconds=1)).astimezone(zone).date())
    return rows


def _validated(row: Mapping[str, Any]) -> Totals:
    return Totals(validations=row["ok"] or 0, failed_validations=row["not_ok"] or 0)


def _weeks_before(since: datetime, until: datetime, weeks: int) -> list[tuple[datetime, datetime]]:
    """The same clock times of as many weeks before, the last one first."""
    zone = project.current().zone
    begin, end = since.astimezone(zone), until.astimezone(zone)
    return [(begin - back * _WEEK, end - back * _WEEK) for back in range(1, weeks + 1)]
