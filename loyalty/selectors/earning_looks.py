"""What happened, and what each earning rule makes of it: one answer for the ledger and for previews.

Contract: loyalty 5.2, 5.3. A constant number of queries, however many rules there are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import partial
from typing import Any, Final

from commerce.models import Customer, Order
from commerce.selectors.line_collections import collections_of
from commerce.selectors.orders import ResolvedLine, ResolvedOrder
from core import project
from core.actors import Actor
from core.exact import exact
from engine import Candidate, RedeemableObject, effects, formula, rules, timeframes
from engine.basket import open_order
from engine.formula import Scope
from engine.situation import Situation
from loyalty import earning
from loyalty.earning import Basis, Facts, Line
from loyalty.models import EarningRule, TierMapping
from promotions import engine_input, rule_words
from promotions.models import Campaign
from promotions.redeemables import Found, Requested
from promotions.selectors import snapshots
from promotions.selectors.snapshots import Asking

_ACTOR: Final = Actor.system("loyalty", channel="TASK")
# A rule with a formula is shown to the engine as a discount that has it, which lets its facts be loaded.
_NOTHING_OFF: Final = {"type": "AMOUNT", "amount_off": 0, "effect": "APPLY_TO_ORDER"}


@dataclass(frozen=True, kw_only=True)
class Happened:
    """`event` in the words of rules, at an instant, to a customer; the order as far as there is one.

    `cause` names it once for all: type and id. `subject_id` is the segment or tier that it is about. `card`
    is a code that the event named. `details` are references in wire form.
    """

    event: str
    cause: tuple[str, str]
    at: datetime
    customer: Customer | None
    payload: Mapping[str, Any] | None = None
    order: ResolvedOrder | None = None
    stored: Order | None = None
    event_metadata: Mapping[str, Any] = field(default_factory=dict)
    subject_id: str = ""
    card: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    depth: int = 0


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one rule gives; without a `basis` nothing, and `why`."""

    rule: EarningRule
    basis: Basis | None = None
    why: str = ""


def in_force(event: str, *, campaign_id: int | None = None) -> list[EarningRule]:
    """Rules for an event, the oldest first, of programmes that are there."""
    found = EarningRule._base_manager.filter(
        event=event, deleted_at=None, is_active=True, campaign__deleted_at=None
    )
    if campaign_id is not None:
        found = found.filter(campaign=campaign_id)
    related = ("campaign", "validation_rule", "segment", "event_schema")
    return list(found.select_related(*related).order_by("pk"))


def is_running(campaign: Campaign, at: datetime) -> bool:
    """Neither a draft, nor paused, nor out of its dates. Contract: loyalty 2."""
    return (
        campaign.deleted_at is None
        and not campaign.is_draft
        and campaign.is_active
        and (campaign.starts_at is None or campaign.starts_at <= at)
        and (campaign.ends_at is None or at < campaign.ends_at)
    )


def looks(
    asked: Sequence[EarningRule],
    happened: Happened,
    *,
    mappings: Mapping[int, TierMapping] | None = None,
    is_decided: bool = False,
) -> list[Look]:
    """What each rule gives, by the `mappings` of the tier that is held; `is_decided`: its conditions hold."""
    zone = project.current().zone
    refusals = {rule.pk: _refusal(rule, happened, zone) for rule in asked}
    open_rules = [rule for rule in asked if not refusals[rule.pk]]
    facts = facts_of(happened, open_rules)
    judged = _situations(open_rules, happened, zone)
    found = []
    for rule in asked:
        why = refusals[rule.pk]
        situation = judged.get(rule.pk)
        if not why and situation is not None and not is_decided and not _holds(situation):
            why = "Its conditions are not met."
        if why:
            found.append(Look(rule=rule, why=why))
            continue
        basis = earning.calculate(
            rule.loyalty,
            facts,
            mapping=(mappings or {}).get(rule.pk),
            formula=partial(_calculated, situation),
        )
        found.append(Look(rule=rule, basis=basis, why="" if basis else "There is nothing to count."))
    return found


