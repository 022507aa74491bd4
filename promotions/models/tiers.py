from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.models import ExactJSONDecoder, PublicIdField, TimestampedModel
from promotions.models.campaigns import Campaign
from promotions.models.categories import Category
from promotions.models.reach import OfCampaigns
from promotions.models.validity import TimeLimited
from promotions.models.versions import Version


class PromotionTier(TimestampedModel, TimeLimited):
    """One incentive of a promotion campaign, applied without a code. `hierarchy` 1 is offered first.

    The counters are its summary: successful redemptions that were not rolled back, and their orders.
    """

    public_id = PublicIdField(prefix="promo")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="tiers")
    name = models.CharField(max_length=255)
    banner = models.CharField(max_length=500, blank=True, default="", help_text="What customers read.")
    discount = models.JSONField(decoder=ExactJSONDecoder, help_text="Wire form.")
    hierarchy = models.PositiveIntegerField(default=1)
    category = models.ForeignKey(
        Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="tiers"
    )
    is_active = models.BooleanField("enabled", default=True)
    metadata = models.JSONField(default=dict, blank=True)
    redeemed_quantity = models.PositiveIntegerField("redeemed", default=0, editable=False)
    orders_total_amount = models.BigIntegerField(default=0, editable=False)
    orders_total_discount_amount = models.BigIntegerField(default=0, editable=False)
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = OfCampaigns["PromotionTier"]()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(orders_total_amount__gte=0, orders_total_discount_amount__gte=0),
                name="tier_summary_not_negative",
            ),
        )
        indexes = (models.Index(fields=["campaign", "hierarchy", "id"], name="tier_in_campaign"),)

    def __str__(self) -> str:
        return self.name
