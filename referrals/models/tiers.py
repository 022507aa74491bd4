from __future__ import annotations

from django.db import models
from django.db.models import Q

from commerce.models import Segment
from core.models import PublicIdField, TimestampedModel
from promotions.models import Campaign, Reward
from promotions.models.reach import OfCampaigns


class ReferrerTier(TimestampedModel):
    """What referrers of a programme get, and for what. Contract: referrals 15.1.

    EACH: for every referral that counts. MINIMUM: once, with the referral that makes them `minimum`. Only
    those in `segment` get it (empty: all). A tier that goes keeps its row.
    """

    class Criterion(models.TextChoices):
        EACH = "EACH", "For each referral"
        MINIMUM = "MINIMUM", "Once, for so many referrals"

    public_id = PublicIdField(prefix="rt")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="referrer_tiers", db_index=False
    )
    name = models.CharField(max_length=255)
    criterion = models.CharField("given", max_length=8, choices=Criterion, default=Criterion.EACH)
    minimum = models.PositiveIntegerField("referrals needed", default=1)
    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="referrer_tiers")
    segment = models.ForeignKey(
        Segment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Only referrers in this segment get it. Empty: all.",
    )
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = OfCampaigns["ReferrerTier"]()

    class Meta:
        verbose_name = "reward for referrers"
        verbose_name_plural = "rewards for referrers"
        constraints = (
            models.UniqueConstraint(
                fields=["campaign", "name"], condition=Q(deleted_at=None), name="referrer_tier_name_once"
            ),
            models.CheckConstraint(
                condition=Q(criterion="EACH", minimum=1) | Q(criterion="MINIMUM", minimum__gte=1),
                name="referrer_tier_minimum",
            ),
        )
        indexes = (models.Index(fields=["campaign", "minimum", "id"], name="referrer_tier_ladder"),)

    def __str__(self) -> str:
        return self.name
