"""How much each day holds: live promotions, of them those for each audience, planned budget.

Contract: governance K11. Days are those of the project's time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.db.models import Q

from calendar_app import crowding, planned_budget
from calendar_app.capacity_words import sentence
from calendar_app.crowding import AROUND, Limits, Load, Reason
from calendar_app.models import Crowding
from calendar_app.planned_budget import Plan, Renewed
from calendar_app.selectors import timeline
from calendar_app.selectors.timeline import Asked, Bar
from calendar_app.standing import PLANNED, Standing
from commerce.models import Segment
from core import project
from core.models import ProjectSettings
from engine import Validity, spans
from promotions.models import Budget, BudgetCampaign, BudgetPlan
from promotions.selectors import budgets

_DAY: Final = timedelta(days=1)
_TICK: Final = timedelta(microseconds=1)
_COUNTED: Final = frozenset({Standing.LIVE, Standing.SCHEDULED, Standing.ENDED})
"""What is switched on; its dates say on which days it is live, was or will be."""
_RENEWED: Final = {
    Budget.Period.EVER: Renewed.NEVER,
    Budget.Period.DAY: Renewed.DAILY,
    Budget.Period.WEEK: Renewed.WEEKLY,
    Budget.Period.MONTH: Renewed.MONTHLY,
}

type Days = Mapping[int, frozenset[int]]
"""Of a campaign (primary key) the places of its days."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """A segment, and how many promotions of the day name it."""

    id: str
    name: str
    live: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """`live` campaigns that are switched on; `planned` are drafts and what waits for approval.

    `budget_amount` in minor units, None: nothing is planned on any day. `note` says why the day is crowded.
    """

    date: date
    live: int
    planned: int
    budget_amount: int | None
    audiences: tuple[Audience, ...]
    reasons: tuple[Reason, ...]
    note: str

    @property
    def is_crowded(self) -> bool:
        return bool(self.reasons)


def limits() -> Limits:
    """As people set them (one query)."""
    row = Crowding.objects.filter(pk=Crowding.ONLY).first()
    return (
        Limits() if row is None else Limits(live=row.live, per_audience=row.per_audience, budget=row.budget)
    )


def per_day(first: date, last: date, *, now: datetime, asked: Asked | None = None) -> list[Day]:
    """From the first to the last day, both included, in a constant number of queries.

    `asked`: only of campaigns that fit these filters, and of budgets on which one of them draws. What is
    usual is taken from the weeks around, so that a day is as crowded in a week's view as in a quarter's.
    """
    settings = project.current()
    days = [first - AROUND * _DAY + place * _DAY for place in range((last - first).days + 1 + 2 * AROUND)]
    midnights = [_midnight(day, settings) for day in (*days, days[-1] + _DAY)]
    bars = timeline.bars(_question(asked, midnights), now=now)
    live = _days(bars, _COUNTED, midnights, settings)
    drafts = _numbers(_days(bars, PLANNED, midnights, settings).values(), len(days))
    planned = _budget(days, bars if asked is not None and _limits(asked) else None, live, settings)
    loads = _loads(bars, live, planned, len(days))
    reasons = crowding.reasons(loads, limits())
    names = _names(loads)
    shown = range(AROUND, len(days) - AROUND)
    return [
        Day(
            date=days[place],
            live=loads[place].live,
            planned=drafts[place],
            budget_amount=None if planned is None else loads[place].budget,
            audiences=_audiences(loads[place], names),
            reasons=reasons[place],
            note=sentence(reasons[place], names),
        )
        for place in shown
    ]


def _limits(asked: Asked) -> bool:
    """Whether its filters leave anything out."""
    words = (asked.channel, asked.segment, asked.collection, asked.owner, asked.text)
    sets = (asked.kinds, asked.categories, asked.places, asked.standings)
    return any(words) or any(sets) or asked.campaigns is not None


def _question(asked: Asked | None, midnights: Sequence[datetime]) -> Asked:
    since, until = midnights[0], midnights[-1]
    question = Asked(since=since, until=until) if asked is None else asked
    return replace(question, since=since, until=until, tiers_of=None, with_scopes=True)


def _days(
    bars: Iterable[Bar],
    standings: frozenset[Standing],
    midnights: Sequence[datetime],
    settings: ProjectSettings,
) -> Days:
    """On which days each of the campaigns is open, by the place of the day."""
    return {
        bar.campaign_id: frozenset(
            place
            for validity in _validities(bar)
            for place in spans.touched(validity, settings.zone, midnights)
        )
        for bar in bars
        if bar.standing in standings
    }


def _validities(bar: Bar) -> Iterable[Validity]:
    """A promotion is open when one of its tiers is: those that are switched off are not."""
    if not bar.tiers_count:
        return [bar.validity]
    return dict.fromkeys(tier.validity for tier in bar.tiers if tier.standing is not Standing.DISABLED)


def _numbers(days: Iterable[frozenset[int]], length: int) -> list[int]:
    found = [0] * length
    for places in days:
        for place in places:
            found[place] += 1
    return found


def _loads(bars: Iterable[Bar], live: Days, planned: Sequence[int] | None, length: int) -> list[Load]:
    audiences: list[dict[str, int]] = [{} for _ in range(length)]
    for bar in bars:
        for place in live.get(bar.campaign_id, ()) if bar.scope.segments else ():
            for segment in bar.scope.segments:
                audiences[place][segment] = audiences[place].get(segment, 0) + 1
    numbers = _numbers(live.values(), length)
    return [
        Load(live=numbers[place], audiences=audiences[place], budget=planned[place] if planned else 0)
        for place in range(length)
    ]


def _budget(
    days: Sequence[date], bars: Iterable[Bar] | None, live: Days, settings: ProjectSettings
) -> list[int] | None:
    """Of each day what all budgets of discounts plan for it; None: there is no plan. Three queries."""
    rows = budgets.present().filter(is_active=True, measure=Budget.Measure.DISCOUNT)
    if bars is not None:
        shown = [bar.campaign_id for bar in bars]
        rows = rows.filter(pk__in=BudgetCampaign.objects.filter(campaign__in=shown).values("budget"))
    found = list(rows.only("limit", "period", "per", "starts_on", "ends_on"))
    keys = [budget.pk for budget in found]
    drawing = _drawing(keys)
    months = _months(keys)
    total: list[int] | None = None
    for budget in found:
        plan = _plan(budget, drawing.get(budget.pk, []), months.get(budget.pk, {}), days, live, settings)
        daily = planned_budget.by_day(plan, days, first_weekday=settings.first_weekday)
        if daily is not None:
            total = daily if total is None else [one + more for one, more in zip(total, daily, strict=True)]
    return total


type Drawing = tuple[int, datetime | None, datetime | None]


def _drawing(keys: Sequence[int]) -> dict[int, list[Drawing]]:
    """The campaigns of each budget, with their start and end."""
    found: dict[int, list[Drawing]] = {}
    rows = BudgetCampaign.objects.filter(Q(campaign__deleted_at=None), budget__in=keys).order_by("pk")
    for budget, campaign, starts_at, ends_at in rows.values_list(
        "budget", "campaign", "campaign__starts_at", "campaign__ends_at"
    ):
        found.setdefault(budget, []).append((campaign, starts_at, ends_at))
    return found


def _months(keys: Sequence[int]) -> dict[int, dict[date, int]]:
    found: dict[int, dict[date, int]] = {}
    rows = BudgetPlan.objects.filter(budget__in=keys).order_by("month")
    for budget, month, amount in rows.values_list("budget", "month", "amount"):
        found.setdefault(budget, {})[month] = amount
    return found


def _plan(
    budget: Budget,
    drawing: Sequence[Drawing],
    months: Mapping[date, int],
    days: Sequence[date],
    live: Days,
    settings: ProjectSettings,
) -> Plan:
    first, last = budget.starts_on, budget.ends_on
    renewed = _RENEWED[Budget.Period(budget.period)]
    if renewed is Renewed.NEVER and not months and drawing:
        starts = [start for _, start, _ in drawing]
        ends = [end for _, _, end in drawing]
        if first is None and None not in starts:
            first = min(start.astimezone(settings.zone).date() for start in starts if start)
        if last is None and None not in ends:
            last = max((end - _TICK).astimezone(settings.zone).date() for end in ends if end)
    places = {place for campaign, _, _ in drawing for place in live.get(campaign, ())}
    return Plan(
        limit=budget.limit if budget.per == Budget.Per.TOTAL else None,
        renewed=renewed,
        first=first,
        last=last,
        months=months,
        live={days[place] for place in places},
    )


def _names(loads: Iterable[Load]) -> dict[str, str]:
    """Of the segments that are named on any day (one query, at most)."""
    ids = {audience for load in loads for audience in load.audiences}
    known = dict(Segment.objects.filter(public_id__in=ids).values_list("public_id", "name")) if ids else {}
    return {one: known.get(one, one) for one in ids}


def _audiences(load: Load, names: Mapping[str, str]) -> tuple[Audience, ...]:
    """The most crowded one first."""
    found = [Audience(id=one, name=names[one], live=number) for one, number in load.audiences.items()]
    return tuple(sorted(found, key=lambda audience: (-audience.live, audience.name, audience.id)))


def _midnight(day: date, settings: ProjectSettings) -> datetime:
    return datetime.combine(day, time.min, settings.zone).astimezone(UTC)
