"""Campaigns of which a customer could use a code: the old question about campaigns, on today's answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from commerce.selectors import orders as order_resolution
from commerce.services import customers
from core.actors import Actor
from promotions.selectors import judging, snapshots
from promotions.selectors.scenarios import SCOPES, Scenario
from promotions.selectors.snapshots import Asking
from promotions.services import qualifications
from promotions.services.qualifications import QualificationSpec, Qualified


def qualify(*, spec: QualificationSpec, actor: Actor, now: datetime) -> Qualified:
    """Those of `spec` whose rules about the order hold too, each judged alone.

    Only the scenarios that look at a part of the rules look at campaigns, so the audience is asked first and
    what is left is judged on all rules.
    """
    audience = replace(spec, scenario=Scenario.AUDIENCE_ONLY)
    qualified = qualifications.qualify(spec=audience, actor=actor, now=now)
    asking = Asking(
        order=order_resolution.resolve(spec.order) if spec.order else None,
        customer=customers.find_for_payload(payload=spec.customer) if spec.customer else None,
        payload=spec.customer,
        metadata=spec.metadata,
        settings=qualified.settings,
        actor=actor,
        now=now,
    )
    loaded = snapshots.complete(found=[hit.found for hit in qualified.hits], asking=asking)
    query = replace(loaded.snapshot, candidates=())
    scope = SCOPES[Scenario.ALL]
    kept = tuple(
        hit
        for hit, found in zip(qualified.hits, loaded.found, strict=True)
        if judging.judge(found.candidate, query, scope) is not None
    )
    return replace(qualified, hits=kept)
