"""What the steps of one request use of counters and budgets that its candidates share. Contract: 5.5, 11.5.

Counters of a campaign are shared by its codes and tiers: two codes of one campaign in one request never pass
a limit together. `redemption.count*` and limits per promotion tier belong to one candidate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from engine.applicability import UnitLimit
from engine.budgets import Budget, BudgetUse
from engine.rules.families.counters import LIMITS, added, is_of_campaign
from engine.rules.needs import flat
from engine.rules.tree import Rule
from engine.rules.values import number
from engine.snapshot import Candidate, RedeemableObject
from engine.unit_limits import OF_TIER, DiscountedUnits, counter

if TYPE_CHECKING:
    from engine.situation import Situation

type Used = Mapping[str, Mapping[str, int]]
"""Whose counters they are -> name of the counter, or id of the budget -> what the request used so far."""

_BUDGETS: Final = "budgets"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """What has to be followed: by campaign the counters that rules read, campaigns that limit units, budgets.

    `may_open`: a rule holds only when a counter has grown far enough.
    """

    counts: Mapping[str, frozenset[str]]
    units: frozenset[str]
    budgets: frozenset[str]
    may_open: bool = False


def shared(candidates: Sequence[Candidate]) -> Shared | None:
    """The counters of campaigns, and the budgets, that stand in the request more than once; None = none."""
    by_campaign: dict[str, list[Candidate]] = {}
    ids: list[str] = []
    for candidate in candidates:
        if candidate.budgets:
            ids += {budget.id for budget in candidate.budgets}
        if candidate.campaign_id is not None:
            by_campaign.setdefault(candidate.campaign_id, []).append(candidate)
    counts, units = {}, set()
    for campaign, members in by_campaign.items():
        if len(members) < 2:
            continue
        names = frozenset(name for one in members for name in one.counts if is_of_campaign(name))
        if names:
            counts[campaign] = names
        if any(map(limits_units, members)):
            units.add(campaign)
    budgets = frozenset(one for one in ids if ids.count(one) > 1)
    if not (counts or units or budgets):
        return None
    may_open = any(
        opens(rule, counts[campaign])
        for campaign in counts
        for one in by_campaign[campaign]
        for rule_set in one.rules
        for rule in rule_set.rules
    )
    return Shared(counts=counts, units=frozenset(units), budgets=budgets, may_open=may_open)


def opens(rule: Rule, names: frozenset[str]) -> bool:
    """May it come to hold when the counters of these names grow? A limit that is passed stays so."""
    if rule.name in names and any(condition.operator not in LIMITS for condition in rule.conditions):
        return True
    return any(below.name in names for below in flat(rule.rules))


def after_step(
    found: Shared,
    used: Used,
    situation: Situation,
    *,
    units: Sequence[DiscountedUnits],
    budgets: Sequence[BudgetUse],
) -> Used:
    """`used` with what the candidate of `situation`, whose result is known, adds."""
    taken = {use.budget.id: use.given for use in budgets if use.budget.id in found.budgets}
    if taken:
        before = used.get(_BUDGETS, {})
        used = {**used, _BUDGETS: {**before, **{id: before.get(id, 0) + taken[id] for id in taken}}}
    candidate = situation.candidate
    campaign = candidate.campaign_id
    if campaign is None or not (campaign in found.counts or campaign in found.units):
        return used
    owner = _owner(candidate)
    own = dict(used.get(owner, {}))
    for name in found.counts.get(campaign, ()):
        own[name] = own.get(name, 0) + added(situation, name)
    if campaign in found.units:
        for one in units:
            for limit in UnitLimit:
                if limit in OF_TIER and candidate.object is RedeemableObject.PROMOTION_TIER:
                    continue  # no other candidate is of this tier
                name = counter(limit, one.entry, one.article)
                own[name] = own.get(name, 0) + one.units
    return {**used, owner: own}


def with_used(candidate: Candidate, used: Used) -> Candidate:
    """The candidate with its counters and budgets as they are at its turn."""
    taken = used.get(_BUDGETS)
    if taken and candidate.budgets:
        candidate = replace(
            candidate, budgets=tuple(_after(one, taken.get(one.id, 0)) for one in candidate.budgets)
        )
    own = used.get(_owner(candidate))
    if not own:
        return candidate
    counts, units, amounts = (
        dict(candidate.counts),
        dict(candidate.unit_counts),
        dict(candidate.granted_amounts),
    )
    for name, amount in own.items():
        if name in counts:
            counts[name] = _sum(counts[name], amount)
        elif ":" in name:
            units[name] = int(units.get(name) or 0) + amount
        if name in amounts:
            amounts[name] -= amount
    return replace(candidate, counts=counts, unit_counts=units, granted_amounts=amounts)


def used_before(candidate: Candidate, used: Used, name: str) -> int:
    """What the steps before used of one counter."""
    return used.get(_owner(candidate), {}).get(name, 0)


def budget_used_before(used: Used, budget: str) -> int:
    """What the steps before used of one budget."""
    return used.get(_BUDGETS, {}).get(budget, 0)


def _owner(candidate: Candidate) -> str:
    return f"campaign:{candidate.campaign_id}"


def _after(budget: Budget, taken: int) -> Budget:
    """What this request took is also gone from what its session held."""
    if not taken:
        return budget
    return replace(budget, used=budget.used + taken, granted=max(0, budget.granted - taken))


def _sum(before: Any, amount: int) -> Any:
    found = number(before)
    return before if found is None else found + amount


def limits_units(candidate: Candidate) -> bool:
    """Do its rules limit units over the life of a campaign or tier?"""
    return any(entry.unit_limits for rule in candidate.rules for entry in rule.applicable_to.included)
