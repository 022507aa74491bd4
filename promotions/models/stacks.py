from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q

from core.models import PublicIdField, TimestampedModel
from promotions.models.campaigns import Campaign
from promotions.models.categories import Category
from promotions.models.reach import OfCampaigns
from promotions.models.tiers import PromotionTier

MOST_TIERS: Final = 30


class PromotionStack(TimestampedModel):
    """Tiers of one promotion that are used together, in an order of their own. Contract: semantics-core 16.

    The category counts where stacks are offered; when one is used, its tiers keep their own categories.
    """

    class HierarchyMode(models.TextChoices):
        MANUAL = "MANUAL", "In the order of the list"

    public_id = PublicIdField(prefix="stack")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="stacks")
    name = models.CharField(max_length=255)
    category = models.ForeignKey(
        Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="stacks"
    )

    objects = OfCampaigns["PromotionStack"]()

    class Meta:
        indexes = (models.Index(fields=["-created_at", "-id"], name="stack_newest"),)

    def __str__(self) -> str:
        return self.name


class StackedTier(models.Model):
    """The place of one tier in a stack; 1 is applied first."""

    stack = models.ForeignKey(PromotionStack, on_delete=models.CASCADE, related_name="stacked_tiers")
    tier = models.ForeignKey(PromotionTier, on_delete=models.PROTECT, related_name="stacked_tiers")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["stack", "position"], name="stacked_tier_one_a_place"),
            models.UniqueConstraint(fields=["stack", "tier"], name="stacked_tier_once_a_stack"),
            models.CheckConstraint(
                condition=Q(position__range=(1, 30)), name="stacked_tier_position_1_to_30"
            ),
        )

    def __str__(self) -> str:
        return f"{self.stack_id}, {self.position}"
