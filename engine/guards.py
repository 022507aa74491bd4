"""Within which values of its counters a decision stays what it is. Contract: sessions 10, counters 11.5.

A decision is made on counters as they were read. As long as each of them still lies within its guard when it
is moved, the same request gets the same steps and amounts; else it has to be decided again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine import budgets, counting
from engine.budgets import BudgetMeasure, BudgetUse
from engine.codec import Data
from engine.intervals import Interval, steady_around
from engine.outcome import Outcome, Status
from engine.pipeline import Judged, Run
from engine.rules.families import REGISTRY, Scene
from engine.rules.families.counters import added
from engine.rules.needs import flat
from engine.rules.tree import Rule
from engine.rules.values import Number, number
from engine.situation import Situation
from engine.snapshot import Candidate, RedeemableObject, Snapshot
from engine.unit_limits import UnitUse, counter


@dataclass(frozen=True, kw_only=True, slots=True)
class Guard(Data):
    """One counter that the step of `object`, `key` relied on.

    `name` is that of `Candidate.counts` or `Candidate.unit_counts`, or "budget:<id>" (its `used`). The step
    adds `amount`. The decision stays the same while the counter, before the whole request, lies from `lowest`
    to `highest` (None = no end); where several steps guard the same counter, in all their intervals.
    """

    object: RedeemableObject
    key: str
    name: str
    amount: int
    lowest: int | None = None
    highest: int | None = None


def guards(snapshot: Snapshot, outcome: Outcome, *, omit: frozenset[str] = frozenset()) -> tuple[Guard, ...]:
    """The guards of every APPLICABLE step of `outcome`, which is the outcome of `snapshot`, in its order.

    A counter that is not known (nobody knows the customer) has none. `omit` is what `evaluate` was told.
    """
    candidates = {(one.object, one.key): one for one in snapshot.candidates if is_guarded(one)}
    if not candidates:
        return ()
    everyone = {(one.object, one.key): one for one in snapshot.candidates}
    run = Run.open(snapshot, omit)
    found: list[Guard] = []
    for step in outcome.with_status(Status.APPLICABLE):
        candidate = everyone[step.object, step.key]
        judged = run.judge(candidate)
        if judged.effected is None:
            raise ValueError("the outcome is not one of this snapshot")
        if (step.object, step.key) in candidates:
            found += _guards_of(run, candidate, judged)
        run.apply(candidate, judged.effected)
    return tuple(found)


def is_guarded(candidate: Candidate) -> bool:
    """Does a decision about it rely on any counter?"""
    return bool(candidate.counts or candidate.budgets) or counting.limits_units(candidate)


def _guards_of(run: Run, candidate: Candidate, judged: Judged) -> Iterator[Guard]:
    intervals: dict[str, Interval] = {}
    amounts: dict[str, int] = {}
    for name, amount, interval in (
        *_of_rules(run, candidate, judged),
        *_of_units(run, candidate, judged),
        *_of_budgets(run, candidate, judged),
    ):
        intervals[name] = intervals.get(name, Interval()) & interval
        amounts[name] = amount
    for name, interval in intervals.items():
        yield Guard(
            object=candidate.object,
            key=candidate.key,
            name=name,
            amount=amounts[name],
            lowest=interval.lowest,
            highest=interval.highest,
        )


type _Found = tuple[str, int, Interval]
"""Name of the counter, what the step adds, where the decision stays the same."""


def _of_rules(run: Run, candidate: Candidate, judged: Judged) -> Iterator[_Found]:
    situation = judged.situation
    if judged.effected is not None:
        situation = replace(situation, after=judged.effected.order)
    for rule_set in candidate.rules:
        for rule in flat(rule_set.rules):
            prior = number(candidate.counts.get(rule.name))
            if prior is None or rule.name in run.omit or not REGISTRY[rule.name].is_counter:
                continue
            own = added(situation, rule.name)
            before = counting.used_before(candidate, run.used, rule.name)
            yield rule.name, own, _of_leaf(rule, situation, int(prior), own=own, before=before)


def _of_leaf(rule: Rule, situation: Situation, prior: int, *, own: int, before: int) -> Interval:
    family = REGISTRY[rule.name]

    def holds(figure: int) -> bool | None:
        counts = {**situation.candidate.counts, rule.name: figure + before}
        at = replace(situation, candidate=replace(situation.candidate, counts=counts))
        return family.test(Scene(situation=at), rule)

    return steady_around(prior, [operand - own - before for operand in _operands(rule)], holds)


def _operands(rule: Rule) -> Iterator[Number]:
    for condition in rule.conditions:
        for operand in condition.operands:
            found = number(operand)
            if found is not None:
                yield found


def _of_units(run: Run, candidate: Candidate, judged: Judged) -> Iterator[_Found]:
    effected = judged.effected
    if effected is None or not effected.unit_uses:
        return
    amounts: dict[str, int] = {}
    for one in effected.units:
        for limit in one.entry.unit_limits:
            name = counter(limit.limit, one.entry, one.article)
            amounts[name] = amounts.get(name, 0) + one.units
    for use in effected.unit_uses:
        before = counting.used_before(candidate, run.used, use.name)
        prior = int(candidate.unit_counts.get(use.name) or 0)
        yield use.name, amounts.get(use.name, 0), _of_unit_use(use, prior, before)


def _of_unit_use(use: UnitUse, prior: int, before: int) -> Interval:
    full = use.limit - before
    turns = (full - use.given - use.units, full - use.given, full - use.granted)
    return steady_around(prior, turns, lambda figure: use.allows(figure + before) == use.units)


def _of_budgets(run: Run, candidate: Candidate, judged: Judged) -> Iterator[_Found]:
    priors = {budget.id: budget.used for budget in candidate.budgets}
    for use in () if judged.effected is None else judged.effected.budget_uses:
        id = use.budget.id
        before = counting.budget_used_before(run.used, id)
        yield budgets.counter(use.budget), use.given, _of_budget_use(use, priors[id], before)


def _of_budget_use(use: BudgetUse, prior: int, before: int) -> Interval:
    budget = use.budget

    def left(used: int) -> int:
        return replace(budget, used=used + before).left

    if not use.is_cut:
        needed = use.wanted if budget.may_cut else use.given
        return steady_around(prior, (budget.limit - before - needed,), lambda used: left(used) >= needed)
    # Where units had to be cut, a little less that is left may cut others.
    least = budget.left if budget.measure is BudgetMeasure.UNITS else use.given
    turns = (budget.limit - before - figure for figure in (least, budget.left, budget.left + 1))
    return steady_around(prior, tuple(turns), lambda used: least <= left(used) <= budget.left)
