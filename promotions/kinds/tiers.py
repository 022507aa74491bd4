"""Promotion tiers as redeemables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, cast

from django.db import models
from django.db.models import F

from core import places
from core.models import ProjectSettings
from core.prepared import Prepared
from engine import Candidate, RedeemableObject, Step, effects
from promotions import engine_input
from promotions.models import PromotionTier, Redemption, Rollback
from promotions.redeemables import Found, Requested
from promotions.selectors.validation_rules import PARTS

_named: Final = Prepared(
    PromotionTier,
    "t.public_id = ANY(%s) AND t.deleted_at IS NULL AND campaign.deleted_at IS NULL",
    joins=("campaign", "campaign__category", "category", "rule_assignment", "rule_assignment__rule"),
    without=[f"rule_assignment__rule__{part}" for part in PARTS],
)


class TierKind:
    object: Final = RedeemableObject.PROMOTION_TIER.value

    def find(self, ids: Collection[str], settings: ProjectSettings) -> Mapping[str, models.Model]:
        return {row.public_id: row for row in _named(list(ids)) if places.sees(row.campaign.places)}

    def describe(self, requested: Requested, row: models.Model) -> Found:
        tier = cast(PromotionTier, row)
        category = tier.category or tier.campaign.category
        candidate = Candidate(
            key=requested.id,
            object=RedeemableObject.PROMOTION_TIER,
            label=tier.name,
            is_active=tier.is_active,
            is_campaign_active=tier.campaign.is_active,
            validity=engine_input.validity(tier),
            campaign_validity=engine_input.validity(tier.campaign),
            discount=effects.parse(tier.discount),
            category=engine_input.category(category),
            campaign_id=tier.campaign.public_id,
        )
        return Found(
            requested=requested, candidate=candidate, row=tier, campaign=tier.campaign, category=category
        )

    def references(self, found: Found) -> Mapping[str, Any]:
        return {
            "promotion_tier": found.row,
            "campaign": found.campaign,
            "related_object_type": Redemption.RelatedObject.PROMOTION_TIER,
        }

    def consume(self, found: Found, step: Step, *, redemption: Redemption, now: datetime) -> None:
        tier = cast(PromotionTier, found.row)
        amount = step.order_value or 0
        discount = step.order.total_applied_discount_amount if step.order else 0
        PromotionTier.objects.filter(pk=tier.pk).update(
            redeemed_quantity=F("redeemed_quantity") + 1,
            orders_total_amount=F("orders_total_amount") + amount,
            orders_total_discount_amount=F("orders_total_discount_amount") + discount,
        )

    def restore(self, redemption: Redemption, *, rollback: Rollback, now: datetime) -> None:
        assert redemption.promotion_tier_id is not None  # noqa: S101 - it is a redemption of this kind
        PromotionTier.objects.filter(pk=redemption.promotion_tier_id).update(
            redeemed_quantity=F("redeemed_quantity") - 1,
            orders_total_amount=F("orders_total_amount") - (redemption.order_amount or 0),
            orders_total_discount_amount=F("orders_total_discount_amount") - redemption.discount_amount,
        )
