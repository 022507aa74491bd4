"""What other redeemables of a request can never improve: for the bound of the search for the best set."""

from __future__ import annotations

from typing import Final

from engine import rules
from engine.applicability import Applicability, Entry, Pick
from engine.bundles import Bundle
from engine.counting import opens
from engine.effects import Effect, is_dynamic
from engine.effects.base import DiscountEffect
from engine.pipeline import Run
from engine.rules.families import REGISTRY
from engine.rules.needs import flat
from engine.rules.tree import Rule, RuleSet
from engine.snapshot import Candidate

_SPLITTING: Final = frozenset(
    {
        DiscountEffect.APPLY_TO_ITEMS_PROPORTIONALLY,
        DiscountEffect.APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY,
    }
)
_SETTLED: Final = ("order.initial_amount", "order.metadata", "order.items.", "product.", "sku.")
"""Rules about the order that ask what was bought, which no discount changes (contract 11.4)."""


def is_steady(
    effect: Effect, targets: Applicability | None, bundle: Bundle | None, *, is_once: bool, adds_units: bool
) -> bool:
    """Does `effect` save no more later than it would on the opening order?

    `targets` are the lines that it reads, None for one on the order. `is_once`: lines may be barred for it;
    `adds_units`: there may be more units, which also complete bundles.
    """
    if is_dynamic(effect) or (adds_units and bundle is not None):
        return False
    if targets is None:
        return True
    entries = targets.included
    if adds_units or any(_has_formula(entry) for entry in entries):
        return False
    if effect.effect in _SPLITTING and (is_once or any(_limits_money(one) for one in (effect, *entries))):
        return False  # a smaller share of one line is a larger share of others, which no limit may cut then
    return not is_once or all(_takes_each_line_alone(entry) for entry in entries)


def is_refused_for_good(opening: Run, candidate: Candidate) -> bool:
    """Do its rules refuse it whatever else is redeemed?"""
    situation = opening.situation(candidate)
    moving = _moving(opening, candidate)
    return any(
        _is_settled(rule_set, moving) and not rules.holds(rule_set, situation, opening.omit)
        for rule_set in candidate.rules
    )


def shares_units(opening: Run, candidate: Candidate) -> bool:
    """Can other redeemables use up units that it may discount, so that it discounts others?"""
    return opening.shared is not None and candidate.campaign_id in opening.shared.units


def _moving(opening: Run, candidate: Candidate) -> frozenset[str]:
    """Names of its counters that others of the request move, always upwards."""
    if opening.shared is None:
        return frozenset()
    return opening.shared.counts.get(candidate.campaign_id or "", frozenset())


def _is_settled(rule_set: RuleSet, moving: frozenset[str]) -> bool:
    return rule_set.bundle is None and not any(
        opens(rule, moving) or any(map(_may_change, flat((rule,)))) for rule in rule_set.rules
    )


def _may_change(rule: Rule) -> bool:
    return not rule.name.startswith(_SETTLED) and "order" in REGISTRY[rule.name].facts


def _takes_each_line_alone(entry: Entry) -> bool:
    """No line or unit takes the place of another that is barred."""
    return (
        entry.pick in (Pick.EVERY, Pick.FROM_CHEAPEST, Pick.FROM_MOST_EXPENSIVE)
        and entry.skip_initially == 0
        and entry.repeat == 1
        and entry.aggregated_quantity_limit is None
        and not entry.unit_limits
    )


def _limits_money(one: object) -> bool:
    return any(getattr(one, name, None) is not None for name in ("amount_limit", "aggregated_amount_limit"))


def _has_formula(entry: Entry) -> bool:
    own = (entry.price_formula, entry.quantity_limit_formula, entry.aggregated_quantity_limit_formula)
    return any(text is not None for text in own) or any(limit.formula for limit in entry.unit_limits)
