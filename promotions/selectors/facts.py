"""The facts that rules, targets and formulas ask for, and no others, as the engine's frozen input.

Contract: semantics-core 7.3, 11.2. Two queries for collections, one for segments, each only when somebody
asks; their number does not depend on how many rules there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from commerce.models import Customer
from commerce.selectors.line_collections import collections_of
from commerce.selectors.orders import ResolvedOrder
from core import prepared
from core.actors import Actor, ActorKind
from core.exact import exact
from engine import Basket, Call
from engine import Customer as EngineCustomer
from engine.rules import Needs

# Naming more of them costs more than reading a few that nobody asked for.
_NAMED_AT_MOST: Final = 50
_SEGMENTS_OF: Final = """
SELECT segment.public_id
FROM commerce_segmentmembership AS membership
JOIN commerce_segment AS segment ON segment.id = membership.segment_id
WHERE membership.customer_id = %(customer)s
  AND (%(named)s::text[] IS NULL OR segment.public_id = ANY(%(named)s::text[]))
"""
_METADATA: Final = {
    "order.metadata": "order",
    "lines.metadata": "line",
    "lines.product_metadata": "product",
    "lines.sku_metadata": "sku",
}


def basket_facts(order: ResolvedOrder | None, needs: Needs, *, now: datetime) -> Basket | None:
    """The order with the collections of its lines and the metadata that `needs` names."""
    if order is None:
        return None
    return order.basket(
        collections=collections_of(order.lines, needs.collections, now=now),
        metadata={whose for fact, whose in _METADATA.items() if fact in needs.facts},
    )


def customer_facts(
    customer: Customer | None, payload: Mapping[str, Any] | None, needs: Needs
) -> EngineCustomer | None:
    """Who buys: the stored customer, or one of whom only the request speaks.

    Metadata of the request beats what is stored, for this call only.
    """
    payload = payload or {}
    if customer is None and not payload:
        return None
    stored = customer.metadata if customer is not None else {}
    metadata = {**stored, **(payload.get("metadata") or {})} if "customer.metadata" in needs.facts else {}
    return EngineCustomer(
        id=customer.public_id if customer is not None else None,
        source_id=customer.source_id if customer is not None else payload.get("source_id"),
        metadata=exact(metadata),
        segments=_segments(customer, needs),
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


def _segments(customer: Customer | None, needs: Needs) -> tuple[str, ...]:
    if customer is None or not needs.segments:
        return ()
    named = list(needs.segments) if len(needs.segments) <= _NAMED_AT_MOST else None
    with prepared.cursor() as cursor:
        cursor.execute(_SEGMENTS_OF, {"customer": customer.pk, "named": named})
        mine = {public_id for (public_id,) in cursor.fetchall()}
    return tuple(sorted(needs.segments & mine))
