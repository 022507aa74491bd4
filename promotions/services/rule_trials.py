"""Would these conditions hold? For a rule that need not be stored, for any customer, basket and instant.

The production evaluator decides; nothing is written. Ours, beyond the contract: "Test it" in the admin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from commerce.selectors import orders as order_resolution
from commerce.services import customers
from core.actors import Actor
from engine import Candidate, RedeemableObject, effects, rules
from engine.explain import ExplainedCondition
from engine.explain.ruled import ruled
from engine.pipeline import Run
from engine.summary import Names
from promotions.redeemables import Found, Requested
from promotions.selectors import snapshots, stacking_rules
from promotions.selectors.needs import needs_of
from promotions.selectors.readable import known_names, spelled_out
from promotions.services.validations import DecisionSpec, asking_of

_KEY: Final = "trial"
# It has to be a discount; this one changes nothing, so that amounts after it are those before it.
_NOTHING_OFF: Final = {"type": "PERCENT", "percent_off": 0, "effect": "APPLY_TO_ORDER"}


@dataclass(frozen=True, kw_only=True)
class Tried:
    """Whether the rule holds, and each of its conditions with what it found.

    `counters`: some of them count uses, which are none yet here.
    """

    holds: bool
    conditions: tuple[ExplainedCondition, ...]
    counters: bool = False


def ask(*, document: Mapping[str, Any], spec: DecisionSpec, actor: Actor, now: datetime) -> Tried:
    """Judge `document` (`{"rules", "applicable_to", "bundle_rules"}`) on all that `spec` says.

    :raises RuleSyntaxError: the document cannot be read.
    :raises NotFound: `order.id` is given and unknown.
    """
    rule_set = rules.parse({**document, "id": _KEY})
    candidate = Candidate(key=_KEY, discount=effects.parse(_NOTHING_OFF), rules=(rule_set,))
    settings, category_rules = stacking_rules.of_project()
    customer = customers.find_for_payload(payload=spec.customer) if spec.customer else None
    order = order_resolution.resolve(spec.order) if spec.order else None
    asking = replace(asking_of(spec, order, customer, settings, actor, now), category_rules=category_rules)
    found = Found(requested=Requested(object=RedeemableObject.VOUCHER, id=_KEY), candidate=candidate)
    loaded = snapshots.complete(found=[found], asking=asking)
    counted = needs_of([candidate]).counts
    (ready,) = loaded.snapshot.candidates
    ready = replace(ready, counts={**dict.fromkeys(counted, 0), **ready.counts})
    run = Run.open(replace(loaded.snapshot, candidates=(ready,)))
    judged = run.judge(ready)
    known = known_names([ready])
    names = Names(known=known, currency=settings.currency)
    conditions = tuple(_named(one, known) for one in ruled(run, ready, judged, names))
    return Tried(
        holds=rules.holds(rule_set, judged.situation),
        conditions=conditions,
        counters=bool(counted),
    )


def _named(condition: ExplainedCondition, known: dict[str, str]) -> ExplainedCondition:
    return replace(
        condition,
        found=spelled_out(condition.found, known),
        remedy=None if condition.remedy is None else spelled_out(condition.remedy, known),
        children=tuple(_named(child, known) for child in condition.children),
    )
