"""Why would this be granted or refused? For any customer, code, basket and instant; nothing is written.

Ours, beyond the contract: `options.explain` and `options.at`, and the page "Why?" of the admin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core import project
from core.actors import Actor
from core.errors import NotFound
from engine import Outcome, Snapshot, evaluate
from engine.explain import ExplainedCondition, Explanation, explain
from engine.summary import Names
from promotions.models import Redemption
from promotions.selectors import versions
from promotions.selectors.readable import known_names, readable, spelled_out
from promotions.selectors.versions import Named
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
    return _explained(decision.loaded.snapshot, decision.outcome, decision.loaded.settings.currency)


@dataclass(frozen=True, kw_only=True)
class StoredDecision:
    """What is on record about a redemption: the row that holds the decision (of several used together: their
    parent), the versions that it was decided on, and why it came out so.
    """

    redemption: Redemption
    outcome: Outcome
    versions: Sequence[Named]
    explanations: tuple[Explanation, ...]


def stored(redemption: Redemption) -> StoredDecision:
    """The decision that led to a redemption, explained by what was stored then, never by today's terms.
    (Only what articles and segments are called is looked up today.)

    :raises NotFound: the attempt failed, so there is no decision; the redemption itself says why.
    """
    row = redemption if redemption.parent is None else redemption.parent
    if row.snapshot is None or row.outcome is None:
        raise NotFound.of("decision", redemption.public_id)
    snapshot, outcome = Snapshot.from_json(row.snapshot), Outcome.from_json(row.outcome)
    return StoredDecision(
        redemption=row,
        outcome=outcome,
        versions=versions.of_redemption(row),
        explanations=_explained(snapshot, outcome, project.current().currency),
    )


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


def _explained(snapshot: Snapshot, outcome: Outcome, currency: str) -> tuple[Explanation, ...]:
    return told(snapshot, outcome, known_names(snapshot.candidates), currency)


def told(
    snapshot: Snapshot, outcome: Outcome, known: dict[str, str], currency: str
) -> tuple[Explanation, ...]:
    """The explanations of an outcome by names that were looked up before."""
    found = explain(snapshot, outcome, names=Names(known=known, currency=currency))
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
