"""Judging a rule set: yes or no as fast as possible, or every leaf with its reasons. Contract: section 11.

Cost: order lines times conditions, whatever the quantities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import bundles
from engine.rules.explain import explained
from engine.rules.families import REGISTRY, Scene
from engine.rules.logic import named, print_logic, satisfied
from engine.rules.tree import Logic, Rule, RuleSet
from engine.rules.verdict import Verdict

if TYPE_CHECKING:
    from engine.situation import Situation

BUNDLE = "bundle_rules"
"""For `omit`: do not ask whether the bundle is complete."""
_NOTHING: frozenset[str] = frozenset()


def holds(rule_set: RuleSet, situation: Situation, omit: frozenset[str] = _NOTHING) -> bool:
    """Does it hold? Stops at the first answer. Rules named in `omit` and undecided ones count as true."""
    if not _hold(rule_set.rules, rule_set.logic, Scene(situation=situation), omit):
        return False
    if rule_set.bundle is None or BUNDLE in omit:
        return True
    return bundles.count(rule_set.bundle, situation).quantity > 0


def first_failing(rule_set: RuleSet, situation: Situation, omit: frozenset[str] = _NOTHING) -> Rule | None:
    """The first rule, in rule order, that refuses; None when all holds or only the bundle refuses."""
    if holds(rule_set, situation, omit):
        return None
    scene = Scene(situation=situation)
    taking_part = named(rule_set.logic, {rule.key: rule for rule in rule_set.rules})
    return next((rule for rule in taking_part if decide(rule, scene, omit) is False), None)


def judge(
    rule_set: RuleSet, situation: Situation, *, omit: frozenset[str] = _NOTHING, full: bool = False
) -> Verdict:
    """The decision with its reasons.

    A rule set that holds is answered without leaves unless `full`; one that refuses always has them all.
    `omit` holds rule names ("order.amount") that are not asked.
    """
    found = holds(rule_set, situation, omit)
    if found and not full:
        return Verdict(id=rule_set.id, name=rule_set.name, holds=True, error=rule_set.error)
    scene = Scene(situation=situation)
    taking_part = named(rule_set.logic, {rule.key: rule for rule in rule_set.rules})
    counted = None if rule_set.bundle is None or BUNDLE in omit else rule_set.bundle
    return Verdict(
        id=rule_set.id,
        name=rule_set.name,
        holds=found,
        logic=print_logic(rule_set.logic),
        leaves=tuple(explained(rule, scene, omit, decide) for rule in taking_part),
        bundle=None if counted is None else bundles.count(counted, situation),
        error=rule_set.error,
    )


def decide(rule: Rule, scene: Scene, omit: frozenset[str] = _NOTHING, *, assumed: bool = True) -> bool | None:
    """One rule with its subrules; None = left out or not decidable yet.

    `assumed` is what undecided subrules count as: true, but false below a rule that wants them not to hold.
    """
    if rule.name in omit:
        return None
    family = REGISTRY[rule.name]
    own = family.test(scene, rule)
    if not rule.rules or own is None:
        return own
    if own is family.is_negation:
        return own  # decided without its subrules
    below = Scene(situation=scene.situation, matched=family.matched(scene, rule), is_each=family.is_each)
    if family.is_negation:
        return not _hold(rule.rules, rule.logic, below, omit, assumed=not assumed)
    return _hold(rule.rules, rule.logic, below, omit, assumed=assumed)


def _hold(
    rules: tuple[Rule, ...], logic: Logic, scene: Scene, omit: frozenset[str], *, assumed: bool = True
) -> bool:
    by_key = {rule.key: rule for rule in rules}

    def holds_or_may(key: str) -> bool:
        found = decide(by_key[key], scene, omit, assumed=assumed)
        return assumed if found is None else found

    return satisfied(logic, holds_or_may)
