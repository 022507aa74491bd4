"""The facts that rules, targets and formulas ask for, and no others, as the engine's frozen input.

Contract: semantics-core 7.3, 11.2. Two queries for collections, one for segments, one for loyalty tiers, each
only when somebody asks; their number does not depend on how many rules there are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from commerce.models import Customer
from commerce.selectors import segments
from commerce.selectors.line_collections import collections_of
from commerce.selectors.orders import ResolvedOrder
from core.actors import Actor, ActorKind
from core.exact import exact
from engine import Basket, Call
from engine import Customer as EngineCustomer
from engine.rules import Needs
from promotions import loyalty_tiers

_METADATA: Final = {
    "order.metadata": "order",
    "lines.metadata": "line",
    "lines.product_metadata": "product",
    "lines.sku_metadata": "sku",
}


def basket_facts(
    order: ResolvedOrder | None,
    needs: Needs,
    *,
    now: datetime,
    collections: Sequence[tuple[str, ...]] | None = None,
) -> Basket | None:
    """The order with the collections of its lines and the metadata that `needs` names.

    `collections` of each line, where somebody looked them up for many orders at once.
    """
    if order is None:
        return None
    if collections is None:
        collections = collections_of(order.lines, needs.collections, now=now)
    return order.basket(
        collections=collections,
        metadata={whose for fact, whose in _METADATA.items() if fact in needs.facts},
    )


def customer_facts(
    customer: Customer | None,
    payload: Mapping[str, Any] | None,
    needs: Needs,
    *,
    now: datetime,
    held: Collection[str] | None = None,
    levels: Collection[str] | None = None,
) -> EngineCustomer | None:
    """Who buys: the stored customer, or one of whom only the request speaks.

    What the request says beats what is stored, for this call only; segments with a filter hear it, too.
    `held` are the segments that he is in, `levels` those of loyalty programmes, where somebody looked them up
    for many customers at once.
    """
    payload = payload or {}
    if customer is None and not payload:
        return None
    stored = customer.metadata if customer is not None else {}
    metadata = {**stored, **(payload.get("metadata") or {})} if "customer.metadata" in needs.facts else {}
    if held is None:
        held = segments.held_by(customer, payload, needs.segments, now=now)
    if levels is None and needs.loyalty_tiers:
        levels = loyalty_tiers.held_by(customer.pk if customer else None, needs.loyalty_tiers, now=now)
    return EngineCustomer(
        id=customer.public_id if customer is not None else None,
        source_id=customer.source_id if customer is not None else payload.get("source_id"),
        metadata=exact(metadata),
        segments=tuple(sorted(held)),
        loyalty_tiers=tuple(sorted(levels or ())),
        birth_date=payload.get("birthdate") or (customer.birthdate if customer is not None else None),
    )


def call_facts(actor: Actor, metadata: Mapping[str, Any]) -> Call:
    """Which key or person asks, and what the request says about the redemption."""
    is_user = actor.kind is ActorKind.USER
    return Call(
        api_key=actor.id if actor.kind is ActorKind.API_KEY else None,
        user_login=actor.label if is_user else None,
        channel=actor.channel,
        metadata=exact(metadata),
    )
