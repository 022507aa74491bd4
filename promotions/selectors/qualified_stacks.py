"""Promotion stacks with their tiers, ready to be judged. Contract: semantics-core 19.1."""

from __future__ import annotations

from dataclasses import dataclass

from engine import Candidate, RedeemableObject, reasons
from promotions import engine_input
from promotions.models import PromotionStack, StackedTier
from promotions.redeemables import Found, Requested
from promotions.selectors import offers
from promotions.selectors.catalogue_rows import Shown, tiers_shown
from promotions.selectors.offers import PROMOTION_TIER, STACK, Offer, key_of


@dataclass(frozen=True, kw_only=True)
class ShownStack:
    """`tiers` stand in the order of application: they are judged, not the candidate in `found`."""

    offer: Offer
    found: Found
    tiers: tuple[Shown, ...]


def load() -> list[ShownStack]:
    """All stacks of enabled promotions whose tiers are all there (six queries at most)."""
    stacks = PromotionStack.objects.filter(campaign__is_active=True, campaign__deleted_at=None)
    rows = {row.pk: row for row in stacks.select_related("campaign", "campaign__category", "category")}
    places: dict[int, list[StackedTier]] = {}
    for place in StackedTier.objects.filter(stack__in=rows).select_related("tier").order_by("position"):
        places.setdefault(place.stack_id, []).append(place)
    placed = {place.tier_id: place.tier for some in places.values() for place in some}
    tiers = tiers_shown([tier for tier in placed.values() if tier.deleted_at is None])
    result = []
    for pk, row in rows.items():
        stacked = [tiers.get(key_of(PROMOTION_TIER, place.tier_id)) for place in places.get(pk, ())]
        present = [tier for tier in stacked if tier is not None]
        # Without one of its tiers it would be another offer.
        if present and len(present) == len(stacked):
            result.append(_shown(row, present))
    return result


def _shown(row: PromotionStack, tiers: list[Shown]) -> ShownStack:
    category = row.category or row.campaign.category
    above = offers.parent(row.campaign, engine_input.category(row.campaign.category), ())
    offer = Offer(
        kind=STACK,
        pk=row.pk,
        public_id=row.public_id,
        created_at=row.created_at,
        parent=above,
        category_id=category.public_id if category is not None else None,
    )
    missing = reasons.not_found(resource_type=STACK, resource_id=row.public_id)
    candidate = Candidate(key=row.public_id, object=RedeemableObject.PROMOTION_TIER, reason=missing)
    requested = Requested(object=STACK, id=row.public_id)
    found = Found(requested=requested, candidate=candidate, row=row, campaign=row.campaign, category=category)
    return ShownStack(offer=offer, found=found, tiers=tuple(tiers))
