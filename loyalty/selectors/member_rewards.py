"""What one member can get for his points, and for how many. Contract: loyalty 8.1, 10.4."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db.models import Count, F, Q

from loyalty import tier_mappings
from loyalty.models import LoyaltyCard, RewardRedemption, TierMapping
from loyalty.selectors import tiers
from promotions.models import Reward, RewardAssignment, Voucher
from promotions.reward_offers import Offer
from promotions.selectors import rewards

_NOT_FOR_TIER: Final = "Members of this tier cannot have it"
_GONE: Final = "There is none left"
_HAD: Final = "The member had as many as one may have"


def of(card: LoyaltyCard, *, now: datetime) -> list[Offer]:
    """All that he could get at `now` if he had the points, cheapest first; paying orders comes last."""
    voucher = Voucher._base_manager.get(pk=card.pk)
    rows = rewards.assignments().filter(campaign=card.campaign_id, reward__deleted_at=None).order_by("pk")
    found = offers([(voucher, row) for row in rows], now=now)
    open_to_him = [offer for offer in found.values() if not offer.refusal]
    return sorted(open_to_him, key=lambda offer: (offer.points is None, offer.points or 0))


def is_affordable(offer: Offer, card: LoyaltyCard) -> bool:
    """Whether he has the points that nobody holds."""
    return (1 if offer.points is None else offer.points) <= card.balance - card.held


def offers(
    asked: Collection[tuple[Voucher, RewardAssignment]], *, now: datetime
) -> Mapping[tuple[int, int], Offer]:
    """By primary keys of card and assignment, in three queries at most; a tier counts to its last day."""
    held = tiers.cards_with_tiers({voucher.pk for voucher, _ in asked}, now=now)
    mappings = {
        (one.tier_id, one.assignment_id): one
        for one in TierMapping.objects.filter(
            assignment__in={assignment.pk for _, assignment in asked},
            tier__in={card.tier_id for card in held.values() if card.tier_id is not None},
        )
    }
    had = _had(asked)
    found = {}
    for voucher, assignment in asked:
        card = held.get(voucher.pk)
        mapping = mappings.get((card.tier_id, assignment.pk)) if card is not None and card.tier_id else None
        tier_id = str(card.tier.public_id) if mapping is not None and card is not None and card.tier else ""
        offer = _offer(assignment, mapping, tier_id, had.get((voucher.pk, assignment.pk), 0))
        found[voucher.pk, assignment.pk] = offer
    return found


def taken(card_id: int, assignment_id: int) -> int:
    """How many of a reward a card has had and kept."""
    return RewardRedemption.objects.filter(_KEPT, card=card_id, assignment=assignment_id).count()


_KEPT: Final = ~Q(state=RewardRedemption.State.ROLLED_BACK)


def _had(asked: Collection[tuple[Voucher, RewardAssignment]]) -> dict[tuple[int, int], int]:
    limited = [(voucher, row) for voucher, row in asked if row.limit_per_card is not None]
    if not limited:
        return {}
    rows = (
        RewardRedemption.objects.filter(
            _KEPT,
            card__in={voucher.pk for voucher, _ in limited},
            assignment__in={row.pk for _, row in limited},
        )
        .values_list("card", "assignment")
        .annotate(number=Count("pk"))
        .order_by()
    )
    return {(card, assignment): number for card, assignment, number in rows}


def _offer(assignment: RewardAssignment, mapping: TierMapping | None, tier_id: str, had: int) -> Offer:
    reward = assignment.reward
    refusal = _refusal(assignment, reward, had)
    if reward.type == Reward.Type.COIN:
        times = Decimal(1)
        if mapping is not None:
            times = mapping.multiplier if mapping.multiplier is not None else Decimal(0)
        if times <= 0:
            return Offer(assignment=assignment, tier_id=tier_id, refusal=refusal or _NOT_FOR_TIER)
        return Offer(assignment=assignment, times=times, tier_id=tier_id, refusal=refusal)
    points = tier_mappings.price(assignment.points or 1, mapping)
    if points is None:
        refusal = refusal or _NOT_FOR_TIER
    return Offer(assignment=assignment, points=points, tier_id=tier_id, refusal=refusal)


def _refusal(assignment: RewardAssignment, reward: Reward, had: int) -> str:
    if reward.deleted_at is not None:
        return _GONE
    for thing in (reward, assignment):
        if thing.stock is not None and thing.redeemed >= thing.stock:
            return _GONE
    if assignment.limit_per_card is not None and had >= assignment.limit_per_card:
        return _HAD
    return ""


def with_room(stock: str = "stock") -> Q:
    """Rows of rewards or assignments of which there is one left."""
    return Q(**{f"{stock}__isnull": True}) | Q(redeemed__lt=F(stock))
