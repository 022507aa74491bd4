from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from commerce.models import Product, Sku
from core.models import PublicIdField, TimestampedModel
from promotions.models.campaigns import Campaign
from promotions.models.reach import OfCampaigns
from promotions.models.validation_rules import ValidationRule


class Reward(TimestampedModel):
    """Something that customers get for points or for a recommendation. Contract: loyalty 8.

    CAMPAIGN gives a code of `campaign`, or tops up the holder's card there by `balance` credits or points.
    MATERIAL is a product, COIN pays an order: `points_ratio` points are worth `exchange_ratio` major units.
    `redeemed` counts what was given and not taken back; it never exceeds `stock`. A reward that goes keeps
    its row.
    """

    class Type(models.TextChoices):
        CAMPAIGN = "CAMPAIGN", "Coupon, gift card or points"
        MATERIAL = "MATERIAL", "Product"
        COIN = "COIN", "Pay with points"

    public_id = PublicIdField(prefix="rew")
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=8, choices=Type)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="rewards"
    )
    balance = models.BigIntegerField(null=True, blank=True, help_text="Minor units, or points.")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    exchange_ratio = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    points_ratio = models.PositiveBigIntegerField(null=True, blank=True)
    stock = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: no limit.")
    redeemed = models.PositiveIntegerField("given", default=0, editable=False)
    image_url = models.CharField("picture's address", max_length=1000, blank=True, default="")
    description = models.TextField(blank=True, default="")
    metadata = models.JSONField(default=dict, blank=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(type="CAMPAIGN", campaign__isnull=False, product=None, exchange_ratio=None)
                | Q(type="MATERIAL", product__isnull=False, campaign=None, exchange_ratio=None)
                | Q(
                    type="COIN",
                    exchange_ratio__gt=0,
                    points_ratio__gt=0,
                    campaign=None,
                    product=None,
                ),
                name="reward_parameters_fit_type",
            ),
            models.CheckConstraint(condition=Q(balance=None) | Q(balance__gt=0), name="reward_balance"),
            models.CheckConstraint(
                condition=Q(stock=None) | Q(redeemed__lte=F("stock")), name="reward_within_stock"
            ),
        )
        indexes = (models.Index(fields=["-created_at", "-id"], name="reward_newest"),)

    def __str__(self) -> str:
        return self.name


class RewardAssignment(TimestampedModel):
    """A reward in a loyalty programme, with its price in points. Contract: loyalty 8.1.

    COIN rewards have no price. `limit_per_card` and `stock` are ours: so many for one card, so many of this
    programme; empty: no limit. `is_blocked`: automatic redemption ran away and waits for somebody
    (contract 8.5). An assignment that goes keeps its row.
    """

    public_id = PublicIdField(prefix="rewa")
    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="assignments")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="reward_assignments")
    points = models.PositiveBigIntegerField("price in points", null=True, blank=True)
    auto_redeem = models.BooleanField("redeem by itself", default=False)
    is_blocked = models.BooleanField(default=False, editable=False)
    rule = models.ForeignKey(
        ValidationRule, on_delete=models.PROTECT, null=True, blank=True, related_name="reward_assignments"
    )
    limit_per_card = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: no limit.")
    stock = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: the reward's.")
    redeemed = models.PositiveIntegerField("given", default=0, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = OfCampaigns["RewardAssignment"]()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["reward", "campaign"], condition=Q(deleted_at=None), name="reward_assigned_once"
            ),
            models.UniqueConstraint(
                fields=["campaign"],
                condition=Q(deleted_at=None, auto_redeem=True),
                name="reward_redeems_itself_once",
            ),
            models.CheckConstraint(
                condition=Q(points=None) | Q(points__gte=1), name="reward_price_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(stock=None) | Q(redeemed__lte=F("stock")), name="reward_assignment_within_stock"
            ),
        )
        indexes = (models.Index(fields=["campaign", "id"], name="reward_assignment_of_campaign"),)

    def __str__(self) -> str:
        return str(self.public_id)
