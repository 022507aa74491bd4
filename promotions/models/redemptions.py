from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from commerce.models import Customer, Order
from core.models import PublicIdField
from promotions.models.campaigns import Campaign
from promotions.models.reach import RedemptionsInReach, RollbacksInReach
from promotions.models.tiers import PromotionTier
from promotions.models.vouchers import Voucher


class Redemption(models.Model):
    """One attempt to use a redeemable, or the parent of several used together.

    Facts are final: a rollback is a row of its own and only moves `status`. `snapshot` and `outcome` are the
    engine's, so that the decision can be explained and replayed; they stand on the row that answers for the
    request (the parent, or the only one).
    """

    class Result(models.TextChoices):
        SUCCESS = "SUCCESS", "Success"
        FAILURE = "FAILURE", "Failure"

    class Status(models.TextChoices):
        SUCCEEDED = "SUCCEEDED", "Succeeded"
        FAILED = "FAILED", "Failed"
        ROLLED_BACK = "ROLLED_BACK", "Rolled back"

    class RelatedObject(models.TextChoices):
        VOUCHER = "voucher", "Voucher"
        PROMOTION_TIER = "promotion_tier", "Promotion tier"
        REDEMPTION = "redemption", "Several together"

    public_id = PublicIdField(prefix="r")
    redeemed_at = models.DateTimeField()
    result = models.CharField(max_length=8, choices=Result)
    status = models.CharField(max_length=12, choices=Status)
    related_object_type = models.CharField(max_length=16, choices=RelatedObject)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    # The indexes below begin with these columns.
    voucher = models.ForeignKey(
        Voucher, on_delete=models.PROTECT, null=True, related_name="redemptions", db_index=False
    )
    promotion_tier = models.ForeignKey(
        PromotionTier, on_delete=models.PROTECT, null=True, related_name="redemptions"
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, related_name="redemptions", db_index=False
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.SET_NULL, null=True, related_name="redemptions", db_index=False
    )
    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    voucher_code = models.CharField(
        max_length=255, blank=True, default="", help_text="As the caller sent it."
    )
    order_amount = models.BigIntegerField(null=True)
    discount_amount = models.BigIntegerField(default=0, help_text="What this redemption took off.")
    credits = models.BigIntegerField(null=True, help_text="Credits or points taken from a card.")
    version_ids = ArrayField(
        models.BigIntegerField(), default=list, help_text="The versions of the terms that it was decided on."
    )
    order_snapshot = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    metadata = models.JSONField(default=dict, blank=True)
    tracking_id = models.CharField(max_length=100, blank=True, default="")
    channel_type = models.CharField(max_length=16, default="API")
    channel_id = models.CharField(max_length=100, blank=True, default="")
    store = models.CharField(
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text="Code of the store that the key, the request or its metadata named.",
    )
    failure_code = models.CharField(max_length=64, blank=True, default="")
    failure_message = models.TextField(blank=True, default="")
    snapshot = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    outcome = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    objects = RedemptionsInReach["Redemption"]()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(result="FAILURE", status="FAILED")
                | Q(result="SUCCESS", status__in=["SUCCEEDED", "ROLLED_BACK"]),
                name="redemption_status_fits_result",
            ),
            models.CheckConstraint(
                condition=Q(discount_amount__gte=0), name="redemption_discount_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(credits=None) | Q(credits__gte=0), name="redemption_credits_not_negative"
            ),
            # Who repeats a call whose answer was lost does not use it twice.
            models.UniqueConstraint(
                fields=["order", "voucher"],
                condition=Q(status="SUCCEEDED", order__isnull=False, voucher__isnull=False),
                name="redemption_voucher_once_per_order",
            ),
            models.UniqueConstraint(
                fields=["order", "promotion_tier"],
                condition=Q(status="SUCCEEDED", order__isnull=False, promotion_tier__isnull=False),
                name="redemption_tier_once_per_order",
            ),
        )
        indexes = (
            models.Index(fields=["-redeemed_at", "-id"], name="redemption_newest"),
            models.Index(fields=["voucher", "-redeemed_at", "-id"], name="redemption_voucher_newest"),
            # With all that a campaign's summary adds up, so that it reads nothing but the index.
            models.Index(
                fields=["campaign", "-redeemed_at", "-id"],
                include=[
                    "result",
                    "related_object_type",
                    "parent",
                    "order_amount",
                    "discount_amount",
                    "credits",
                ],
                name="redemption_of_campaign",
            ),
            models.Index(
                fields=["campaign"], condition=Q(status="ROLLED_BACK"), name="redemption_taken_back"
            ),
            models.Index(fields=["customer", "-redeemed_at", "-id"], name="redemption_customer_newest"),
            models.Index(fields=["order"], name="redemption_order", condition=Q(order__isnull=False)),
        )
        triggers = (
            pgtrigger.Protect(name="redemption_never_deleted", operation=pgtrigger.Delete),
            # The customer may be erased, the status moves with a rollback; everything else happened as it
            # happened.
            pgtrigger.ReadOnly(name="redemption_facts_are_final", exclude=["status", "customer"]),
        )

    def __str__(self) -> str:
        return str(self.public_id)


class Rollback(models.Model):
    """A redemption taken back, or the parent of several. One per redemption."""

    public_id = PublicIdField(prefix="rr")
    rolled_back_at = models.DateTimeField()
    redemption = models.OneToOneField(Redemption, on_delete=models.PROTECT, related_name="rollback")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    reason = models.CharField(max_length=500, blank=True, default="")
    metadata = models.JSONField(default=dict, blank=True)
    tracking_id = models.CharField(max_length=100, blank=True, default="")
    channel_type = models.CharField(max_length=16, default="API")
    channel_id = models.CharField(max_length=100, blank=True, default="")
    order_snapshot = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    credits = models.BigIntegerField(null=True, help_text="Credits or points that went back to the card.")

    is_forced = False
    """Said by the caller, not kept: also what was given as a reward is taken back, as far as it is there."""

    objects = RollbacksInReach["Rollback"]()

    class Meta:
        indexes = (models.Index(fields=["-rolled_back_at", "-id"], name="rollback_newest"),)
        triggers = (
            pgtrigger.Protect(name="rollback_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="rollback_facts_are_final"),
        )

    def __str__(self) -> str:
        return str(self.public_id)
