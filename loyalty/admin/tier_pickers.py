"""Rules name tiers: people choose them by name, with the programme beside it."""

from __future__ import annotations

from core.admin.pickers import Source
from loyalty.models import LoyaltyTier
from promotions.admin import pickers

pickers.PICKERS.add(
    pickers.Kind.LOYALTY_TIER,
    Source(
        model=LoyaltyTier,
        rows=lambda: LoyaltyTier.objects.filter(deleted_at=None, campaign__deleted_at=None).select_related(
            "campaign"
        ),
        name="name",
        word="Loyalty tier",
        has_source_id=False,
        told=lambda row: {"note": f"Tier of {row.campaign.name}"},
    ),
)
