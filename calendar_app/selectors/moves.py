"""What other dates mean for what a campaign has given out already. Contract: governance L5."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from promotions.models import Campaign, PromotionTier, Voucher


@dataclass(frozen=True, kw_only=True)
class Codes:
    """`held`: somebody has them, or used them. `own`: they have a start or an end of their own."""

    total: int
    held: int
    own: int


def codes_of(campaign: Campaign) -> Codes:
    """One query."""
    is_held = Q(published_at__isnull=False) | Q(redeemed_quantity__gt=0)
    has_own = Q(starts_at__isnull=False) | Q(ends_at__isnull=False)
    rows = Voucher._base_manager.filter(campaign=campaign, deleted_at=None, released_at=None)
    found = rows.aggregate(
        total=Count("pk"), held=Count("pk", filter=is_held & ~has_own), own=Count("pk", filter=has_own)
    )
    return Codes(**found)


def tiers_with_own_dates(campaign: Campaign) -> list[str]:
    """The names of those that stay when their campaign moves."""
    rows = PromotionTier._base_manager.filter(campaign=campaign, deleted_at=None)
    own = rows.filter(Q(starts_at__isnull=False) | Q(ends_at__isnull=False))
    return list(own.order_by("hierarchy", "pk").values_list("name", flat=True))
