from __future__ import annotations

from django.db import models
from django.db.models import Q

from commerce.models import Customer
from promotions.models.counters import Counter
from promotions.models.tiers import PromotionTier
from promotions.models.vouchers import Voucher


class ValidationSession(models.Model):
    """What a basket keeps for itself until it is paid or `expires_at`. Contract: semantics-core 10.

    Whether it still holds is judged at reading; a job only tidies away.
    """

    class Unit(models.TextChoices):
        DAYS = "DAYS", "days"
        HOURS = "HOURS", "hours"
        MINUTES = "MINUTES", "minutes"
        SECONDS = "SECONDS", "seconds"
        MILLISECONDS = "MILLISECONDS", "milliseconds"
        MICROSECONDS = "MICROSECONDS", "microseconds"
        NANOSECONDS = "NANOSECONDS", "nanoseconds"

    key = models.CharField(max_length=200, unique=True)
    ttl = models.BigIntegerField(default=7)
    ttl_unit = models.CharField(max_length=16, choices=Unit, default=Unit.DAYS)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    customer = models.ForeignKey(
        Customer, on_delete=models.SET_NULL, null=True, related_name="validation_sessions"
    )
    channel_type = models.CharField(max_length=16, default="API")
    channel_id = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        # What people call it; "validation session" is its name on the wire.
        verbose_name = "hold"
        verbose_name_plural = "holds"
        indexes = (models.Index(fields=["expires_at"], name="session_expiry"),)

    def __str__(self) -> str:
        return self.key


class Hold(models.Model):
    """One redeemable that a session keeps: one use of it, and credits of a card."""

    session = models.ForeignKey(ValidationSession, on_delete=models.CASCADE, related_name="holds")
    voucher = models.ForeignKey(Voucher, on_delete=models.CASCADE, null=True, related_name="holds")
    promotion_tier = models.ForeignKey(
        PromotionTier, on_delete=models.CASCADE, null=True, related_name="holds"
    )
    credits = models.BigIntegerField(default=0)
    discount_amount = models.BigIntegerField(default=0, help_text="What the validation would have given.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["session", "voucher"], condition=Q(voucher__isnull=False), name="hold_voucher_once"
            ),
            models.UniqueConstraint(
                fields=["session", "promotion_tier"],
                condition=Q(promotion_tier__isnull=False),
                name="hold_tier_once",
            ),
            models.CheckConstraint(
                condition=Q(voucher__isnull=False) ^ Q(promotion_tier__isnull=False),
                name="hold_is_of_one_redeemable",
            ),
            models.CheckConstraint(
                condition=Q(credits__gte=0, discount_amount__gte=0), name="hold_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.session_id}: {self.voucher_id or self.promotion_tier_id}"


class HeldCount(models.Model):
    """What a hold keeps of one counter; `Counter.held` is the sum of these."""

    hold = models.ForeignKey(Hold, on_delete=models.CASCADE, related_name="counts")
    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, related_name="holds")
    amount = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["hold", "counter"], name="held_count_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="held_count_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.counter_id}: {self.amount}"
