"""Looks for a purchase that gets something, and for ones that are like it in all but one respect. Pure.

Nothing here knows what rules mean: purchases are varied, the engine says what becomes of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from engine import ReasonKey, eligibility
from engine.rules.needs import flat
from engine.rules.operators import Clock
from promotions.previews import values
from promotions.previews.bench import Bench, Judged
from promotions.previews.pantry import Pantry, Spot
from promotions.previews.purchases import Purchase, Ware
from promotions.previews.repairs import SAID, repaired

EFFECT: Final = "effect"
"""Stands for "the discount changes the order" among the ids of conditions."""
_MOST_TRIES: Final = 160
_STEPS: Final = 16
_BRANCHES: Final = 6
_REPLACED: Final = 6
_HOURS: Final = (0, 3, 6, 9, 12, 15, 18, 21)
_TICK: Final = timedelta(minutes=1)
_NO_TIME: Final = timedelta(0)
_WEEK: Final = timedelta(days=7)


@dataclass(kw_only=True)
class Tries:
    """How often the engine may still be asked."""

    left: int = _MOST_TRIES

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0


def witness(bench: Bench, pantry: Pantry) -> Judged | None:
    """A small purchase that gets something; None if none was found, which proves nothing."""
    tries = Tries()
    targets = targeted(bench, pantry)
    for branch in range(_BRANCHES):
        for start in starts(bench, pantry, targets, branch):
            found = _climb(bench, pantry, start, targets, branch, tries)
            if found is not None:
                return _at_noon(bench, _smallest(bench, found, tries))
    return None


def _at_noon(bench: Bench, found: Judged) -> Judged:
    """The same at noon, if it gets something then, too: the edge of a day is another day elsewhere."""
    local = found.purchase.at.astimezone(ZoneInfo(found.snapshot.time_zone))
    noon = local.replace(hour=12, minute=0, second=0, microsecond=0)
    if noon <= local:
        return found
    judged = bench.judge(replace(found.purchase, at=noon))
    return judged if judged.gives else found


def targeted(bench: Bench, pantry: Pantry) -> tuple[Ware, ...]:
    """Articles that the discount or its bundle is for, cheapest first; none: it is for the whole order."""
    sets = bench.proposal.rule_sets
    names = [entry.item.id for one in sets for entry in one.applicable_to.included]
    names += [part.item.id for one in sets if one.bundle is not None for part in one.bundle.components]
    barred = {ware.id for ware in pantry.of(e.item.id for one in sets for e in one.applicable_to.excluded)}
    found = {ware.id: ware for ware in pantry.of(names) if ware.id not in barred}
    if not names and any(not one.applicable_to.is_empty for one in sets):
        found = {ware.id: ware for ware in pantry.wares if ware.id not in barred}
    return tuple(found.values())


def starts(
    bench: Bench, pantry: Pantry, targets: tuple[Ware, ...] = (), branch: int = 0
) -> Iterator[Purchase]:
    """Where a search begins: one unit of something; a basket as people bought it."""
    proposal = bench.proposal
    channels = [channel for pool in proposal.budgets for channel in pool.channels]
    empty = Purchase(
        lines=(),
        at=_whole(max(bench.now, proposal.starts_at or bench.now)),
        customer=next(iter(pantry.customers), None),
        channel=channels[0] if channels else "",
    )
    if targets:
        yield empty.with_units(targets[branch % len(targets)], 1)
    wares = pantry.wares
    if wares:
        yield empty.with_units(wares[branch % len(wares)], 1)
    if pantry.typical and branch == 0:
        yield replace(empty, lines=pantry.typical)


def _whole(moment: datetime) -> datetime:
    """To the next minute, as people say it."""
    return moment.replace(second=0, microsecond=0) + (
        _TICK if moment.second or moment.microsecond else _NO_TIME
    )


def _climb(
    bench: Bench, pantry: Pantry, purchase: Purchase, targets: tuple[Ware, ...], branch: int, tries: Tries
) -> Judged | None:
    for _ in range(_STEPS):
        if not tries.take():
            return None
        judged = bench.judge(purchase)
        if judged.gives:
            return judged
        changed = (
            _more(purchase, targets, branch) if _lacks_effect(judged) else repaired(judged, pantry, branch)
        )
        if changed == purchase:
            return None
        purchase = changed
    return None


def _lacks_effect(judged: Judged) -> bool:
    reason = judged.step.reason
    return judged.applies or (reason is not None and reason.key is ReasonKey.NO_EFFECT)


def _more(purchase: Purchase, targets: tuple[Ware, ...], branch: int) -> Purchase:
    bought = {ware.id for ware, _ in purchase.lines}
    here = [ware for ware in targets if ware.id in bought]
    if targets:
        return purchase.with_units((here or targets)[branch % len(here or targets)], 1)
    return purchase.with_units(purchase.lines[0][0], 1) if purchase.lines else purchase


def _smallest(bench: Bench, found: Judged, tries: Tries) -> Judged:
    """The same with as little in the basket as still gets something."""
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for index, (ware, units) in enumerate(found.purchase.lines):
            purchase = found.purchase
            for smaller in (purchase.without([index]), purchase.with_units(ware, -1)):
                if not smaller.lines or units < 1 or not tries.take():
                    continue
                judged = bench.judge(smaller)
                if judged.gives:
                    found, is_smaller = judged, True
                    break
            if is_smaller:
                break
    return found


def misses(bench: Bench, pantry: Pantry, good: Judged) -> dict[str, Judged]:
    """By the id of a condition (`explain.ExplainedCondition.id`, or `EFFECT`) the nearest purchase that is
    refused for this condition alone. Those for which none was found are not there.
    """
    found: dict[str, Judged] = {}
    for purchase in neighbours(bench, pantry, good):
        judged = bench.judge(purchase)
        if judged.gives:
            continue
        name = _only_reason(good, judged)
        if name and (name not in found or _distance(good, judged) < _distance(good, found[name])):
            found[name] = judged
    return found


def _only_reason(good: Judged, judged: Judged) -> str:
    if _lacks_effect(judged):
        return EFFECT
    new = [name for name in judged.unmet if name not in good.unmet]
    return new[0] if len(new) == 1 else ""


def _distance(good: Judged, judged: Judged) -> tuple[int, int, int, float]:
    """The same articles first, then about the same amount."""
    before, after = good.purchase, judged.purchase
    wares = {ware.id for ware, _ in before.lines} ^ {ware.id for ware, _ in after.lines}
    return (
        len(wares),
        abs(before.amount - after.amount),
        abs(before.units - after.units),
        abs((before.at - after.at).total_seconds()),
    )


def neighbours(bench: Bench, pantry: Pantry, judged: Judged) -> Iterator[Purchase]:
    """Purchases that differ in one respect: what, who, when, where, what is said."""
    purchase = judged.purchase
    yield from _other_baskets(pantry, purchase)
    yield from _other_people(pantry, purchase)
    yield from _other_times(bench, judged)
    yield from _other_places(pantry.outside, purchase)
    yield from _other_words(bench, purchase)


def _other_baskets(pantry: Pantry, purchase: Purchase) -> Iterator[Purchase]:
    for index, (ware, units) in enumerate(purchase.lines):
        if units > 1:
            yield purchase.with_units(ware, -1)
            yield purchase.with_units(ware, -(units // 2))
        if len(purchase.lines) > 1:
            yield purchase.without([index])
        yield purchase.with_units(ware, 1)
        yield purchase.with_units(ware, units)
    bought = {ware.id for ware, _ in purchase.lines}
    others = [ware for ware in pantry.wares if ware.id not in bought][:_REPLACED]
    for other in others:
        yield purchase.with_units(other, 1)
        for index, (_, units) in enumerate(purchase.lines):
            yield purchase.without([index]).with_units(other, units)


def _other_people(pantry: Pantry, purchase: Purchase) -> Iterator[Purchase]:
    for customer in pantry.customers:
        if purchase.customer is None or customer.pk != purchase.customer.pk:
            yield purchase.of(customer)
    yield purchase.of(None)
    yield purchase.of(None, is_known=False)


def _other_times(bench: Bench, judged: Judged) -> Iterator[Purchase]:
    """Other days and hours; before the start and after the end, also on the same weekday and hour."""
    proposal, purchase, snapshot = bench.proposal, judged.purchase, judged.snapshot
    zone = ZoneInfo(snapshot.time_zone)
    local = purchase.at.astimezone(zone)
    asks = {rule.name for one in proposal.rule_sets for rule in flat(one.rules)}
    is_recurring = proposal.days_of_week or proposal.validity_hours or proposal.timeframe_interval
    if is_recurring or "redemption.date" in asks:
        for days in range(1, 7):
            yield replace(purchase, at=local + timedelta(days=days))
        for hour in _HOURS:
            yield replace(purchase, at=local.replace(hour=hour, minute=0, second=0, microsecond=0))
    validity = eligibility.case_of(snapshot.candidates[0], snapshot, zone=zone).validity
    # What has begun is not shown as it was before.
    if validity.starts_at is not None and validity.starts_at > bench.now:
        yield replace(purchase, at=validity.starts_at - _TICK)
        weeks = (purchase.at - validity.starts_at) // _WEEK + 1
        yield replace(purchase, at=local - weeks * _WEEK)
    if validity.ends_at is not None:
        yield replace(purchase, at=validity.ends_at)
        weeks = -((purchase.at - validity.ends_at) // _WEEK)
        yield replace(purchase, at=local + weeks * _WEEK)


def _other_places(outside: tuple[Spot, ...], purchase: Purchase) -> Iterator[Purchase]:
    for spot in outside:
        yield replace(purchase, store=spot.store, area="")


def _other_words(bench: Bench, purchase: Purchase) -> Iterator[Purchase]:
    clock = Clock(now=purchase.at, zone=ZoneInfo(bench.settings.time_zone))
    for rule_set in bench.proposal.rule_sets:
        for rule in flat(rule_set.rules):
            if rule.name in SAID:
                said = SAID[rule.name]
                yield said(purchase, rule.property or "", values.missing(rule.conditions, clock))
                yield said(purchase, rule.property or "", values.ABSENT)
