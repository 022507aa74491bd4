"""Which incentives could this customer use with this basket? Each is judged alone.

The catalogue of this process proposes, the database decides: the rows of a page are read anew and judged once
more, so nothing is offered that is gone. Contract: semantics-core 19.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Q

from commerce.selectors import orders as order_resolution
from commerce.selectors.orders import OrderSpec, ResolvedOrder
from commerce.services import customers
from core import places, project
from core.actors import Actor
from core.models import ProjectSettings
from engine import Basket, Candidate, Snapshot, Step
from engine.rules import Needs
from promotions import engine_input
from promotions.category_rules import CategoryRules
from promotions.models import Campaign, PromotionTier, ValidationRuleAssignment, Voucher
from promotions.redeemables import Found
from promotions.selectors import (
    articles,
    catalogue_index,
    catalogue_rows,
    facts,
    judging,
    qualified_stacks,
    stacking_rules,
    stops,
    validation_rules,
    whereabouts,
)
from promotions.selectors.articles import Articles
from promotions.selectors.blocked import is_blocked
from promotions.selectors.candidates import with_counts
from promotions.selectors.catalogue_index import Catalogue
from promotions.selectors.catalogue_rows import Shown
from promotions.selectors.counter_reading import Looking, wanted_by
from promotions.selectors.needs import articles_of, needs_of
from promotions.selectors.offers import Offer
from promotions.selectors.scenarios import SCOPES, Scenario, Scope
from promotions.selectors.snapshots import Asking
from promotions.selectors.stops import Calling, Stop
from promotions.selectors.whereabouts import Here
from promotions.services.validations import tracking_of


class SortingRule(StrEnum):
    DEFAULT = "DEFAULT"
    BEST_DEAL = "BEST_DEAL"
    LEAST_DEAL = "LEAST_DEAL"


type Assignments = Mapping[tuple[str, str], ValidationRuleAssignment]
"""By kind and id of what they hold for."""

type Narrowing = Callable[[Mapping[str, Any]], bool]
"""Does a record with the wire names of filters pass them?"""


@dataclass(frozen=True, kw_only=True)
class QualificationSpec:
    """`below_rank` is where the last page ended (`selectors.cursors`); `narrowing` None = everything.

    `with_assignments`: load which validation rules the hits have.
    """

    order: OrderSpec | None = None
    customer: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    tracking_id: str = ""
    scenario: Scenario = Scenario.ALL
    limit: int = 5
    below_rank: int | None = None
    sorting_rule: SortingRule = SortingRule.DEFAULT
    narrowing: Narrowing | None = None
    with_assignments: bool = False


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One redeemable that fits, and the order with its effect alone. `parts` are the tiers of a stack."""

    offer: Offer
    found: Found
    step: Step
    parts: tuple[Hit, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Qualified:
    """`total` counts all hits, not only those of the page; `following` is the one after the page, if any.

    `query` is what each was judged on: a snapshot without candidates.
    """

    hits: tuple[Hit, ...]
    total: int
    following: Offer | None
    order: ResolvedOrder | None
    query: Snapshot
    scope: Scope
    articles: Articles
    settings: ProjectSettings
    tracking_id: str | None
    category_rules: CategoryRules
    assignments: Assignments


class _Proposal(NamedTuple):
    """Something to be shown: known to apply (`hit`), or to be read and judged anew first."""

    rank: int
    worth: int
    offer: Offer
    hit: Hit | None = None


@dataclass(frozen=True, kw_only=True)
class _Case:
    """What all redeemables of one request are judged on."""

    spec: QualificationSpec
    scope: Scope
    asking: Asking
    query: Snapshot
    needs: Needs
    articles: Articles
    category_rules: CategoryRules
    stops: Sequence[Stop]
    calling: Calling
    here: Here

    def bars(self, offer: Offer) -> bool:
        """Is the customer blocked, is it out of the caller's reach, does it not apply where he is, or did
        operations stop it, whatever the order holds?
        """
        if is_blocked(self.asking.customer):
            return True
        assigned = offer.parent.places if offer.parent is not None else ()
        return (
            not places.sees(assigned)
            or not self.here.allows(assigned, self.asking.actor.places)
            or self._stops(offer)
        )

    def _stops(self, offer: Offer) -> bool:
        campaign_id = offer.parent.public_id if offer.parent is not None else None
        return any(
            stop.covers(self.calling, campaign_id=campaign_id, category_id=offer.category_id)
            for stop in self.stops
        )

    def with_counts(self, rows: Sequence[Shown]) -> list[Shown]:
        """With the counters of discounted units, where a rule limits them."""
        found = [row.found for row in rows]
        wanted = wanted_by(
            found,
            self.needs,
            self.asking,
            self.query.basket,
            self.articles.engine,
        )
        counted = with_counts(found, self.needs, wanted, Looking().read(wanted))
        return [replace(row, found=entry) for row, entry in zip(rows, counted, strict=True)]

    def judged(self, rows: Sequence[Shown]) -> list[Hit]:
        """Those that qualify, in their order.

        A row that asks for facts that were not loaded got its rule while this request was running; it is left
        to the next one.
        """
        hits = []
        for row in self.with_counts([row for row in rows if not self.bars(row.offer)]):
            if not self._has_facts_for(row.found.candidate):
                continue
            step = judging.judge(row.found.candidate, self.query, self.scope)
            if step is not None:
                hits.append(Hit(offer=row.offer, found=row.found, step=step))
        return hits

    def _has_facts_for(self, candidate: Candidate) -> bool:
        asked = replace(needs_of((candidate,)), counts=frozenset())
        return asked | self.needs == self.needs


def qualify(*, spec: QualificationSpec, actor: Actor, now: datetime) -> Qualified:
    """The first `limit` redeemables that fit, newest first or by the size of the discount.

    :raises NotFound: `order.id` is given and unknown.
    """
    settings = project.current()
    asking = Asking(
        order=order_resolution.resolve(spec.order) if spec.order else None,
        customer=customers.find_for_payload(payload=spec.customer) if spec.customer else None,
        payload=spec.customer,
        metadata=spec.metadata,
        settings=settings,
        actor=actor,
        now=now,
    )
    is_about_stacks = spec.scenario is Scenario.PROMOTION_STACKS
    case, proposals = (_stacks if is_about_stacks else _redeemables)(spec, asking)
    if spec.narrowing is not None:
        proposals = [entry for entry in proposals if spec.narrowing(entry.offer.record())]
    total = len(proposals)
    if spec.below_rank is not None:
        proposals = [entry for entry in proposals if entry.rank < spec.below_rank]
    _sort(proposals, spec.sorting_rule)
    hits, seen = _page(case, proposals)
    return Qualified(
        hits=tuple(hits),
        total=total - (seen - len(hits)),
        following=proposals[seen].offer if seen < len(proposals) else None,
        order=asking.order,
        query=case.query,
        scope=case.scope,
        articles=case.articles,
        settings=settings,
        tracking_id=tracking_of(spec.tracking_id, spec.customer, settings),
        category_rules=case.category_rules,
        assignments=_assignments(hits) if spec.with_assignments else {},
    )


def _redeemables(spec: QualificationSpec, asking: Asking) -> tuple[_Case, list[_Proposal]]:
    """Codes, tiers and campaigns that fit: those of the index, and the customer's own codes."""
    scope = SCOPES[spec.scenario]
    own = catalogue_rows.wallet(asking.customer, asking.now) if asking.customer is not None else []
    candidates = [row.found.candidate for row in own]
    needs, added = needs_of(candidates), articles_of(candidates)
    catalogue = catalogue_index.current(is_exact=scope.is_exact) if scope.is_open_to_all else None
    if catalogue is not None:
        needs, added = needs | catalogue.needs, added | catalogue.articles
    case = _case(spec, scope, asking, needs, added)
    proposals = [_proposed(hit) for hit in case.judged(own)]
    if catalogue is not None:
        proposals += _of_catalogue(case, catalogue)
    return case, proposals


def _of_catalogue(case: _Case, catalogue: Catalogue) -> list[_Proposal]:
    query, scope = case.query, case.scope
    found = catalogue.matching(query, omit=scope.omit)
    found = [(match, offer) for match, offer in found if not case.bars(offer)]
    if query.customer is None and scope.asks_customer:
        found = [(match, offer) for match, offer in found if not offer.asks_customer]
    if scope.is_exact:
        return [_Proposal(match.rank, match.worth, offer) for match, offer in found]
    needs_worth = case.spec.sorting_rule is not SortingRule.DEFAULT
    proposals = []
    for match, offer in found:
        candidate = catalogue.candidate(match.key)
        if candidate is None or not judging.concerns_articles(candidate, query, scope):
            continue
        step = judging.judge(candidate, query, scope) if needs_worth else None
        proposals.append(_Proposal(match.rank, _deal(step), offer))
    return proposals


def _stacks(spec: QualificationSpec, asking: Asking) -> tuple[_Case, list[_Proposal]]:
    """Promotion stacks that fit, all of their tiers one after the other."""
    scope = SCOPES[spec.scenario]
    stacks = qualified_stacks.load()
    candidates = [tier.found.candidate for stack in stacks for tier in stack.tiers]
    case = _case(spec, scope, asking, needs_of(candidates), articles_of(candidates))
    hits = []
    for stack in stacks:
        if any(case.bars(tier.offer) for tier in stack.tiers):
            continue
        tiers = case.with_counts(stack.tiers)
        steps = judging.judge_stack([tier.found.candidate for tier in tiers], case.query, scope)
        if steps is None:
            continue
        parts = tuple(
            Hit(offer=tier.offer, found=tier.found, step=step)
            for tier, step in zip(tiers, steps, strict=True)
        )
        hits.append(Hit(offer=stack.offer, found=stack.found, step=steps[-1], parts=parts))
    return case, [_proposed(hit) for hit in hits]


def _case(
    spec: QualificationSpec, scope: Scope, asking: Asking, needs: Needs, added: frozenset[str]
) -> _Case:
    category_rules = stacking_rules.category_rules()
    loaded = articles.load(added)
    in_force = stops.read()
    if in_force.collections:
        needs |= Needs(collections=in_force.collections)
        loaded = articles.with_collections(loaded, in_force.collections, now=asking.now)
    calling = stops.calling_of(asking)
    here = whereabouts.read(whereabouts.called(asking))
    query = Snapshot(
        now=asking.now,
        **here.times(asking.settings),
        basket=_plain(facts.basket_facts(asking.order, needs, now=asking.now)),
        customer=facts.customer_facts(asking.customer, asking.payload, needs, now=asking.now),
        stacking_rules=engine_input.stacking_rules(asking.settings, category_rules),
        call=facts.call_facts(asking.actor, asking.metadata if "call.metadata" in needs.facts else {}),
        articles=loaded.engine,
    )
    query = stops.applied(query, in_force.real, calling)
    # Counters of uses are not asked (contract 19.3), those of discounted units are.
    needs = replace(needs, counts=frozenset())
    return _Case(
        spec=spec,
        scope=scope,
        asking=asking,
        query=query,
        needs=needs,
        articles=loaded,
        category_rules=category_rules,
        stops=in_force.real,
        calling=calling,
        here=here,
    )


def _plain(basket: Basket | None) -> Basket | None:
    """The same order without what is implied: the index is faster where nothing was granted before."""
    if basket is None:
        return None
    lines = tuple(
        replace(
            line,
            initial_quantity=None if line.initial_quantity == line.quantity else line.initial_quantity,
            initial_amount=None if line.initial_amount == line.value else line.initial_amount,
        )
        for line in basket.lines
    )
    return replace(basket, lines=lines)


def _proposed(hit: Hit) -> _Proposal:
    return _Proposal(hit.offer.rank, _deal(hit.step, hit.parts), hit.offer, hit)


def _sort(proposals: list[_Proposal], rule: SortingRule) -> None:
    """Equal deals stay newest first."""
    proposals.sort(key=attrgetter("rank"), reverse=True)
    if rule is not SortingRule.DEFAULT:
        best = rule is SortingRule.BEST_DEAL
        proposals.sort(key=lambda entry: -entry.worth if best else entry.worth)


def _page(case: _Case, proposals: Sequence[_Proposal]) -> tuple[list[Hit], int]:
    """The first hits, and how many proposals it took: one that no longer applies is replaced by the next."""
    hits: list[Hit] = []
    seen = 0
    size = case.spec.limit
    while len(hits) < case.spec.limit and seen < len(proposals):
        batch = proposals[seen : seen + size]
        size *= 2  # where a stop refuses most, few looks must do
        rows = catalogue_rows.shown([entry.offer for entry in batch if entry.hit is None])
        judged = {hit.offer.key: hit for hit in case.judged(list(rows.values()))}
        for entry in batch:
            if len(hits) == case.spec.limit:
                break
            seen += 1
            hit = entry.hit or judged.get(entry.offer.key)
            if hit is not None:
                hits.append(hit)
    return hits, seen


def _assignments(hits: Sequence[Hit]) -> Assignments:
    """The rules of all hits and of their campaigns (one query)."""
    found = [part.found for hit in hits for part in (hit, *hit.parts)]
    owners = [owner for entry in found for owner in (entry.row, entry.campaign)]
    rows = ValidationRuleAssignment.objects.filter(
        Q(voucher__in=[row.pk for row in owners if isinstance(row, Voucher)])
        | Q(promotion_tier__in=[row.pk for row in owners if isinstance(row, PromotionTier)])
        | Q(campaign__in=[row.pk for row in owners if isinstance(row, Campaign)])
    )
    return {
        (row.related_object_type, getattr(row, row.related_object_type).public_id): row
        for row in validation_rules.printable_assignments(rows)
    }


def _deal(step: Step | None, parts: Sequence[Hit] = ()) -> int:
    if parts:
        return sum(_deal(part.step) for part in parts)
    return 0 if step is None or step.order is None else step.order.total_applied_discount_amount
