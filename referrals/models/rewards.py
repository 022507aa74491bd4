from __future__ import annotations

from django.db import models
from django.db.models import Q

from commerce.models import Customer
from core.models import PublicIdField, TimestampedModel
from promotions.models import Campaign, Reward, Voucher
from promotions.models.reach import OfCampaigns
from referrals.models.referrals import Referral
from referrals.models.tiers import ReferrerTier


class ReferralReward(TimestampedModel):
    """What a referral brings a person: the referrer by a tier, the referee (no tier) by the programme.

    It is due at `due_at` and not given before. `voucher` is the coupon, or the card that was topped up by
    `granted` credits or points; of a product nothing, it waits TO_HAND_OVER for a person. SKIPPED: the
    referrer had as many as the programme gives. `problem` says why a due one could not be given yet.
    """

    class State(models.TextChoices):
        PENDING = "PENDING", "Waits"
        TO_HAND_OVER = "TO_HAND_OVER", "To be handed over"
        PAID = "PAID", "Given"
        CANCELLED = "CANCELLED", "Cancelled"
        SKIPPED = "SKIPPED", "Not given"
        TAKEN_BACK = "TAKEN_BACK", "Taken back"

    public_id = PublicIdField(prefix="rfr")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="rewards", db_index=False)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="referral_rewards", db_index=False
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="referral_rewards", db_index=False
    )
    tier = models.ForeignKey(
        ReferrerTier, on_delete=models.PROTECT, null=True, related_name="given", db_index=False
    )
    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    is_once = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State)
    due_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    voucher = models.ForeignKey(
        Voucher, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    granted = models.BigIntegerField(default=0)
    problem = models.CharField(max_length=1000, blank=True, default="")

    objects = OfCampaigns["ReferralReward"]()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["referral", "tier"], name="referral_reward_once", nulls_distinct=False
            ),
            models.UniqueConstraint(
                fields=["tier", "customer"],
                condition=Q(is_once=True, state__in=["PENDING", "TO_HAND_OVER", "PAID"]),
                name="referral_reward_of_a_minimum_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["PAID", "TAKEN_BACK"], paid_at__isnull=False)
                | Q(state__in=["PENDING", "TO_HAND_OVER", "CANCELLED", "SKIPPED"], paid_at=None),
                name="referral_reward_paid_at",
            ),
            models.CheckConstraint(
                condition=Q(paid_at=None) | Q(paid_at__gte=models.F("due_at")),
                name="referral_reward_not_before_due",
            ),
            models.CheckConstraint(condition=Q(granted__gte=0), name="referral_reward_not_negative"),
        )
        indexes = (
            models.Index(fields=["due_at", "id"], name="referral_reward_due", condition=Q(state="PENDING")),
            models.Index(fields=["campaign", "customer", "created_at"], name="referral_reward_of_person"),
            models.Index(fields=["-id"], name="referral_reward_to_hand", condition=Q(state="TO_HAND_OVER")),
        )

    def __str__(self) -> str:
        return str(self.public_id)
