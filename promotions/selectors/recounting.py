"""Counters added up again from the rows that they sum up: when one is made, checked, or not there yet.

Redemptions that succeeded and were not rolled back, less what returns took back.
Contract: semantics-core 5.5, 11.5.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum

from core.models import ProjectSettings
from promotions.models import BudgetDraw, Counter, DiscountedUnits, Redemption, ReturnedShare
from promotions.selectors.tallies import CREDITS, DISCOUNTS, ORDERS, Tally, period_of

_COLUMN: Final = {
    Counter.Scope.CAMPAIGN.value: "campaign",
    Counter.Scope.VOUCHER.value: "voucher",
    Counter.Scope.TIER.value: "promotion_tier",
}
_AMOUNT: Final = {ORDERS: "order_amount", DISCOUNTS: "discount_amount", CREDITS: "credits"}
_AT_ONCE: Final = 50


def recount(tallies: Iterable[Tally], settings: ProjectSettings) -> dict[Tally, int]:
    """What each counter must say. A few queries for each scope and subject; nobody else's rows are read."""
    groups: dict[tuple[str, int, str], list[Tally]] = {}
    for tally in tallies:
        groups.setdefault((tally.scope, tally.scope_id, tally.subject), []).append(tally)
    found: dict[Tally, int] = {}
    for (scope, scope_id, subject), named in groups.items():
        if scope == Counter.Scope.BUDGET:
            found |= _drawn(named)
            continue
        kept = Redemption.objects.filter(
            _whose(subject), **{_COLUMN[scope]: scope_id}, status=Redemption.Status.SUCCEEDED
        ).order_by()
        units = [tally for tally in named if ":" in tally.name]
        rest = [tally for tally in named if ":" not in tally.name]
        for start in range(0, len(rest), _AT_ONCE):
            found |= _of_redemptions(rest[start : start + _AT_ONCE], kept, settings)
        for tally in units:
            found[tally] = _of_units(tally, kept)
    return found


def _of_redemptions(
    tallies: Collection[Tally], kept: QuerySet[Redemption], settings: ProjectSettings
) -> dict[Tally, int]:
    named = {f"n{place}": tally for place, tally in enumerate(tallies)}
    windows = {alias: _window_of(tally, settings) for alias, tally in named.items()}
    starts = [start for start, _ in windows.values()]
    # Only the rows of the longest period are read, if none counts for ever.
    rows = kept.filter(redeemed_at__gte=min(start for start in starts if start)) if all(starts) else kept
    aggregates: dict[str, Any] = {}
    for alias, tally in named.items():
        start, end = windows[alias]
        which = Q(redeemed_at__gte=start, redeemed_at__lt=end) if start else None
        column = _AMOUNT.get(tally.name)
        aggregates[alias] = (
            Count("pk", filter=which) if column is None else Sum(column, filter=which, default=0)
        )
    counted = rows.aggregate(**aggregates)
    found = {tally: counted[alias] for alias, tally in named.items()}
    amounts = {alias: tally for alias, tally in named.items() if tally.name in _AMOUNT}
    if amounts:
        shares = ReturnedShare.objects.filter(redemption__in=kept.values("pk")).aggregate(
            **{alias: Sum(_AMOUNT[tally.name], default=0) for alias, tally in amounts.items()}
        )
        for alias, tally in amounts.items():
            found[tally] -= shares[alias]
    return found


def _whose(subject: str) -> Q:
    kind, _, name = subject.partition(":")
    if kind == "customer":
        return Q(customer_id=int(name))
    if kind == "key":
        return Q(channel_type="API", channel_id=name)
    if kind == "user":
        return Q(channel_type="USER", channel_id=name)
    return Q()


def _window_of(tally: Tally, settings: ProjectSettings) -> tuple[datetime | None, datetime | None]:
    if not tally.period:
        return None, None
    return window(period_of(tally.name), date.fromisoformat(tally.period), settings)


def window(period: str, first: date, settings: ProjectSettings) -> tuple[datetime, datetime]:
    """The instants between which a day, week or month of the project's wall clock lies, half-open."""
    zone = ZoneInfo(settings.time_zone)
    if period == "monthly":
        after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    else:
        after = first + timedelta(days=7 if period == "weekly" else 1)
    return datetime.combine(first, time(0), zone), datetime.combine(after, time(0), zone)


def _of_units(tally: Tally, kept: QuerySet[Redemption]) -> int:
    _, entry, *article = tally.name.split(":", 2)
    rows = DiscountedUnits.objects.filter(redemption__in=kept.values("pk"), entry=entry)
    if article:
        rows = rows.filter(article=article[0])
    taken: int = rows.aggregate(units=Sum("quantity", default=0))["units"]
    return taken - _returned_units(kept, entry, article[0] if article else None)


def _returned_units(kept: QuerySet[Redemption], entry: str, article: str | None) -> int:
    shares = ReturnedShare.objects.filter(redemption__in=kept.values("pk")).exclude(units=[])
    return sum(
        int(part["quantity"])
        for units in shares.values_list("units", flat=True)
        for part in units
        if part["entry"] == entry and article in (None, part["article"])
    )


def _drawn(tallies: Collection[Tally]) -> dict[Tally, int]:
    """A budget's counter is the sum of what was drawn from it."""
    found = {}
    for tally in tallies:
        rows = BudgetDraw.objects.filter(counter__in=Counter.objects.filter(**tally._asdict()).values("pk"))
        found[tally] = rows.aggregate(total=Sum("amount", default=0))["total"]
    return found
