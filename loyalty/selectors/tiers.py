"""Tiers of programmes, what cards collected, and where they stand. Contract: loyalty 10."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet, Sum

from core import project
from core.errors import NotFound
from loyalty import qualification, tier_mappings, tier_terms
from loyalty.models import (
    EarningRule,
    LoyaltyCard,
    LoyaltyTier,
    PointsTransaction,
    TierChange,
    TierMapping,
)
from loyalty.qualification import Figures, Standing
from loyalty.selectors import earning_rules
from loyalty.tier_terms import Metric, Terms
from promotions.models import Campaign, RewardAssignment
from promotions.selectors import rewards

_Type, _Account = PointsTransaction.Type, PointsTransaction.Account
# Returned goods count on the day on which they are taken back.
_EARNED = Q(type__in=[_Type.ACCRUAL, _Type.ACTIVATION]) | Q(account=_Account.REVERSED)
_ADDED = Q(type__in=[_Type.ISSUED, _Type.ADDITION, _Type.REMOVAL]) & ~Q(
    account__in=[_Account.REVERSED, _Account.WRITTEN_OFF]
)
_MOVED = Q(type__in=[_Type.TRANSFER_IN, _Type.TRANSFER_OUT])


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """How one programme gives tiers: its live tiers from the lowest to the highest, and its terms.

    `additions` and `transfers`: do they count as collected, too?
    """

    terms: Terms
    tiers: tuple[LoyaltyTier, ...]
    additions: bool = False
    transfers: bool = False

    @property
    def counted(self) -> Q:
        """Which movements count as collected in a period."""
        found = _EARNED
        if self.additions:
            found |= _ADDED
        if self.transfers:
            found |= _MOVED
        return found


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Where a card stands. `points` is what counts today: its balance, or what the period brought so far.

    `projected` is the tier once pending points are usable. `period` is the qualification period, first and
    last day; None where the balance counts.
    """

    points: int
    tier: LoyaltyTier | None
    since: date | None
    until: date | None
    next_tier: LoyaltyTier | None
    points_to_next: int | None
    projected: LoyaltyTier | None
    period: tuple[date, date] | None


def of_programme(campaign_id: int) -> list[LoyaltyTier]:
    """Live tiers, the lowest first."""
    rows = LoyaltyTier.objects.filter(campaign=campaign_id, deleted_at=None)
    return list(rows.order_by("points_from", "pk"))


def get(campaign_id: int, public_id: str) -> LoyaltyTier:
    """:raises NotFound: the programme has no such tier."""
    found = LoyaltyTier.objects.filter(campaign=campaign_id, public_id=public_id, deleted_at=None).first()
    if found is None:
        raise NotFound.of("loyalty_tier", public_id)
    return found


def ladders(campaign_ids: Collection[int]) -> dict[int, Ladder]:
    """By programme, in two queries."""
    tiers: defaultdict[int, list[LoyaltyTier]] = defaultdict(list)
    for tier in LoyaltyTier._base_manager.filter(campaign__in=campaign_ids, deleted_at=None).order_by(
        "points_from", "pk"
    ):
        tiers[tier.campaign_id].append(tier)
    settings = Campaign._base_manager.filter(pk__in=campaign_ids).values_list("pk", "loyalty")
    return {pk: _ladder(loyalty or {}, tiers[pk]) for pk, loyalty in settings}


def ladder(campaign_id: int) -> Ladder:
    return ladders([campaign_id])[campaign_id]


def _ladder(loyalty: Mapping[str, object], tiers: Sequence[LoyaltyTier]) -> Ladder:
    counts = loyalty.get("counts")
    counted = counts if isinstance(counts, Mapping) else {}
    terms = loyalty.get("tiers_expiration")
    return Ladder(
        terms=tier_terms.read(terms if isinstance(terms, Mapping) else None),
        tiers=tuple(tiers),
        additions=bool(counted.get("additions")),
        transfers=bool(counted.get("transfers")),
    )


def mappings_of(tier_ids: Collection[int]) -> dict[int, list[TierMapping]]:
    """By tier, with the rule or assignment of each; of things that are there still."""
    rows = (
        TierMapping.objects.filter(
            Q(earning_rule__deleted_at=None, assignment=None)
            | Q(assignment__deleted_at=None, earning_rule=None),
            tier__in=tier_ids,
        )
        .select_related("earning_rule", "assignment__reward")
        .order_by("pk")
    )
    found: defaultdict[int, list[TierMapping]] = defaultdict(list)
    for row in rows:
        found[row.tier_id].append(row)
    return found


def rule_mappings(held: LoyaltyCard | None) -> dict[int, TierMapping]:
    """How the tier that is held changes earning rules, by the primary key of the rule."""
    if held is None or held.tier is None:
        return {}
    own = mappings_of([held.tier.pk]).get(held.tier.pk, [])
    return {one.earning_rule_id: one for one in own if one.earning_rule_id}


def standing(card: LoyaltyCard, ladder: Ladder) -> Standing[LoyaltyTier]:
    """What the card holds; a tier that was removed is none."""
    tier = next((tier for tier in ladder.tiers if tier.pk == card.tier_id), None)
    if tier is None:
        return Standing()
    return Standing(tier=tier, since=card.tier_since, until=card.tier_until)


