"""Validation rules as conditions: what each asks, what it found, what would make it hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine import rules
from engine.bundles import Bundle, BundleCount
from engine.explain.explanation import ExplainedCondition
from engine.pipeline import Judged, Run
from engine.rules.remedies import leaf_remedy
from engine.rules.tree import Rule
from engine.rules.verdict import LeafVerdict
from engine.rules.words import finding
from engine.snapshot import Candidate
from engine.summary import Names, condition
from engine.summary.bundles import contents


def ruled(run: Run, candidate: Candidate, judged: Judged, names: Names) -> Iterator[ExplainedCondition]:
    """Every condition of every rule of `candidate`, judged at its turn and, where known, on the result."""
    for rule_set in candidate.rules:
        verdict = rules.judge(rule_set, judged.situation, omit=run.omit, full=True)
        by_key = {rule.key: rule for rule in rule_set.rules}
        for leaf in verdict.leaves:
            found = _leaf(leaf, by_key[leaf.key], f"rule:{rule_set.id}:{leaf.key}", names)
            yield (
                replace(found, found=f"{found.found}, held for this session")
                if _is_held(leaf, judged)
                else found
            )
        if verdict.bundle is not None and rule_set.bundle is not None:
            yield _bundle(f"rule:{rule_set.id}:bundle", rule_set.bundle, verdict.bundle, names)


def _is_held(leaf: LeafVerdict, judged: Judged) -> bool:
    """A limit that holds, though its counter may say otherwise."""
    return leaf.holds is True and leaf.name in judged.situation.candidate.granted


def _leaf(
    leaf: LeafVerdict, rule: Rule, name: str, names: Names, above: Rule | None = None
) -> ExplainedCondition:
    below: Mapping[str, Rule] = {child.key: child for child in rule.rules}
    return ExplainedCondition(
        id=name,
        text=condition(rule, names, above),
        holds=leaf.holds,
        found=finding(leaf),
        required={one.operator: list(one.operands.get("operands") or []) for one in leaf.required},
        actual=leaf.actual,
        remedy=leaf_remedy(leaf),
        children=tuple(
            _leaf(child, below[child.key], f"{name}.{child.key}", names, rule) for child in leaf.children
        ),
    )


def _bundle(name: str, bundle: Bundle, counted: BundleCount, names: Names) -> ExplainedCondition:
    missing = ", ".join(f"{part.quantity} of {names.item(part.item)}" for part in counted.missing)
    return ExplainedCondition(
        id=name,
        text=f"The order holds {contents(bundle, names)}",
        holds=counted.quantity > 0,
        found=f"{counted.quantity} complete",
        required={"limit": counted.limit},
        actual={"quantity": counted.quantity},
        remedy=f"Add {missing}" if missing and not counted.quantity else None,
    )