def _refusal(rule: EarningRule, happened: Happened, zone: tzinfo) -> str:
    if not is_running(rule.campaign, happened.at):
        return "The programme does not run at this time."
    limits = engine_input.validity(rule)
    if limits.starts_at is None:
        limits = replace(limits, starts_at=rule.campaign.starts_at)
    begins, ends = limits.starts_at, limits.ends_at
    is_over = (begins is not None and happened.at < begins) or (ends is not None and happened.at >= ends)
    if is_over or not timeframes.is_open(limits, happened.at, zone):
        return "It does not count at this time."
    if rule.segment is not None and happened.subject_id != rule.segment.public_id:
        return "It is about another segment."
    if rule.loyalty_tier_id not in ("", earning.ANY_TIER, happened.subject_id):
        return "It is about another tier."
    return ""


def facts_of(happened: Happened, asked: Collection[EarningRule]) -> Facts:
    """What rules may count, with the collections that some of them ask for."""
    order = happened.order
    customer = happened.customer
    payload = happened.payload or {}
    metadata = {**(customer.metadata if customer else {}), **(payload.get("metadata") or {})}
    own = {"customer_metadata": exact(metadata), "event_metadata": exact(dict(happened.event_metadata))}
    if order is None:
        return Facts(**own)
    wanted = frozenset[str]().union(*(earning.collections_in(rule.loyalty) for rule in asked))
    collections = collections_of(order.lines, wanted, now=happened.at)
    lines = [
        _line(place, line, ids)
        for place, (line, ids) in enumerate(zip(order.lines, collections, strict=True))
    ]
    amount = order.amount or 0
    discounts = order.discount_amount + sum(line.discount_amount for line in order.lines)
    return Facts(
        amount=amount,
        total=max(0, amount - discounts),
        lines=lines,
        order_metadata=exact(dict(order.metadata)),
        **own,
    )


def _line(place: int, line: ResolvedLine, collections: tuple[str, ...]) -> Line:
    shown = line.facts(collections=collections)
    names = {
        shown.product_id,
        shown.sku_id,
        shown.product_source_id,
        shown.sku_source_id,
        shown.source_id,
        *collections,
    }
    amount = line.amount or 0
    return Line(
        position=line.stored.position if line.stored is not None else place,
        quantity=line.quantity,
        amount=amount,
        subtotal=max(0, amount - line.discount_amount),
        free=line.discount_quantity,
        names=frozenset(name for name in names if name),
    )


def _situations(asked: Sequence[EarningRule], happened: Happened, zone: tzinfo) -> dict[int, Situation]:
    """Of rules with conditions or formulas, what these are judged on."""
    candidates = {rule.pk: one for rule in asked if (one := _candidate(rule)) is not None}
    if not candidates:
        return {}
    found = [
        Found(requested=Requested(object=RedeemableObject.VOUCHER, id=one.key), candidate=one)
        for one in candidates.values()
    ]
    asking = Asking(
        order=happened.order,
        customer=happened.customer,
        payload=happened.payload,
        settings=project.current(),
        actor=_ACTOR,
        now=happened.at,
    )
    loaded = snapshots.complete(found=found, asking=asking)
    query = loaded.snapshot
    order = None if query.basket is None else open_order(query.basket)
    lines = () if query.basket is None else query.basket.lines
    return {
        pk: Situation(snapshot=query, candidate=ready, zone=zone, before=order, lines=lines)
        for pk, ready in zip(candidates, query.candidates, strict=True)
    }


def _candidate(rule: EarningRule) -> Candidate | None:
    conditions = rule.validation_rule
    text = earning.figures_of(rule.loyalty).get("points_formula")
    if conditions is None and not text:
        return None
    parts = {} if conditions is None else {part: getattr(conditions, part) for part in rule_words.PARTS}
    document = rule_words.document_in(parts)
    return Candidate(
        key=rule.public_id,
        discount=effects.parse({**_NOTHING_OFF, **({"amount_off_formula": text} if text else {})}),
        rules=(rules.parse({**document, "id": rule.public_id}),) if document else (),
    )


def _holds(situation: Situation) -> bool:
    return all(rules.holds(one, situation) for one in situation.candidate.rules)


def _calculated(situation: Situation | None, text: str) -> Decimal | None:
    return None if situation is None else formula.evaluate(formula.parse(text), Scope(situation))
