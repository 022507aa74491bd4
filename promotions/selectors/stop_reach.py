"""Whom an emergency stop hits: what is live now, and what would have been refused lately."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from commerce.models import OrderItem
from promotions.models import Campaign, Hold, PromotionTier, Redemption
from promotions.selectors.budgets_in_force import USUAL_STORE_FIELD
from promotions.selectors.stops import ARTICLES, CALLS

LATELY: Final = timedelta(hours=1)

type Covers = Mapping[str, Any]
"""As in `EmergencyStop.covers`."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """`redemptions` and their `discount` (minor units) of the last hour; `codes` and `holds` are counts."""

    campaigns: int
    tiers: int
    codes: int
    holds: int
    redemptions: int
    discount: int


def reach(covers: Covers, now: datetime) -> Reach:
    """What such a stop hits if it begins now; a constant number of queries."""
    live = _campaigns(covers, now).aggregate(campaigns=Count("pk"), codes=Sum("vouchers_count"))
    lately = _lately(covers, now).aggregate(redemptions=Count("pk"), discount=Sum("discount_amount"))
    return Reach(
        campaigns=live["campaigns"],
        tiers=_tiers(covers, now).count(),
        codes=live["codes"] or 0,
        holds=_holds(covers, now).count(),
        redemptions=lately["redemptions"],
        discount=lately["discount"] or 0,
    )


def was_on(covers: Covers, now: datetime) -> dict[str, Any]:
    """The campaigns and tiers that are live now and that the stop covers, with their versions, oldest first.

    Of articles, stores, channels and keys nobody can say which campaigns they would have met: all are listed.
    """
    campaigns = _campaigns(covers, now).order_by("pk")
    tiers = _tiers(covers, now).order_by("campaign", "hierarchy", "pk")
    return {
        "campaigns": [
            {"id": public_id, "name": name, "version": version}
            for public_id, name, version in campaigns.values_list("public_id", "name", "version__number")
        ],
        "tiers": [
            {"id": public_id, "name": name, "campaign_id": campaign_id, "version": version}
            for public_id, name, campaign_id, version in tiers.values_list(
                "public_id", "name", "campaign__public_id", "version__number"
            )
        ],
    }


def _reaches_all(covers: Covers) -> bool:
    return bool(covers.get("everything")) or any(covers.get(kind) for kind in (*ARTICLES, *CALLS))


def _campaigns(covers: Covers, now: datetime) -> QuerySet[Campaign]:
    """Those of which anything can be live."""
    live = Campaign.objects.filter(_is_open(now), is_active=True, deleted_at=None)
    if _reaches_all(covers):
        return live
    in_category = Q(category__public_id__in=_ids(covers, "categories"))
    return live.filter(Q(public_id__in=_ids(covers, "campaigns")) | in_category)


def _tiers(covers: Covers, now: datetime) -> QuerySet[PromotionTier]:
    """Their own time limits beat those of their campaigns, one by one."""
    of_live_campaigns = PromotionTier.objects.filter(
        is_active=True, deleted_at=None, campaign__is_active=True, campaign__deleted_at=None
    ).alias(
        begins=Coalesce("starts_at", "campaign__starts_at"), stops=Coalesce("ends_at", "campaign__ends_at")
    )
    live = of_live_campaigns.filter(_is_open(now, "begins", "stops"))
    return live if _reaches_all(covers) else live.filter(_of_terms(covers))


def _holds(covers: Covers, now: datetime) -> QuerySet[Hold]:
    """What baskets hold of it; a stop beats a hold."""
    live = Hold.objects.filter(session__expires_at__gt=now)
    if _reaches_all(covers):
        return live
    codes, tiers = _of_terms(covers, "voucher__"), _of_terms(covers, "promotion_tier__")
    return live.filter(codes | tiers)


def _lately(covers: Covers, now: datetime) -> QuerySet[Redemption]:
    """Redemptions of the last hour that would have been refused, as far as their rows say so."""
    rows = Redemption.objects.filter(
        redeemed_at__gt=now - LATELY, redeemed_at__lte=now, status=Redemption.Status.SUCCEEDED
    ).exclude(related_object_type=Redemption.RelatedObject.REDEMPTION)
    if covers.get("everything"):
        return rows
    hit = _of_terms(covers, "voucher__") | _of_terms(covers, "promotion_tier__")
    stores, channels = _ids(covers, "stores"), _ids(covers, "channels")
    if stores:
        field = USUAL_STORE_FIELD
        hit |= Q(**{f"metadata__{field}__in": stores}) | Q(**{f"order__metadata__{field}__in": stores})
    if channels:
        hit |= Q(snapshot__call__channel__in=channels) | Q(parent__snapshot__call__channel__in=channels)
    if keys := _ids(covers, "api_keys"):
        hit |= Q(channel_type="API", channel_id__in=keys)
    if products := _ids(covers, "products"):
        lines = OrderItem.objects.filter(
            Q(product__public_id__in=products) | Q(sku__product__public_id__in=products)
        )
        hit |= Q(order__in=lines.values("order"))
    return rows.filter(hit)


def _of_terms(covers: Covers, path: str = "") -> Q:
    """Codes or tiers of the covered campaigns, or whose own or inherited category is covered."""
    campaigns, categories = _ids(covers, "campaigns"), _ids(covers, "categories")
    inherited = {f"{path}category": None, f"{path}campaign__category__public_id__in": categories}
    return (
        Q(**{f"{path}campaign__public_id__in": campaigns})
        | Q(**{f"{path}category__public_id__in": categories})
        | Q(**inherited)
    )


def _is_open(now: datetime, starts: str = "starts_at", ends: str = "ends_at") -> Q:
    has_begun = Q(**{starts: None}) | Q(**{f"{starts}__lte": now})
    return has_begun & (Q(**{ends: None}) | Q(**{f"{ends}__gt": now}))


def _ids(covers: Covers, kind: str) -> list[str]:
    return [entry["id"] for entry in covers.get(kind, ())]
