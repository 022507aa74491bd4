"""Which tier points qualify for, and how long it is held. Pure arithmetic. Contract: loyalty 10.2, 10.3.

Dates are days of the project's zone. A tier counts from `since` to `until` inclusive, None: no end.

A tier that was earned in a period is held until its end, whatever is earned meanwhile. So where several
periods reach today (END_OF_NEXT_PERIOD, `extend`), the highest tier counts: who was Gold in March and Silver
in April is Silver in May, not nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from loyalty.expiry import add_months
from loyalty.tier_terms import Metric, Terms, end_of, period_of

type Collected = Callable[[date, date], int]
"""Points collected from the first day to the last, inclusive."""


Level = Any
"""What has `pk`, `points_from` and `points_to`, as a row of `LoyaltyTier` has; a protocol does not see
through the columns of models.
"""


class Move(StrEnum):
    """The wire's names: what follows `customer.loyalty.tier.`."""

    JOINED = "joined"
    LEFT = "left"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    PROLONGED = "prolonged"
    EXPIRATION_CHANGED = "expiration.changed"


@dataclass(frozen=True, kw_only=True)
class Standing[L: Level]:
    """The tier that a card holds, None: none."""

    tier: L | None = None
    since: date | None = None
    until: date | None = None

    def is_over(self, day: date) -> bool:
        return self.until is not None and self.until < day


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a card has: its balance, before what just happened (`was`; None: not known), and collected."""

    balance: int
    collected: Collected
    was: int | None = None


def tier_of[L: Level](tiers: Iterable[L], points: int) -> L | None:
    """The tier in whose range the points lie; ranges do not overlap, and a gap has none."""
    return next((tier for tier in tiers if _holds(tier, points)), None)


def next_tier[L: Level](tiers: Iterable[L], points: int) -> L | None:
    """The tier with the lowest start above these points."""
    above = [tier for tier in tiers if tier.points_from > points]
    return min(above, key=lambda tier: tier.points_from, default=None)


def points_now(terms: Terms, figures: Figures, day: date) -> int:
    """What counts today: the balance, or what the period of `day` brought so far."""
    if terms.metric is Metric.BALANCE:
        return figures.balance
    return figures.collected(*period_of(terms, day))


def settled[L: Level](
    terms: Terms, tiers: Sequence[L], held: Standing[L], figures: Figures, day: date
) -> Standing[L]:
    """What the card holds from `day` on: a rise at once, a fall never before the end of what is held.

    Contract: loyalty 10.3.
    """
    if terms.metric is Metric.BALANCE:
        return _by_balance(terms, tiers, held, figures, day)
    return _by_periods(terms, tiers, held, figures, day)


def refreshed[L: Level](
    terms: Terms, tiers: Sequence[L], held: Standing[L], figures: Figures, day: date
) -> Standing[L]:
    """As `settled`, after the programme changed how tiers are held: the end follows the new terms, too, but
    nobody falls today. Contract: loyalty 10.5, "Refresh tiers".
    """
    if held.tier is None:
        return settled(terms, tiers, held, figures, day)
    qualified = settled(terms, tiers, Standing(), figures, day)
    if qualified.tier is not None and qualified.tier.points_from > held.tier.points_from:
        return qualified
    same = qualified.tier is not None and qualified.tier.pk == held.tier.pk
    if same and terms.metric is Metric.POINTS_IN_PERIOD:
        until = qualified.until
    else:
        until = end_of(terms, held.since or day)
    if until is not None:
        until = max(until, day)
    elif not same:
        until = held.until  # what was promised; a balance that is too low may not end it today
    return replace(held, until=until)


def move[L: Level](held: Standing[L], new: Standing[L], *, refreshed: bool = False) -> Move | None:
    """What the step from one to the other is called; None: nothing happened."""
    if held.tier is None or new.tier is None:
        if held.tier is new.tier:
            return None
        return Move.JOINED if held.tier is None else Move.LEFT
    if held.tier.pk != new.tier.pk:
        return Move.UPGRADED if new.tier.points_from > held.tier.points_from else Move.DOWNGRADED
    if held.until == new.until:
        return None
    later = held.until is not None and new.until is not None and new.until > held.until
    return Move.PROLONGED if later and not refreshed else Move.EXPIRATION_CHANGED


def _holds(tier: Level, points: int) -> bool:
    return tier.points_from <= points and (tier.points_to is None or points <= tier.points_to)


def _by_balance[L: Level](
    terms: Terms, tiers: Sequence[L], held: Standing[L], figures: Figures, day: date
) -> Standing[L]:
    reached = tier_of(tiers, figures.balance)
    if reached is None:
        return Standing() if _may_fall(held, day) else held
    fresh: Standing[L] = Standing(tier=reached, since=day, until=end_of(terms, day))
    if held.tier is None or held.tier.pk != reached.pk:
        rises = held.tier is None or reached.points_from > held.tier.points_from
        return fresh if rises or _may_fall(held, day) else held
    if held.is_over(day):
        return replace(held, until=fresh.until)
    again = figures.was is not None and figures.was < reached.points_from
    if again and held.until is not None and fresh.until is not None:
        return replace(held, until=max(held.until, fresh.until))
    return held


def _may_fall[L: Level](held: Standing[L], day: date) -> bool:
    return held.until is None or held.is_over(day)


def _by_periods[L: Level](
    terms: Terms, tiers: Sequence[L], held: Standing[L], figures: Figures, day: date
) -> Standing[L]:
    best = _best_of_periods(terms, tiers, figures.collected, day)
    if held.tier is None or held.is_over(day):
        same = held.tier is not None and best.tier is not None and held.tier.pk == best.tier.pk
        return replace(best, since=held.since) if same else best
    if best.tier is None:
        return held
    if best.tier.pk == held.tier.pk and held.until is not None and best.until is not None:
        return replace(held, until=max(held.until, best.until))
    return best if best.tier.points_from > held.tier.points_from else held


def _best_of_periods[L: Level](
    terms: Terms, tiers: Sequence[L], collected: Collected, day: date
) -> Standing[L]:
    """The highest tier that a period earned and that is held on `day`; of two ends the later one."""
    best = Standing[L]()
    for first, last, starts, until in _periods_reaching(terms, day):
        if starts > day:
            continue
        tier = tier_of(tiers, collected(first, last))
        if tier is not None and (best.tier is None or tier.points_from > best.tier.points_from):
            best = Standing(tier=tier, since=day, until=until)
    return best


def boundaries(terms: Terms, after: date, up_to: date) -> list[date]:
    """First days of qualification periods in (`after`, `up_to`]; none when a balance qualifies."""
    if terms.metric is Metric.BALANCE:
        return []
    found = []
    day = period_of(terms, after)[1] + timedelta(days=1)
    while day <= up_to:
        found.append(day)
        day = add_months(day, terms.period)
    return found


def earliest_day(terms: Terms, day: date) -> date:
    """Since when it must be known what was collected, to say what is held on `day`."""
    if terms.metric is Metric.BALANCE:
        return day
    return min(first for first, *_ in _periods_reaching(terms, day))


def _periods_reaching(terms: Terms, day: date) -> Iterator[tuple[date, date, date, date]]:
    """The period of `day` and those before it whose tiers are held on `day` still: first and last day, from
    when to when their tier is held. The newest, whose end is the latest, comes first.
    """
    first, last = period_of(terms, day)
    while True:
        starts = first if terms.starts_at_once else last + timedelta(days=1)
        until = end_of(terms, starts)
        if until is None or until < day:
            return
        yield first, last, starts, until
        first, last = period_of(terms, first - timedelta(days=1))
