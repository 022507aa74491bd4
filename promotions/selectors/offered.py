"""What campaigns offer by themselves: their codes, or each of their tiers, with the limits that count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC

from engine.validity import effective
from promotions import engine_input
from promotions.launch_guards import Offer
from promotions.models import Campaign, PromotionTier


def of_campaign(campaign: Campaign, *, as_launched: bool = False) -> tuple[Offer, ...]:
    """Nothing, while it is a draft, paused or in the bin; `as_launched`: as if it were on."""
    return of_campaigns([campaign], as_launched=as_launched)[campaign.pk]


def of_campaigns(
    campaigns: Iterable[Campaign], *, as_launched: bool = False
) -> Mapping[int, tuple[Offer, ...]]:
    """The same for many, by primary key; one query. Their categories are loaded, if there are many."""
    listed = list(campaigns)
    rows = [row for row in listed if row.deleted_at is None and (row.is_active or as_launched)]
    found: dict[int, tuple[Offer, ...]] = {row.pk: () for row in listed}
    by_tiers = {row.pk: row for row in rows if row.campaign_type == Campaign.CampaignType.PROMOTION}
    found |= {row.pk: (_offer(row, None),) for row in rows if row.pk not in by_tiers}
    if by_tiers:
        tiers = PromotionTier._base_manager.filter(campaign__in=by_tiers, deleted_at=None, is_active=True)
        for tier in tiers.select_related("category").order_by("pk"):
            found[tier.campaign_id] += (_offer(by_tiers[tier.campaign_id], tier),)
    return found


def _offer(campaign: Campaign, tier: PromotionTier | None) -> Offer:
    """As the kinds describe it to the engine."""
    validity = engine_input.validity(campaign)
    if tier is not None:
        own = engine_input.validity(tier)
        # Only what counts from publication asks for the zone.
        validity = effective(own=own, parent=validity, published_at=None, zone=UTC)
    category = (tier.category if tier else None) or campaign.category
    return Offer(
        key=f"tier:{tier.pk}" if tier else f"campaign:{campaign.pk}",
        name=tier.name if tier else campaign.name,
        validity=validity,
        places=frozenset(campaign.places),
        category=category.public_id if category else None,
        campaign_type=campaign.campaign_type,
    )