def collected(
    cards: Iterable[LoyaltyCard], ladder: Ladder, day: date
) -> Callable[[LoyaltyCard], qualification.Collected]:
    """What each card collected in the periods that matter on `day`, in one query for all of them."""
    if ladder.terms.metric is Metric.BALANCE:
        return lambda card: _nothing
    since = qualification.earliest_day(ladder.terms, day)
    until = tier_terms.period_of(ladder.terms, day)[1]
    rows = (
        PointsTransaction._base_manager.filter(
            ladder.counted, card__in=[card.pk for card in cards], day__range=(since, until)
        )
        .values_list("card", "day")
        .annotate(points=Sum("amount"))
    )
    days: defaultdict[int, list[tuple[date, int]]] = defaultdict(list)
    for card_id, on, points in rows:
        days[card_id].append((on, points))
    return lambda card: _summing(days[card.pk])


def _nothing(first: date, last: date) -> int:
    return 0


def _summing(days: Sequence[tuple[date, int]]) -> qualification.Collected:
    def total(first: date, last: date) -> int:
        return sum(points for day, points in days if first <= day <= last)

    return total


def outlook(card: LoyaltyCard, *, day: date, ladder: Ladder) -> Outlook:
    """Where a card stands on `day`, at most one query."""
    terms, tiers = ladder.terms, ladder.tiers
    figures = Figures(balance=card.balance, collected=collected([card], ladder, day)(card))
    points = qualification.points_now(terms, figures, day)
    held = standing(card, ladder)
    with_pending = qualification.tier_of(tiers, points + card.pending_points)
    above = qualification.next_tier(tiers, max(points, -1 if held.tier is None else held.tier.points_from))
    return Outlook(
        points=points,
        tier=held.tier,
        since=held.since,
        until=held.until,
        next_tier=above,
        points_to_next=None if above is None else above.points_from - points,
        projected=_higher(held.tier, with_pending),
        period=None if terms.metric is Metric.BALANCE else tier_terms.period_of(terms, day),
    )


def _higher(held: LoyaltyTier | None, other: LoyaltyTier | None) -> LoyaltyTier | None:
    if held is None or other is None:
        return held or other
    return other if other.points_from > held.points_from else held


def held_by_each(
    customers: Collection[int], tier_ids: Collection[str], *, day: date
) -> dict[int, frozenset[str]]:
    """Which of these tiers, by public id, each customer holds on `day`. One query.

    A tier whose end has passed counts no longer, whether the nightly job ran or not.
    """
    rows = LoyaltyCard._base_manager.filter(
        Q(tier_until=None) | Q(tier_until__gte=day),
        voucher__holder__in=customers,
        tier__public_id__in=tier_ids,
        tier__deleted_at=None,
    )
    found: defaultdict[int, set[str]] = defaultdict(set)
    for customer_id, public_id in rows.values_list("voucher__holder", "tier__public_id"):
        found[customer_id].add(public_id)
    return {customer_id: frozenset(held) for customer_id, held in found.items()}


def names(public_ids: Collection[str]) -> dict[str, str]:
    """Names of tiers with their programmes, by public id; also of tiers that are gone."""
    rows = LoyaltyTier._base_manager.filter(public_id__in=public_ids).select_related("campaign")
    return {str(row.public_id): f"{row.name} ({row.campaign.name})" for row in rows}


def rules_of(tier: LoyaltyTier) -> QuerySet[EarningRule]:
    """The programme's earning rules, ready to be printed."""
    return earning_rules.printable(earning_rules.of_programme(tier.campaign_id)).order_by("-pk")


def rewards_of(tier: LoyaltyTier) -> list[RewardAssignment]:
    """Assignments as holders see them: with their price (not saved), without what is not for them."""
    rows = rewards.assignments().filter(campaign=tier.campaign_id, reward__deleted_at=None)
    mapped = {one.assignment_id: one for one in mappings_of([tier.pk]).get(tier.pk, ())}
    offered = []
    for assignment in rows.order_by("pk"):
        mapping = mapped.get(assignment.pk)
        if mapping is not None and mapping.type == TierMapping.Type.NOT_AVAILABLE:
            continue
        if assignment.points is not None:
            assignment.points = tier_mappings.price(assignment.points, mapping)
        offered.append(assignment)
    return offered


def card_with_tier(voucher_id: int, *, now: datetime) -> LoyaltyCard | None:
    """The opened card, with its tier if it is held on the day of `now`."""
    return cards_with_tiers([voucher_id], now=now).get(voucher_id)


def cards_with_tiers(voucher_ids: Collection[int], *, now: datetime) -> dict[int, LoyaltyCard]:
    """The same of several, by primary key, in one query."""
    rows = LoyaltyCard._base_manager.filter(pk__in=voucher_ids).select_related("tier__campaign")
    found = {card.pk: card for card in rows}
    day = project.day_of(now)
    for card in found.values():
        over = card.tier_until is not None and card.tier_until < day
        if card.tier is not None and (over or card.tier.deleted_at is not None):
            card.tier = None
    return found


def change_that_gave(card: LoyaltyCard) -> TierChange | None:
    """The newest change that brought the tier that a card holds."""
    kinds = TierChange.Kind
    rows = TierChange.objects.filter(
        card=card, to_tier=card.tier_id, kind__in=[kinds.JOINED, kinds.UPGRADED, kinds.DOWNGRADED]
    )
    return rows.order_by("-pk").first()
