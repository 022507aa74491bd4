"""Redemptions that are off their usual: the last hours against the same hours of the weeks before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from core import project
from core.instants import format_instant
from insights import alert_math
from insights.alert_math import Off
from insights.models import Alert, AlertRule
from insights.selectors import alert_scopes
from insights.selectors.alert_findings.found import MOST, Finding, Found
from promotions import reports
from promotions.models import Campaign, Redemption

_WEEKS: Final = 4
_LOOKS_AT: Final = {
    AlertRule.Direction.BOTH: (Off.FEWER, Off.MORE),
    AlertRule.Direction.FEWER: (Off.FEWER,),
    AlertRule.Direction.MORE: (Off.MORE,),
}

type Window = tuple[datetime, datetime]


def windows(now: datetime, hours: int) -> list[Window]:
    """The last `hours` and those of the four weeks before, by the clock on the wall: newest first."""
    local = now.astimezone(project.current().zone)
    length = timedelta(hours=hours)
    ends = [(local - timedelta(weeks=ago)).astimezone(UTC) for ago in range(_WEEKS + 1)]
    return [(end - length, end) for end in ends]


def off_usual(rule: AlertRule, known: Mapping[str, Alert], now: datetime) -> Found:
    """Redemptions that were taken back later count: they were made. Of campaigns that run now only."""
    compared = windows(now, rule.hours or 1)
    if rule.is_each or rule.campaign_id:
        return _each(rule, known, compared, now)
    numbers = _numbers(rule, compared, now)
    first = _first(rule, now)
    finding = _finding(rule, known, compared, numbers.get(None, [0] * len(compared)), first)
    return Found(findings=[finding] if finding else [])


def _each(rule: AlertRule, known: Mapping[str, Alert], compared: Sequence[Window], now: datetime) -> Found:
    begun = Greatest("created_at", Coalesce("starts_at", "created_at"))
    rows = list(alert_scopes.running(rule, now).annotate(begun=begun).order_by("pk"))
    numbers = _numbers(rule, compared, now)
    nothing = [0] * len(compared)
    found = [
        _finding(rule, known, compared, numbers.get(row.pk, nothing), row.begun, row)
        for row in rows
        if row.begun <= compared[0][0]
    ]
    findings = [finding for finding in found if finding is not None]
    return Found(findings=findings[:MOST], is_complete=len(findings) <= MOST)


def _numbers(rule: AlertRule, compared: Sequence[Window], now: datetime) -> dict[int | None, list[int]]:
    """Redemptions in each window, by campaign or (key None) together; one query over the index of times."""
    within = [Q(redeemed_at__gte=since, redeemed_at__lt=until) for since, until in compared]
    anywhen = Q()
    for window in within:
        anywhen |= window
    rows = reports.parts().filter(anywhen, result=Redemption.Result.SUCCESS)
    if rule.scope != AlertRule.Scope.PROJECT:
        rows = rows.filter(campaign__in=alert_scopes.all_of(rule))
    counts: dict[str, Any] = {f"n{ago}": Count("pk", filter=window) for ago, window in enumerate(within)}
    if not (rule.is_each or rule.campaign_id):
        together = rows.aggregate(**counts)
        return {None: [together[name] for name in counts]}
    grouped: QuerySet[Any, Mapping[str, Any]] = (
        rows.filter(campaign__isnull=False).order_by().values("campaign").annotate(**counts)
    )
    return {row["campaign"]: [row[name] for name in counts] for row in grouped}


def _first(rule: AlertRule, now: datetime) -> datetime | None:
    """Since when there can be redemptions of what is watched together; None: there is nothing to watch."""
    if rule.scope == AlertRule.Scope.PROJECT:
        oldest = Redemption.objects.aggregate(at=Min("redeemed_at"))["at"]
        return oldest if isinstance(oldest, datetime) else None
    begun = Greatest("created_at", Coalesce("starts_at", "created_at"))
    first = alert_scopes.running(rule, now).aggregate(at=Min(begun))["at"]
    return first if isinstance(first, datetime) else None


def _finding(
    rule: AlertRule,
    known: Mapping[str, Alert],
    compared: Sequence[Window],
    numbers: Sequence[int],
    begun: datetime | None,
    campaign: Campaign | None = None,
) -> Finding | None:
    subject = alert_scopes.subject_of(campaign) if campaign else alert_scopes.EVERYTHING
    before = zip(compared[1:], numbers[1:], strict=True)
    weeks = [number for (since, _), number in before if begun is not None and begun <= since]
    was = known[subject].figures.get("direction") if subject in known else None
    off = alert_math.off_usual(
        numbers[0],
        weeks,
        share=rule.share or 0,
        least=rule.number or 0,
        looks_at=_LOOKS_AT[AlertRule.Direction(rule.direction)],
        was=Off(was) if was else None,
    )
    if off is None:
        return None
    figures = {
        "name": campaign.name if campaign else alert_scopes.name_of(rule),
        "campaign_id": campaign.public_id if campaign else None,
        "direction": off.value,
        "current": numbers[0],
        "usual_twice": alert_math.twice_median(weeks),
        "weeks": weeks,
        "since": format_instant(compared[0][0]),
        "until": format_instant(compared[0][1]),
    }
    return Finding(subject=subject, campaign_id=campaign.pk if campaign else None, figures=figures)
