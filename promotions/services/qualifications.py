"""Which incentives could this customer use with this basket? Each is judged alone.

Contract: semantics-core 19.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from django.db.models import Q

from commerce.selectors import orders as order_resolution
from commerce.selectors.orders import OrderSpec, ResolvedOrder
from commerce.services import customers
from core import project
from core.actors import Actor
from core.models import ProjectSettings
from engine import Snapshot, Status, Step, evaluate
from promotions import engine_input
from promotions.category_rules import CategoryRules
from promotions.redeemables import Found
from promotions.selectors import qualification, stacking_rules
from promotions.selectors.qualification import Universe
from promotions.services.validations import tracking_of


class Scenario(StrEnum):
    ALL = "ALL"
    CUSTOMER_WALLET = "CUSTOMER_WALLET"


class SortingRule(StrEnum):
    DEFAULT = "DEFAULT"
    BEST_DEAL = "BEST_DEAL"
    LEAST_DEAL = "LEAST_DEAL"


@dataclass(frozen=True, kw_only=True)
class QualificationSpec:
    """`vouchers` and `tiers` narrow what is looked at; None leaves the kind out."""

    order: OrderSpec | None = None
    customer: Mapping[str, Any] | None = None
    tracking_id: str = ""
    scenario: Scenario = Scenario.ALL
    limit: int = 5
    starting_after: datetime | None = None
    sorting_rule: SortingRule = SortingRule.DEFAULT
    vouchers: Q | None = field(default_factory=Q)
    tiers: Q | None = field(default_factory=Q)


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One redeemable that fits, and the order with its effect alone."""

    found: Found
    step: Step


@dataclass(frozen=True, kw_only=True)
class Qualified:
    hits: tuple[Hit, ...]
    has_more: bool
    order: ResolvedOrder | None
    settings: ProjectSettings
    tracking_id: str | None
    category_rules: CategoryRules = field(default_factory=CategoryRules)


def qualify(*, spec: QualificationSpec, actor: Actor, now: datetime) -> Qualified:
    """The first `limit` redeemables that fit, newest first or by the size of the discount."""
    settings = project.current()
    customer = customers.find_for_payload(payload=spec.customer) if spec.customer else None
    order = order_resolution.resolve(spec.order) if spec.order else None
    category_rules = stacking_rules.category_rules()
    empty = Snapshot(
        now=now,
        time_zone=settings.time_zone,
        basket=order.basket() if order is not None else None,
        stacking_rules=engine_input.stacking_rules(settings, category_rules),
    )
    universe = Universe(
        customer=customer,
        wallet_only=spec.scenario is Scenario.CUSTOMER_WALLET,
        vouchers=spec.vouchers,
        tiers=spec.tiers,
        created_before=spec.starting_after,
    )
    stream = (
        Hit(found=found, step=step)
        for found in qualification.candidates(universe, settings=settings, now=now)
        if (step := _alone(empty, found)).status is Status.APPLICABLE
    )
    if spec.sorting_rule is SortingRule.DEFAULT:
        hits = list(islice(stream, spec.limit + 1))
    else:
        # Sorting is stable, so equal deals stay newest first.
        best = spec.sorting_rule is SortingRule.BEST_DEAL
        hits = sorted(stream, key=lambda hit: -_deal(hit) if best else _deal(hit))
    return Qualified(
        hits=tuple(hits[: spec.limit]),
        has_more=len(hits) > spec.limit,
        order=order,
        settings=settings,
        tracking_id=tracking_of(spec.tracking_id, spec.customer, settings),
        category_rules=category_rules,
    )


def _alone(empty: Snapshot, found: Found) -> Step:
    return evaluate(replace(empty, candidates=(found.candidate,))).steps[0]


def _deal(hit: Hit) -> int:
    return hit.step.order.total_applied_discount_amount if hit.step.order else 0
