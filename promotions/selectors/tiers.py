"""Finding promotion tiers, and loading them with what printing needs."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from core.errors import NotFound
from engine import timeframes
from engine.validity import effective
from promotions import engine_input
from promotions.models import Campaign, PromotionTier
from promotions.selectors.validation_rules import with_assignment


def printable(tiers: QuerySet[PromotionTier]) -> QuerySet[PromotionTier]:
    return with_assignment(tiers.select_related("campaign", "campaign__category", "category"))


def present() -> QuerySet[PromotionTier]:
    return PromotionTier.objects.filter(deleted_at=None, campaign__deleted_at=None)


def get(tier_id: str) -> PromotionTier:
    """:raises NotFound: unknown id, or deleted."""
    tier = printable(present()).filter(public_id=tier_id).first()
    if tier is None:
        raise NotFound.of("promotion_tier", tier_id)
    return tier


def of_campaign(campaign: Campaign) -> list[PromotionTier]:
    """The tiers of one promotion, first one first, ready to be printed."""
    return list(printable(present().filter(campaign=campaign)).order_by("hierarchy", "pk"))


def within_dates(now: datetime) -> Q:
    """Enabled, of an enabled campaign, started and not over; a date of its own beats the campaign's."""
    started = Q(starts_at__lte=now) | Q(starts_at=None) & (
        Q(campaign__starts_at=None) | Q(campaign__starts_at__lte=now)
    )
    running = Q(ends_at__gt=now) | Q(ends_at=None) & (
        Q(campaign__ends_at=None) | Q(campaign__ends_at__gt=now)
    )
    return Q(is_active=True, campaign__is_active=True) & started & running


def available(now: datetime, zone: ZoneInfo) -> QuerySet[PromotionTier]:
    """What a customer could get at this instant (rules apart), recurring windows included.

    Windows are judged here, one by one: only tiers within their dates that have windows at all.
    """
    rows = present().filter(within_dates(now))
    windowed = rows.filter(
        ~Q(timeframe_interval="")
        | Q(days_of_week__isnull=False)
        | Q(validity_hours__isnull=False)
        | ~Q(campaign__timeframe_interval="")
        | Q(campaign__days_of_week__isnull=False)
        | Q(campaign__validity_hours__isnull=False)
    )
    closed = [tier.pk for tier in windowed.select_related("campaign") if not _is_open(tier, now, zone)]
    return rows.exclude(pk__in=closed) if closed else rows


def _is_open(tier: PromotionTier, now: datetime, zone: ZoneInfo) -> bool:
    limits = effective(
        own=engine_input.validity(tier),
        parent=engine_input.validity(tier.campaign),
        published_at=None,
        zone=zone,
    )
    return timeframes.is_open(limits, now, zone)


def last_hierarchy(campaign: Campaign) -> int:
    """The highest place taken, 0 without tiers."""
    tiers = PromotionTier.objects.filter(campaign=campaign, deleted_at=None)
    return tiers.order_by(F("hierarchy").desc()).values_list("hierarchy", flat=True).first() or 0
