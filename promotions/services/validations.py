"""Would it work, and what would the order cost? Nothing is written. Contract: semantics-core 7."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from commerce.models import Customer
from commerce.selectors import orders as order_resolution
from commerce.selectors.orders import OrderSpec, ResolvedOrder
from commerce.services import customers
from core import tracking
from core.actors import Actor
from core.models import ProjectSettings
from engine import Outcome, Strategy, evaluate
from promotions.redeemables import Requested
from promotions.selectors import snapshots, stacking_rules
from promotions.selectors.readable import with_names
from promotions.selectors.snapshots import Asking, Loaded


@dataclass(frozen=True, kw_only=True)
class SessionSpec:
    """A session of the request (contract: semantics-core 10). An empty key: one is to be made."""

    key: str = ""
    ttl: int | None = None
    ttl_unit: str | None = None


@dataclass(frozen=True, kw_only=True)
class DecisionSpec:
    """One request about redeemables: what validation, redemption and qualification have in common.

    `customer` is a validated wire customer (`commerce.api.serializers.customers.CustomerInput`). `strategy`
    BEST_FOR_CUSTOMER looks for the set of redeemables that saves most. What the session of `session` holds is
    there for this request.
    """

    redeemables: tuple[Requested, ...]
    order: OrderSpec | None = None
    customer: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    tracking_id: str = ""
    strategy: Strategy = Strategy.REQUESTED
    session: SessionSpec | None = None

    @property
    def session_key(self) -> str:
        return self.session.key if self.session is not None else ""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The rows, what the engine saw, and what it decided."""

    loaded: Loaded
    outcome: Outcome
    tracking_id: str | None = None


def validate(*, spec: DecisionSpec, actor: Actor, now: datetime) -> Decision:
    """Decide without any trace: unknown customers are not created, nothing is counted.

    :raises NotFound: `order.id` is given and unknown.
    :raises InvalidRedeemables, DuplicatedRedeemables: the request itself is wrong.
    """
    settings, category_rules = stacking_rules.of_project()
    customer = customers.find_for_payload(payload=spec.customer) if spec.customer else None
    order = order_resolution.resolve(spec.order) if spec.order else None
    asking = replace(asking_of(spec, order, customer, settings, actor, now), category_rules=category_rules)
    loaded = snapshots.load(requested=spec.redeemables, asking=asking)
    return Decision(
        loaded=loaded,
        outcome=with_names(loaded, evaluate(loaded.snapshot)),
        tracking_id=tracking_of(spec.tracking_id, spec.customer, settings),
    )


def asking_of(
    spec: DecisionSpec,
    order: ResolvedOrder | None,
    customer: Customer | None,
    settings: ProjectSettings,
    actor: Actor,
    now: datetime,
) -> Asking:
    """The request with its order and customer, ready to be loaded."""
    return Asking(
        order=order,
        customer=customer,
        payload=spec.customer,
        metadata=spec.metadata,
        strategy=spec.strategy,
        session_key=spec.session_key,
        settings=settings,
        actor=actor,
        now=now,
    )


def tracking_of(
    tracking_id: str, customer: Mapping[str, Any] | None, settings: ProjectSettings
) -> str | None:
    """The tracking id of a request: its own, else one made from the customer's source id."""
    source_id = tracking_id or (customer or {}).get("source_id")
    return tracking.tracking_id(source_id, settings) if source_id else None
