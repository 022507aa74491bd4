"""What the steps of one request use up of counters that its candidates share. Contract: 5.5, 11.5.

Counters of a campaign are shared by its codes and tiers: two codes of one campaign in one request never pass
a limit together. `redemption.count*` and limits per promotion tier belong to one candidate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.applicability import UnitLimit
from engine.rules.families.counters import added, is_of_campaign
from engine.rules.values import number
from engine.snapshot import Candidate, RedeemableObject
from engine.unit_limits import OF_TIER, DiscountedUnits, counter

if TYPE_CHECKING:
    from engine.situation import Situation

type Used = Mapping[str, Mapping[str, int]]
"""Campaign id -> name of the counter -> what this request has used so far."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """What has to be followed: by campaign the counters that rules read, and campaigns that limit units."""

    counts: Mapping[str, frozenset[str]]
    units: frozenset[str]


def shared(candidates: Sequence[Candidate]) -> Shared | None:
    """The counters of campaigns that stand in the request more than once; None = there are none."""
    by_campaign: dict[str, list[Candidate]] = {}
    for candidate in candidates:
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
    return Shared(counts=counts, units=frozenset(units)) if counts or units else None


def after_step(found: Shared, used: Used, situation: Situation, units: Sequence[DiscountedUnits]) -> Used:
    """`used` with what the candidate of `situation`, whose result is known, adds."""
    candidate = situation.candidate
    campaign = candidate.campaign_id
    if campaign is None or not (campaign in found.counts or campaign in found.units):
        return used
    own = dict(used.get(campaign, {}))
    for name in found.counts.get(campaign, ()):
        own[name] = own.get(name, 0) + added(situation, name)
    if campaign in found.units:
        for one in units:
            for limit in UnitLimit:
                if limit in OF_TIER and candidate.object is RedeemableObject.PROMOTION_TIER:
                    continue  # no other candidate is of this tier
                name = counter(limit, one.entry, one.article)
                own[name] = own.get(name, 0) + one.units
    return {**used, campaign: own}


def with_used(candidate: Candidate, used: Used) -> Candidate:
    """The candidate with its counters as they are at its turn."""
    own = used.get(candidate.campaign_id or "")
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
    return used.get(candidate.campaign_id or "", {}).get(name, 0)


def _sum(before: Any, amount: int) -> Any:
    found = number(before)
    return before if found is None else found + amount


def limits_units(candidate: Candidate) -> bool:
    """Do its rules limit units over the life of a campaign or tier?"""
    return any(entry.unit_limits for rule in candidate.rules for entry in rule.applicable_to.included)
