"""Budgets as they stand: their counters, what was drawn day by day and by whom, what was told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce, TruncDate

from core.errors import NotFound
from core.models import ProjectSettings
from promotions.models import Budget, BudgetAlert, BudgetCampaign, BudgetDraw, BudgetPlan, Counter, Redemption
from promotions.selectors.tallies import BUDGET, periods

OBJECT: Final = "budget"
TERMS: Final = (
    "name", "measure", "limit", "period", "per", "customer_key", "field", "policy", "channels", "stores",
    "thresholds", "is_active", "starts_on", "ends_on",
)  # fmt: skip
_NAMES: Final = {
    Budget.Period.EVER: "",
    Budget.Period.DAY: "daily",
    Budget.Period.WEEK: "weekly",
    Budget.Period.MONTH: "monthly",
}
LOCK_ORDER: Final = (ExpressionWrapper(Q(subject=""), output_field=BooleanField()), "subject", "period")
"""Of the counters of one budget: as in `tallies.Tally.place`, those of everybody last."""

type Spent = dict[date, int]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What one subject used of a budget in the running period, in the budget's unit."""

    subject: str = ""
    period: str = ""
    used: int = 0
    held: int = 0
    limit: int

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used - self.held)

    @property
    def taken(self) -> int:
        """Used and held, in percent of the limit, rounded down; a limit of 0 is taken whole."""
        return 100 if not self.limit else min(100, 100 * (self.used + self.held) // self.limit)


@dataclass(frozen=True, kw_only=True)
class Fullest:
    """Of the `counters` of a budget that run now, the one with the least left."""

    standing: Standing
    counters: int


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What a campaign took in the running period."""

    campaign_id: int
    amount: int
    redemptions: int


def printable(budgets: QuerySet[Budget]) -> QuerySet[Budget]:
    """With its campaigns, those in the bin left out, and its plan."""
    draws = BudgetCampaign.objects.filter(campaign__deleted_at=None).select_related("campaign")
    return budgets.prefetch_related(
        Prefetch("draws", queryset=draws.order_by("campaign__name", "campaign")),
        Prefetch("plan", queryset=BudgetPlan.objects.order_by("month")),
    )


def present() -> QuerySet[Budget]:
    return Budget.objects.filter(deleted_at=None)


def get(budget_id: str) -> Budget:
    """:raises NotFound: unknown or deleted."""
    budget = printable(present()).filter(public_id=budget_id).first()
    if budget is None:
        raise NotFound.of(OBJECT, budget_id)
    return budget


def drawing(budget: Budget) -> QuerySet[BudgetCampaign]:
    return BudgetCampaign.objects.filter(budget=budget).select_related("campaign").order_by("campaign")


def plan_of(budget: Budget) -> dict[date, int]:
    """What is planned for each month, by its first day."""
    return dict(BudgetPlan.objects.filter(budget=budget).order_by("month").values_list("month", "amount"))


def counters(budget: Budget) -> QuerySet[Counter]:
    return Counter.objects.filter(scope=Counter.Scope.BUDGET, scope_id=budget.pk, name=BUDGET)


def counters_by_period(budget: Budget) -> QuerySet[Counter]:
    """Newest period first, within it by subject."""
    return counters(budget).order_by("-period", "subject", "pk")


def was_drawn(budget: Budget) -> bool:
    """Whether anything was ever counted, also what was given back, or is held now."""
    if counters(budget).filter(Q(value__gt=0) | Q(held__gt=0)).exists():
        return True
    return BudgetDraw.objects.filter(counter__in=counters(budget)).exists()


def period_of(period: str, settings: ProjectSettings, now: datetime) -> str:
    """What the running period is called in counters: its first day, empty for ever."""
    return periods(settings, now)[_NAMES[Budget.Period(period)]]


def last_day(period: str, settings: ProjectSettings, now: datetime) -> date | None:
    """The last day of the running period; None: it never ends."""
    first = period_of(period, settings, now)
    if not first:
        return None
    start = date.fromisoformat(first)
    match Budget.Period(period):
        case Budget.Period.DAY:
            return start
        case Budget.Period.WEEK:
            return start + timedelta(days=6)
    return (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def running_counters(budget: Budget, settings: ProjectSettings, now: datetime) -> QuerySet[Counter]:
    """Those of the running period; also of later ones, should a clock have been ahead."""
    period = period_of(budget.period, settings, now)
    rows = counters(budget)
    return rows.filter(period__gte=period) if period else rows.filter(period="")


def running_alerts(budget: Budget, settings: ProjectSettings, now: datetime) -> list[tuple[int, int, int]]:
    """Of the running period: key, threshold, and what its counter says today."""
    same = counters(budget).filter(subject=OuterRef("subject"), period=OuterRef("period")).values("value")
    rows = BudgetAlert.objects.filter(budget=budget, period=period_of(budget.period, settings, now))
    today = Coalesce(Subquery(same, output_field=BigIntegerField()), 0)
    return list(rows.annotate(today=today).values_list("pk", "threshold", "today"))


def _running(budgets: Collection[Budget], settings: ProjectSettings, now: datetime, scope: str) -> Q:
    """Rows of the running period of each budget; `scope` is the column that names the budget."""
    found = Q(pk__in=())
    for period in Budget.Period:
        keys = [budget.pk for budget in budgets if budget.period == period]
        if keys:
            found |= Q(**{f"{scope}__in": keys, "period": period_of(period, settings, now)})
    return found


def fullest(budgets: Collection[Budget], settings: ProjectSettings, now: datetime) -> dict[int, Fullest]:
    """For lists: by budget, in two queries. Without any counter yet: nothing used."""
    rows = Counter.objects.filter(
        _running(budgets, settings, now, "scope_id"), scope=Counter.Scope.BUDGET, name=BUDGET
    )
    numbers = dict(rows.order_by().values("scope_id").annotate(n=Count("pk")).values_list("scope_id", "n"))
    first = rows.order_by("scope_id", (F("value") + F("held")).desc(), "pk").distinct("scope_id")
    found = {counter.scope_id: counter for counter in first}
    return {
        budget.pk: Fullest(
            standing=_standing(budget, found.get(budget.pk), period_of(budget.period, settings, now)),
            counters=numbers.get(budget.pk, 0),
        )
        for budget in budgets
    }


def taken_at_least(
    budgets: QuerySet[Budget], share: int, settings: ProjectSettings, now: datetime
) -> QuerySet[Budget]:
    """Those of which a running counter is used and held to this percentage of the limit at least."""
    found = Q(limit=0)
    for period in Budget.Period:
        full = Counter.objects.filter(
            scope=Counter.Scope.BUDGET,
            name=BUDGET,
            scope_id=OuterRef("pk"),
            period=period_of(period, settings, now),
        ).filter(Q(value__gt=0) | Q(held__gt=0))
        taken = 100 * (F("value") + F("held"))
        is_full = Exists(full.annotate(taken=taken).filter(taken__gte=share * OuterRef("limit")))
        found |= Q(is_full, period=period)
    return budgets.filter(found)


def standings(budget: Budget, settings: ProjectSettings, now: datetime, *, most: int) -> list[Standing]:
    """The running counters, fullest first. A budget for all has one even before its first use."""
    period = period_of(budget.period, settings, now)
    rows = counters(budget).filter(period=period)
    found = list(rows.order_by((F("value") + F("held")).desc(), "subject")[:most])
    if not found and budget.per == Budget.Per.TOTAL:
        return [_standing(budget, None, period)]
    return [_standing(budget, counter, period) for counter in found]


def _standing(budget: Budget, counter: Counter | None, period: str) -> Standing:
    if counter is None:
        return Standing(period=period, limit=budget.limit)
    return Standing(
        subject=counter.subject,
        period=period,
        used=counter.value,
        held=counter.held,
        limit=budget.limit,
    )


def _draws(budgets: Collection[Budget]) -> QuerySet[BudgetDraw]:
    return BudgetDraw.objects.filter(
        counter__scope=Counter.Scope.BUDGET, counter__scope_id__in=[budget.pk for budget in budgets]
    )


def spent_by_day(
    budgets: Collection[Budget], settings: ProjectSettings, since: date
) -> dict[tuple[int, str], Spent]:
    """By budget and subject, what was drawn on each day from `since` on; one query.

    What came back is taken off the day of the redemption, as it is in the counters.
    """
    start = datetime.combine(since, time(0), settings.zone)
    rows = (
        _draws(budgets)
        .filter(redemption__redeemed_at__gte=start)
        .annotate(day=TruncDate("redemption__redeemed_at", tzinfo=settings.zone))
        .values("counter__scope_id", "counter__subject", "day")
        .annotate(total=Sum("amount"))
        .order_by("day")
    )
    found: dict[tuple[int, str], Spent] = {}
    for row in rows:
        key = (row["counter__scope_id"], row["counter__subject"])
        found.setdefault(key, {})[row["day"]] = row["total"]
    return found


def drawn_by_campaign(budget: Budget, settings: ProjectSettings, now: datetime) -> list[Drawn]:
    """The running period's draws by campaign, most first. Redemptions: those that were not taken back."""
    kept = Q(redemption__status=Redemption.Status.SUCCEEDED)
    rows: QuerySet[Any, Mapping[str, Any]] = (
        _draws([budget])
        .filter(counter__period=period_of(budget.period, settings, now))
        .values("redemption__campaign")
        .annotate(total=Sum("amount"), redemptions=Count("redemption", distinct=True, filter=kept))
        .order_by("-total", "redemption__campaign")
    )
    return [
        Drawn(campaign_id=row["redemption__campaign"], amount=row["total"], redemptions=row["redemptions"])
        for row in rows
    ]


def open_alerts(settings: ProjectSettings, now: datetime, *, most: int) -> list[BudgetAlert]:
    """Of each running counter the highest threshold that it reached, newest first.

    Of budgets in force only; those for each customer would flood everybody.
    """
    budgets = list(present().filter(is_active=True).exclude(per=Budget.Per.CUSTOMER))
    highest = (
        BudgetAlert.objects.filter(_running(budgets, settings, now, "budget"))
        .order_by("budget", "subject", "-threshold")
        .distinct("budget", "subject")
    )
    rows = BudgetAlert.objects.filter(pk__in=highest.values("pk")).select_related("budget")
    return list(rows.order_by("-threshold", "-reached_at", "-pk")[:most])
