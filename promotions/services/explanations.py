"""Why would this be granted or refused? For any customer, code, basket and instant; nothing is written.

Ours, beyond the contract: `options.explain` and `options.at`, and the page "Why?" of the admin.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from core.actors import Actor
from engine import evaluate
from engine.explain import ExplainedCondition, Explanation, explain
from engine.summary import Names
from promotions.selectors.readable import known_names, readable, spelled_out
from promotions.services import validations
from promotions.services.qualifications import Qualified
from promotions.services.validations import Decision, DecisionSpec


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A decision with one explanation for each redeemable, in application order."""

    decision: Decision
    explanations: tuple[Explanation, ...]


def ask(*, spec: DecisionSpec, actor: Actor, now: datetime, at: datetime | None = None) -> Explained:
    """Decide as a validation does, at another instant if `at` says so, and say why.

    :raises NotFound: `order.id` is given and unknown, or there is no such promotion stack.
    :raises InvalidRedeemables, DuplicatedRedeemables: the request itself is wrong.
    """
    decision = validations.validate(spec=spec, actor=actor, now=at or now)
    return Explained(decision=decision, explanations=explained(decision))


def explained(decision: Decision) -> tuple[Explanation, ...]:
    """The explanations of a decision, with the names that people know."""
    snapshot = decision.loaded.snapshot
    known = known_names(snapshot.candidates)
    names = Names(known=known, currency=decision.loaded.settings.currency)
    found = explain(snapshot, decision.outcome, names=names)
    return tuple(_with_names(one, known) for one in found)


def of_hits(qualified: Qualified) -> tuple[Explanation, ...]:
    """Why each hit of a qualification fits, alone on the order; of a stack, one for each tier."""
    groups = [tuple(part.found.candidate for part in hit.parts or (hit,)) for hit in qualified.hits]
    known = known_names([candidate for group in groups for candidate in group])
    names = Names(known=known, currency=qualified.settings.currency)
    omit = qualified.scope.omit
    found: list[Explanation] = []
    for group in groups:
        snapshot = replace(qualified.query, candidates=group)
        found += explain(snapshot, evaluate(snapshot, omit=omit), names=names, omit=omit)
    return tuple(_with_names(one, known) for one in found)


def _with_names(explanation: Explanation, known: dict[str, str]) -> Explanation:
    return replace(
        explanation,
        sentence=spelled_out(explanation.sentence, known),
        reason=None if explanation.reason is None else readable(explanation.reason, known),
        remedy=None if explanation.remedy is None else spelled_out(explanation.remedy, known),
        conditions=tuple(_condition(one, known) for one in explanation.conditions),
    )


def _condition(condition: ExplainedCondition, known: dict[str, str]) -> ExplainedCondition:
    return replace(
        condition,
        found=spelled_out(condition.found, known),
        remedy=None if condition.remedy is None else spelled_out(condition.remedy, known),
        children=tuple(_condition(child, known) for child in condition.children),
    )
