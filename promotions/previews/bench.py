"""Tries purchases on a proposal: the engine that decides about real requests, fed as they feed it.

What does not depend on the purchase (articles, emergency stops, stacking rules) is read once; collections,
segments and places once for each article, customer and store. So a hundred tries cost hardly more queries
than one. A test compares what comes out with `selectors.snapshots.complete`, purchase by purchase.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from commerce.models import Segment
from commerce.selectors.line_collections import collections_of
from commerce.selectors.order_shapes import ResolvedLine, ResolvedOrder
from core import places
from core.models import ProjectSettings, Store
from engine import Customer as EngineCustomer
from engine import Outcome, Snapshot, Status, Step, evaluate, rules
from engine.explain import Explanation
from engine.pipeline import Run
from engine.rules import Needs, Verdict
from promotions.previews.proposal import Proposal
from promotions.previews.purchases import Purchase
from promotions.redeemables import Found
from promotions.selectors import facts, snapshots, stops, whereabouts
from promotions.selectors.candidates import in_place, with_counts
from promotions.selectors.counter_reading import Wanted, wanted_by
from promotions.selectors.needs import needs_of
from promotions.selectors.readable import known_names
from promotions.selectors.snapshots import Asking
from promotions.selectors.tallies import Counted, Tally
from promotions.selectors.whereabouts import Called, Here
from promotions.services import explanations

_IS_HELD: Final = "candidate.is_held_by_customer"
_NOTHING_USED: Final = Counted(id=0, value=0)


class Unused:
    """Counters of something that nobody has used yet."""

    def read(self, wanted: Wanted) -> Mapping[Tally, Counted]:
        return dict.fromkeys(wanted.tallies, _NOTHING_USED)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One purchase, what the engine saw of it, and what it decided."""

    purchase: Purchase
    snapshot: Snapshot
    outcome: Outcome
    currency: str
    known: dict[str, str]

    @property
    def step(self) -> Step:
        return self.outcome.steps[0]

    @property
    def applies(self) -> bool:
        return self.outcome.valid and self.step.status is Status.APPLICABLE

    @property
    def saved(self) -> int:
        """What it takes off, or pays, in minor units."""
        order = self.step.order
        return order.total_applied_discount_amount if self.applies and order is not None else 0

    @property
    def free_units(self) -> int:
        order = self.step.order if self.applies else None
        return 0 if order is None else sum(line.applied_discount_quantity for line in order.lines)

    @property
    def gives(self) -> bool:
        """Does somebody get something? Applying without changing the order is no use to anybody."""
        return self.saved > 0 or self.free_units > 0

    @cached_property
    def explanation(self) -> Explanation:
        return explanations.told(self.snapshot, self.outcome, self.known, self.currency)[0]

    @cached_property
    def unmet(self) -> tuple[str, ...]:
        """The ids of the conditions that do not hold."""
        return tuple(one.id for one in self.explanation.conditions if one.holds is False)

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What each of its rules found, with what would make it hold."""
        candidate = self.snapshot.candidates[0]
        situation = Run.open(self.snapshot).judge(candidate).situation
        return tuple(rules.judge(rule, situation, full=True) for rule in candidate.rules)


class Bench:
    """Keeps what was looked up. `now` is the real one; every purchase has an instant of its own."""

    def __init__(self, proposal: Proposal, *, settings: ProjectSettings, now: datetime) -> None:
        """:raises DiscountError, RuleSyntaxError: the terms cannot be calculated (yet)."""
        self.proposal = proposal
        self.settings = settings
        self.now = now
        self._entry = proposal.found()
        self._pools = proposal.pools()
        asking = Asking(
            order=None, customer=None, settings=settings, actor=Purchase(lines=(), at=now).actor(), now=now
        )
        loaded = snapshots.complete(found=[self._entry], asking=asking, counters=Unused())
        self._template = loaded.snapshot
        self._stops = loaded.stops.real
        self.needs: Needs = needs_of([self._entry.candidate]) | Needs(collections=loaded.stops.collections)
        self.known = known_names([self._entry.candidate])
        filtered = Segment.objects.filter(public_id__in=self.needs.segments)
        filtered = filtered.exclude(type=Segment.Type.STATIC)
        self._has_filters = bool(self.needs.segments) and filtered.exists()
        self._collections: dict[str, tuple[str, ...]] = {}
        self._customers: dict[str, EngineCustomer | None] = {}
        self._places: dict[Called, Here] = {}

    @property
    def entry(self) -> Found:
        return self._entry

    def judge(self, purchase: Purchase) -> Judged:
        """Decide as a validation would, at the purchase's own instant."""
        order = purchase.order()
        self.learn(order.lines)
        return self.decide(purchase, order, self.collections(order.lines), self._customer(purchase))

    def decide(
        self,
        purchase: Purchase,
        order: ResolvedOrder,
        collections: Sequence[tuple[str, ...]],
        customer: EngineCustomer | None,
    ) -> Judged:
        """The same for facts that were looked up for many purchases at once."""
        asking = Asking(
            order=order,
            customer=purchase.customer,
            payload=purchase.payload,
            metadata=purchase.said,
            settings=self.settings,
            actor=purchase.actor(),
            now=purchase.at,
        )
        here = self._here(whereabouts.called(asking))
        basket = facts.basket_facts(order, self.needs, now=purchase.at, collections=collections)
        (entry,) = in_place([self._entry], here, asking)
        if _IS_HELD in self.needs.facts:
            # As if the code had been given to this customer: that is how such codes reach people.
            held = replace(entry.candidate, is_held_by_customer=purchase.customer is not None)
            entry = replace(entry, candidate=held)
        wanted = wanted_by([entry], self.needs, asking, basket, self._template.articles, budgets=self._pools)
        (entry,) = with_counts([entry], self.needs, wanted, Unused().read(wanted))
        said = asking.metadata if "call.metadata" in self.needs.facts else {}
        snapshot = Snapshot(
            now=purchase.at,
            **here.times(self.settings),
            basket=basket,
            customer=customer,
            candidates=(entry.candidate,),
            stacking_rules=self._template.stacking_rules,
            call=facts.call_facts(asking.actor, said),
            articles=self._template.articles,
        )
        if self._stops:
            snapshot = stops.applied(snapshot, self._stops, stops.calling_of(asking))
        return Judged(
            purchase=purchase,
            snapshot=snapshot,
            outcome=evaluate(snapshot),
            currency=self.settings.currency,
            known=self.known,
        )

    def learn(self, lines: Iterable[ResolvedLine]) -> None:
        """Look up the collections of articles that were not met yet: two queries at most."""
        new = {name: line for line in lines if (name := _name(line)) not in self._collections}
        if new:
            found = collections_of(list(new.values()), self.needs.collections, now=self.now)
            self._collections.update(zip(new, found, strict=True))

    def collections(self, lines: Sequence[ResolvedLine]) -> list[tuple[str, ...]]:
        """Of lines whose articles were learned, for each those collections that somebody asks for."""
        return [self._collections[_name(line)] for line in lines]

    def learn_places(self, codes: Iterable[str]) -> None:
        """Look up many stores at once."""
        new = [code for code in codes if code and Called(store=code) not in self._places]
        rows = (
            {one.code: one for one in Store.objects.filter(code__in=new).select_related("area")}
            if new
            else {}
        )
        for code in new:
            said, store = Called(store=code), rows.get(code)
            self._places[said] = Here(called=said) if store is None else _in_store(said, store)

    def _customer(self, purchase: Purchase) -> EngineCustomer | None:
        """Segments with a filter may depend on the instant, so every instant is asked for itself."""
        payload = purchase.payload
        moment = purchase.at.isoformat() if self._has_filters else ""
        key = json.dumps([payload, moment], cls=DjangoJSONEncoder, sort_keys=True)
        if key not in self._customers:
            self._customers[key] = facts.customer_facts(
                purchase.customer, payload, self.needs, now=purchase.at
            )
        return self._customers[key]

    def _here(self, called: Called) -> Here:
        if called not in self._places:
            self._places[called] = whereabouts.read(called)
        return self._places[called]


def _in_store(said: Called, store: Store) -> Here:
    """As `whereabouts.read` finds it."""
    return Here(
        called=said,
        name=store.name,
        zone=store.own_time_zone or store.area.time_zone,
        words=places.around(area_id=store.area.public_id, store_id=store.public_id),
    )


def _name(line: ResolvedLine) -> str:
    """What makes two lines the same article; what the request says of one counts, too."""
    said: list[Any] = [line.product_public_id, line.sku_public_id, line.product_data, line.sku_data]
    return json.dumps([*said, line.source_id], cls=DjangoJSONEncoder, sort_keys=True)
