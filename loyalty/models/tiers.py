from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q

from core.models import PublicIdField, TimestampedModel
from loyalty.models.earning_rules import EarningRule
from promotions.models import Campaign, RewardAssignment
from promotions.models.reach import OfCampaigns


class LoyaltyTier(TimestampedModel):
    """A level of a programme, from `points_from` to `points_to` inclusive. Contract: loyalty 10.

    What the points are (a balance, or what was collected in a period) says the programme
    (`loyalty.programmes`). Ranges of one programme do not overlap. A tier that goes keeps its row.
    """

    public_id = PublicIdField(prefix="ltr")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="loyalty_tiers")
    name = models.CharField(max_length=255)
    points_from = models.BigIntegerField("from")
    points_to = models.BigIntegerField("to", null=True, blank=True, help_text="Empty: no end.")
    metadata = models.JSONField(default=dict, blank=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = OfCampaigns["LoyaltyTier"]()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(points_from__gte=0) & (Q(points_to=None) | Q(points_to__gte=F("points_from"))),
                name="loyalty_tier_range",
            ),
        )
        indexes = (models.Index(fields=["campaign", "points_from"], name="loyalty_tier_ladder"),)

    def __str__(self) -> str:
        return self.name


class TierMapping(models.Model):
    """What is different for holders of a tier: the points of an earning rule, or the price of a reward.

    MULTIPLY has a `multiplier`, CUSTOM has `points`; NOT_AVAILABLE takes a reward away.
    Contract: loyalty 10.4.
    """

    class Type(models.TextChoices):
        MULTIPLY = "MULTIPLY", "Times"
        CUSTOM = "CUSTOM", "Own number of points"
        NOT_AVAILABLE = "NOT_AVAILABLE", "Not available"

    tier = models.ForeignKey(LoyaltyTier, on_delete=models.CASCADE, related_name="mappings")
    earning_rule = models.ForeignKey(
        EarningRule, on_delete=models.CASCADE, null=True, blank=True, related_name="mappings"
    )
    assignment = models.ForeignKey(
        RewardAssignment, on_delete=models.CASCADE, null=True, blank=True, related_name="tier_mappings"
    )
    type = models.CharField(max_length=16, choices=Type)
    multiplier = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    points = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tier", "earning_rule"],
                condition=Q(earning_rule__isnull=False),
                name="tier_maps_a_rule_once",
            ),
            models.UniqueConstraint(
                fields=["tier", "assignment"],
                condition=Q(assignment__isnull=False),
                name="tier_maps_a_reward_once",
            ),
            models.CheckConstraint(
                condition=Q(earning_rule__isnull=False, assignment=None) & ~Q(type="NOT_AVAILABLE")
                | Q(earning_rule=None, assignment__isnull=False),
                name="tier_mapping_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(type="MULTIPLY", multiplier__gte=0, points=None)
                | Q(type="CUSTOM", points__gte=0, multiplier=None)
                | Q(type="NOT_AVAILABLE", points=None, multiplier=None),
                name="tier_mapping_fits_type",
            ),
        )

    def __str__(self) -> str:
        return f"{self.tier_id}: {self.type}"


class TierChange(models.Model):
    """A card reached, left, kept or changed its tier; rows are final. Contract: loyalty 10.3.

    `day` is the calendar day (project's zone) from which it counts, `until` the last day of the new tier,
    null for no end. `cause` names what it came from ("accrual", "nightly", "structure", …).
    """

    class Kind(models.TextChoices):
        JOINED = "joined", "Reached"
        LEFT = "left", "Lost"
        UPGRADED = "upgraded", "Rose"
        DOWNGRADED = "downgraded", "Fell"
        PROLONGED = "prolonged", "Kept"
        EXPIRATION_CHANGED = "expiration.changed", "Other end"

    public_id = PublicIdField(prefix="ltrc")
    card = models.ForeignKey(
        "loyalty.LoyaltyCard", on_delete=models.PROTECT, related_name="tier_changes", db_index=False
    )
    kind = models.CharField(max_length=24, choices=Kind)
    from_tier = models.ForeignKey(LoyaltyTier, on_delete=models.PROTECT, null=True, related_name="+")
    to_tier = models.ForeignKey(LoyaltyTier, on_delete=models.PROTECT, null=True, related_name="+")
    day = models.DateField()
    until = models.DateField(null=True)
    created_at = models.DateTimeField()
    cause = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["card", "-id"], name="tier_change_newest"),)
        triggers = (
            pgtrigger.Protect(name="tier_changes_are_final", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return str(self.public_id)
