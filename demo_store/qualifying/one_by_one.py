"""The slow way to a qualification: every stored redeemable judged by itself by `engine.evaluate`, no index.

Rows come the way they come to a validation (kinds, `snapshots.complete`). Contract: semantics-core 19.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from commerce.models import Customer
from core import project
from engine import Candidate, RedeemableObject, Snapshot, Status, Step, effects, evaluate
from engine.stacking_rules import StackingRules
from promotions import engine_input
from promotions.models import Campaign, PromotionStack, PromotionTier, Voucher
from promotions.redeemables import Found, Requested, kind_of
from promotions.selectors import judging, snapshots
from promotions.selectors.offers import CAMPAIGN, PROMOTION_TIER, STACK, VOUCHER, asks_customer, rank_of
from promotions.selectors.scenarios import SCOPES, Scenario, Scope
from promotions.selectors.snapshots import Asking

_NO_DISCOUNT: Final = effects.parse({"type": "AMOUNT", "amount_off": 0, "effect": "APPLY_TO_ORDER"})


@dataclass(frozen=True, kw_only=True)
class Fits:
    """A redeemable that qualifies. `steps` are what it does, of a stack one for each tier."""

    rank: int
    worth: int
    steps: tuple[Step, ...] = ()


type Key = tuple[str, str]
"""Kind and wire id of a redeemable."""


@dataclass(frozen=True, kw_only=True)
class _Row:
    key: Key
    rank: int
    found: Found


@dataclass(frozen=True, kw_only=True)
class _Stack:
    """`tiers` in the order of application."""

    key: Key
    rank: int
    tiers: tuple[Key, ...]


@dataclass(frozen=True, kw_only=True)
class Everything:
    """All redeemables that are not in the bin, whatever their state: the engine decides.

    `open` are codes of nobody and tiers, `pools` campaigns whose codes nobody has, `held` codes by customer,
    `stacks` those whose tiers are all there.
    """

    open: tuple[_Row, ...]
    pools: tuple[_Row, ...]
    held: Mapping[int, tuple[_Row, ...]]
    stacks: tuple[_Stack, ...]

    def __len__(self) -> int:
        return len(self.open)


def load() -> Everything:
    """Of every kind by its own `find` and `describe`."""
    is_pool = {Campaign.Type.STATIC, Campaign.Type.AUTO_UPDATE}
    codes = Voucher.objects.filter(deleted_at=None, released_at=None).exclude(
        holder=None, campaign__type__in=is_pool
    )
    tiers = PromotionTier.objects.filter(deleted_at=None)
    described = [
        *_described(VOUCHER, codes.values_list("code", flat=True)),
        *_described(PROMOTION_TIER, tiers.values_list("public_id", flat=True)),
    ]
    rows = [
        _row(VOUCHER if isinstance(found.row, Voucher) else PROMOTION_TIER, found.row, found)
        for found in described
    ]
    held: dict[int, tuple[_Row, ...]] = {}
    for row in rows:
        if (holder := getattr(row.found.row, "holder_id", None)) is not None:
            held[holder] = (*held.get(holder, ()), row)
    # Where only the codes have a discount, each its own, the campaign cannot say what it offers.
    pools = Campaign.objects.filter(deleted_at=None, type__in=is_pool, discount__isnull=False).exclude(
        campaign_type=Campaign.CampaignType.PROMOTION
    )
    return Everything(
        open=tuple(row for row in rows if getattr(row.found.row, "holder_id", None) is None),
        pools=tuple(_pool(campaign) for campaign in pools.select_related("category")),
        held=held,
        stacks=tuple(_stacks({row.key: row.found for row in rows})),
    )


class Judge:
    """All answers about one request. Rules and facts of all redeemables are loaded together, once."""

    def __init__(self, everything: Everything, asking: Asking) -> None:
        self._everything = everything
        customer = asking.customer
        self._own = everything.held.get(customer.pk, ()) if customer is not None else ()
        rows = (*self._own, *everything.open, *everything.pools)
        loaded = snapshots.complete(found=[row.found for row in rows], asking=asking).snapshot
        self._query = replace(loaded, candidates=())
        self._candidates = dict(zip((row.key for row in rows), loaded.candidates, strict=True))
        self._steps: dict[tuple[Key, frozenset[str]], Step | None] = {}

    def fitting(self, scenario: Scenario) -> dict[Key, Fits]:
        """What qualifies, of everything that the scenario looks at."""
        scope = SCOPES[scenario]
        if scenario is Scenario.PROMOTION_STACKS:
            return self._stacks(scope)
        rows = self._own
        if scope.is_open_to_all:
            rows += (
                self._everything.open if scope.is_exact else self._everything.open + self._everything.pools
            )
        answer: dict[Key, Fits] = {}
        for row in rows:
            candidate = self._candidates[row.key]
            if not judging.concerns_articles(candidate, self._query, scope):
                continue
            step = self._judged(row.key, candidate, scope)
            if step is not None:
                answer[row.key] = Fits(rank=row.rank, worth=_worth((step,)), steps=(step,))
        return answer

    def _judged(self, key: Key, candidate: Candidate, scope: Scope) -> Step | None:
        """Once for all scenarios that ask the same rules."""
        asked = (key, scope.omit)
        if asked not in self._steps:
            self._steps[asked] = _judged(candidate, self._query, scope)
        return self._steps[asked]

    def _stacks(self, scope: Scope) -> dict[Key, Fits]:
        answer = {}
        for stack in self._everything.stacks:
            candidates = tuple(self._candidates[tier] for tier in stack.tiers)
            if _is_for_somebody(self._query, scope, candidates):
                continue
            steps = evaluate(replace(self._query, candidates=candidates), omit=scope.omit).steps
            statuses = {step.status for step in steps}
            if Status.INAPPLICABLE not in statuses and Status.APPLICABLE in statuses:
                answer[stack.key] = Fits(rank=stack.rank, worth=_worth(steps), steps=steps)
        return answer


def asking_of(
    *,
    order: Any,
    customer: Customer | None,
    payload: Mapping[str, Any] | None,
    metadata: Mapping[str, Any],
    actor: Any,
    at: datetime,
) -> Asking:
    """`order` is a resolved order."""
    return Asking(
        order=order,
        customer=customer,
        payload=payload,
        metadata=metadata,
        settings=project.current(),
        actor=actor,
        now=at,
    )


def _judged(candidate: Candidate, query: Snapshot, scope: Scope) -> Step | None:
    if _is_for_somebody(query, scope, (candidate,)):
        return None
    if scope.is_exact:
        step = _alone(candidate, query, scope)
        return step if step.status is Status.APPLICABLE else None
    # Only the rules count, so a discount that needs and does nothing stands in for the real one.
    plain = replace(query, stacking_rules=StackingRules())
    idle = _alone(replace(candidate, discount=_NO_DISCOUNT), plain, scope)
    if idle.status is not Status.APPLICABLE:
        return None
    step = _alone(candidate, query, scope)
    if step.status is Status.APPLICABLE:
        return step
    return Step(key=candidate.key, object=candidate.object, status=Status.APPLICABLE, bundle=step.bundle)


def _alone(candidate: Candidate, query: Snapshot, scope: Scope) -> Step:
    return evaluate(replace(query, candidates=(candidate,)), omit=scope.omit).steps[0]


def _is_for_somebody(query: Snapshot, scope: Scope, candidates: Iterable[Candidate]) -> bool:
    """It asks who buys, and nobody is known."""
    if query.customer is not None or not scope.asks_customer:
        return False
    return any(asks_customer(rules) for candidate in candidates for rules in candidate.rules)


def _worth(steps: Iterable[Step]) -> int:
    return sum(step.order.total_applied_discount_amount for step in steps if step.order is not None)


def _described(kind: str, ids: Iterable[str]) -> list[Found]:
    wanted = list(ids)
    rows = kind_of(kind).find(wanted, project.current())
    return [
        kind_of(kind).describe(Requested(object=kind, id=name), rows[name]) for name in wanted if name in rows
    ]


def _row(kind: str, row: Any, found: Found) -> _Row:
    return _Row(key=(kind, row.public_id), rank=rank_of(kind, row.pk, row.created_at), found=found)


def _pool(campaign: Campaign) -> _Row:
    """It stands for one of its codes that nobody has yet."""
    validity = engine_input.validity(campaign, activity_duration=campaign.activity_duration_after_publishing)
    candidate = Candidate(
        key=campaign.public_id,
        object=RedeemableObject.VOUCHER,
        label=campaign.name,
        is_active=campaign.is_active,
        is_campaign_active=campaign.is_active,
        campaign_validity=validity,
        discount=effects.parse(campaign.discount or {}),
        category=engine_input.category(campaign.category),
        campaign_id=campaign.public_id,
    )
    requested = Requested(object=CAMPAIGN, id=campaign.public_id)
    return _row(CAMPAIGN, campaign, Found(requested=requested, candidate=candidate, campaign=campaign))


def _stacks(tiers: Mapping[Key, Found]) -> Iterable[_Stack]:
    """Those with all of their tiers; without one it would be another offer."""
    for stack in PromotionStack.objects.filter(campaign__deleted_at=None, campaign__is_active=True):
        places = stack.stacked_tiers.order_by("position").values_list("tier__public_id", flat=True)
        keys = tuple((PROMOTION_TIER, tier_id) for tier_id in places)
        if keys and all(key in tiers and tiers[key].candidate.is_active for key in keys):
            rank = rank_of(STACK, stack.pk, stack.created_at)
            yield _Stack(key=(STACK, stack.public_id), rank=rank, tiers=keys)
