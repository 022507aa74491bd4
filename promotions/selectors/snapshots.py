"""Rows as the engine's snapshot, in a number of queries that does not depend on how much there is.

Contract: semantics-core 6 and 7. One query for each kind of redeemable in the request; the order and its
articles are read by commerce.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from commerce.models import Customer
from commerce.selectors.orders import ResolvedOrder
from core import unknown_codes
from core.actors import Actor
from core.errors import DomainError
from core.models import ProjectSettings
from engine import Candidate, Line, RedeemableObject, Snapshot, Strategy, reasons
from engine.rules import Needs
from promotions import engine_input, referral_codes
from promotions.category_rules import CategoryRules
from promotions.redeemables import Found, Requested, kind_of
from promotions.selectors import articles, card_points, facts, stacking_rules, stacks, stops, whereabouts
from promotions.selectors.articles import Articles
from promotions.selectors.blocked import not_of_blocked
from promotions.selectors.candidates import in_place, with_counts, with_holder, with_rules
from promotions.selectors.counter_reading import CounterReader, Looking, Wanted, wanted_by
from promotions.selectors.holds import with_holds
from promotions.selectors.needs import articles_of, needs_of
from promotions.selectors.stops import Calling, Stops
from promotions.selectors.tallies import Counted, Tally


class InvalidRedeemables(DomainError):
    key = "invalid_redeemables"
    message = "Invalid redeemables"


class DuplicatedRedeemables(DomainError):
    key = "duplicated_redeemables"
    message = "Duplicated redeemables"


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who asks about what: the order, the customer (stored, and as the request describes him), the caller.

    `metadata` is the redemption's own. `strategy` says what to do with several redeemables. What the session
    of `session_key` holds is there for whoever knows the key. `category_rules` None: not read yet.
    """

    order: ResolvedOrder | None
    customer: Customer | None
    settings: ProjectSettings
    actor: Actor
    now: datetime
    payload: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    strategy: Strategy = Strategy.REQUESTED
    session_key: str = ""
    category_rules: CategoryRules | None = None


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """Everything about one request: its rows, in requested order, and what the engine sees of them.

    `wanted` are the counters that it asks for, `counted` what they said. `stops` are the emergency stops in
    force, `calling` is what they may ask about the request.
    """

    found: tuple[Found, ...]
    snapshot: Snapshot
    order: ResolvedOrder | None
    customer: Customer | None
    settings: ProjectSettings
    category_rules: CategoryRules = field(default_factory=CategoryRules)
    by_key: Mapping[tuple[str, str], Found] = field(default_factory=dict)
    articles: Articles = field(default_factory=Articles)
    wanted: Wanted | None = None
    counted: Mapping[Tally, Counted] = field(default_factory=dict)
    stops: Stops = field(default_factory=Stops)
    calling: Calling = field(default_factory=Calling)

    def order_with(self, added: Iterable[Line]) -> ResolvedOrder | None:
        """The order with the lines that discounts appended (`Outcome.added`)."""
        lines = tuple(self.articles.line(line) for line in added)
        return self.order if self.order is None or not lines else self.order.with_lines(lines)


def load(
    *, requested: tuple[Requested, ...], asking: Asking, counters: CounterReader | None = None
) -> Loaded:
    """Find what was requested, a stack by its tiers; what is not there becomes a candidate with its reason.

    :raises InvalidRedeemables: more redeemables than the project allows in one request.
    :raises DuplicatedRedeemables: one redeemable twice, also under another spelling.
    :raises StackNotAlone: a promotion stack beside something else.
    :raises NotFound: there is no such promotion stack.
    """
    settings = asking.settings
    if len(requested) > settings.redeemables_limit:
        raise InvalidRedeemables(f"A request may hold at most {settings.redeemables_limit} redeemables.")
    found = card_points.with_rewards(_find(stacks.expanded(requested), settings), now=asking.now)
    _refuse_doubles(found)
    return complete(found=found, asking=asking, counters=counters)


def complete(*, found: Sequence[Found], asking: Asking, counters: CounterReader | None = None) -> Loaded:
    """These redeemables with their rules and the facts that rules and discounts ask for.

    A constant number of queries: rules, categories, budgets, and of collections, segments, counters and
    articles those that somebody asks for. `counters` says how counters are read, None: without a trace.
    """
    settings = asking.settings
    ruled, budgets, in_force, here = with_rules(found, whereabouts.called(asking))
    ruled = in_place(ruled, here, asking)
    ruled = referral_codes.with_referrers(
        ruled,
        customer_id=None if asking.customer is None else asking.customer.pk,
        is_somebody=bool(asking.customer or asking.payload),
    )
    ruled = not_of_blocked(ruled, asking.customer)
    held = with_holds(with_holder(ruled, asking.customer), session_key=asking.session_key, now=asking.now)
    needs = needs_of([entry.candidate for entry in held])
    added = articles.load(articles_of([entry.candidate for entry in held]))
    if in_force.collections:
        needs |= Needs(collections=in_force.collections)
        added = articles.with_collections(added, in_force.collections, now=asking.now)
    basket = facts.basket_facts(asking.order, needs, now=asking.now)
    wanted = wanted_by(held, needs, asking, basket, added.engine, budgets=budgets)
    counted = (counters or Looking()).read(wanted)
    complete = with_counts(held, needs, wanted, counted)
    category_rules = asking.category_rules or stacking_rules.category_rules()
    calling = stops.calling_of(asking)
    snapshot = Snapshot(
        now=asking.now,
        **here.times(settings),
        basket=basket,
        customer=facts.customer_facts(asking.customer, asking.payload, needs, now=asking.now),
        candidates=tuple(entry.candidate for entry in complete),
        stacking_rules=engine_input.stacking_rules(settings, category_rules),
        call=facts.call_facts(asking.actor, asking.metadata if "call.metadata" in needs.facts else {}),
        articles=added.engine,
        strategy=asking.strategy,
    )
    if in_force.real:
        snapshot = stops.applied(snapshot, in_force.real, calling)
        judged = zip(complete, snapshot.candidates, strict=True)
        complete = [replace(entry, candidate=candidate) for entry, candidate in judged]
    return Loaded(
        found=tuple(complete),
        snapshot=snapshot,
        order=asking.order,
        customer=asking.customer,
        settings=settings,
        category_rules=category_rules,
        by_key={(entry.requested.object, entry.requested.id): entry for entry in complete},
        articles=added,
        wanted=wanted,
        counted=counted,
        stops=in_force,
        calling=calling,
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
    if entry.object == RedeemableObject.VOUCHER:
        unknown_codes.note(entry.id)
    reason = reasons.not_found(resource_type=entry.object, resource_id=entry.id)
    candidate = Candidate(key=entry.id, object=RedeemableObject(entry.object), label=entry.id, reason=reason)
    return Found(requested=entry, candidate=candidate)


def _refuse_doubles(found: Sequence[Found]) -> None:
    seen: set[tuple[str, object]] = set()
    for entry in found:
        name = (entry.requested.object, entry.row.pk if entry.row else entry.requested.id)
        if name in seen:
            raise DuplicatedRedeemables(f"{entry.requested.id} is requested twice.")
        seen.add(name)
