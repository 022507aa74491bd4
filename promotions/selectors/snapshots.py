"""Rows as the engine's snapshot, in a number of queries that does not depend on how much there is.

Contract: semantics-core 6 and 7. One query for each kind of redeemable in the request; the order and its
articles are read by commerce.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from commerce.models import Customer
from commerce.selectors.orders import ResolvedOrder
from core.errors import DomainError
from core.models import ProjectSettings
from engine import Candidate, RedeemableObject, Snapshot, reasons
from engine import Customer as EngineCustomer
from promotions import engine_input
from promotions.category_rules import CategoryRules
from promotions.redeemables import Found, Requested, kind_of
from promotions.selectors import stacking_rules, stacks


class InvalidRedeemables(DomainError):
    key = "invalid_redeemables"
    message = "Invalid redeemables"


class DuplicatedRedeemables(DomainError):
    key = "duplicated_redeemables"
    message = "Duplicated redeemables"


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """Everything about one request: its rows, in requested order, and what the engine sees of them."""

    found: tuple[Found, ...]
    snapshot: Snapshot
    order: ResolvedOrder | None
    customer: Customer | None
    settings: ProjectSettings
    category_rules: CategoryRules = field(default_factory=CategoryRules)
    by_key: Mapping[tuple[str, str], Found] = field(default_factory=dict)


def load(
    *,
    requested: tuple[Requested, ...],
    order: ResolvedOrder | None,
    customer: Customer | None,
    settings: ProjectSettings,
    now: datetime,
) -> Loaded:
    """Find what was requested, a stack by its tiers; what is not there becomes a candidate with its reason.

    :raises InvalidRedeemables: more redeemables than the project allows in one request.
    :raises DuplicatedRedeemables: one redeemable twice, also under another spelling.
    :raises StackNotAlone: a promotion stack beside something else.
    :raises NotFound: there is no such promotion stack.
    """
    if len(requested) > settings.redeemables_limit:
        raise InvalidRedeemables(f"A request may hold at most {settings.redeemables_limit} redeemables.")
    found = tuple(_find(stacks.expanded(requested), settings))
    _refuse_doubles(found)
    category_rules = stacking_rules.category_rules()
    snapshot = Snapshot(
        now=now,
        time_zone=settings.time_zone,
        basket=order.basket() if order is not None else None,
        customer=None
        if customer is None
        else EngineCustomer(id=customer.public_id, source_id=customer.source_id),
        candidates=tuple(entry.candidate for entry in found),
        stacking_rules=engine_input.stacking_rules(settings, category_rules),
    )
    return Loaded(
        found=found,
        snapshot=snapshot,
        order=order,
        customer=customer,
        settings=settings,
        category_rules=category_rules,
        by_key={(entry.requested.object, entry.requested.id): entry for entry in found},
    )


def _find(requested: tuple[Requested, ...], settings: ProjectSettings) -> list[Found]:
    rows: dict[str, Mapping[str, Any]] = {}
    for object_name in {entry.object for entry in requested}:
        ids = [entry.id for entry in requested if entry.object == object_name]
        rows[object_name] = kind_of(object_name).find(ids, settings)
    return [
        kind_of(entry.object).describe(entry, row)
        if (row := rows[entry.object].get(entry.id)) is not None
        else _missing(entry)
        for entry in requested
    ]


def _missing(entry: Requested) -> Found:
    reason = reasons.not_found(resource_type=entry.object, resource_id=entry.id)
    candidate = Candidate(key=entry.id, object=RedeemableObject(entry.object), label=entry.id, reason=reason)
    return Found(requested=entry, candidate=candidate)


def _refuse_doubles(found: tuple[Found, ...]) -> None:
    seen: set[tuple[str, object]] = set()
    for entry in found:
        name = (entry.requested.object, entry.row.pk if entry.row else entry.requested.id)
        if name in seen:
            raise DuplicatedRedeemables(f"{entry.requested.id} is requested twice.")
        seen.add(name)
