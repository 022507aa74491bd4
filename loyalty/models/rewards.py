from __future__ import annotations

from django.db import models
from django.db.models import Q

from loyalty.models.cards import LoyaltyCard
from loyalty.models.tiers import LoyaltyTier
from promotions.models import Redemption, Reward, RewardAssignment, Voucher


class RewardRedemption(models.Model):
    """What a redemption of points was for. Contract: loyalty 8.3.

    `points` were charged, `tier` priced it (null: the usual price). `voucher` is the coupon that was given,
    or the gift or loyalty card that was topped up by `granted` credits or points. Material rewards begin
    PENDING until somebody handed them over.
    """

    class State(models.TextChoices):
        PENDING = "PENDING", "To be handed over"
        COMPLETED = "COMPLETED", "Done"
        ROLLED_BACK = "ROLLED_BACK", "Taken back"

    redemption = models.OneToOneField(
        Redemption, on_delete=models.PROTECT, primary_key=True, related_name="reward_redemption"
    )
    card = models.ForeignKey(
        LoyaltyCard, on_delete=models.PROTECT, related_name="reward_redemptions", db_index=False
    )
    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="redemptions", db_index=False)
    assignment = models.ForeignKey(RewardAssignment, on_delete=models.PROTECT, related_name="redemptions")
    tier = models.ForeignKey(
        LoyaltyTier, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    points = models.BigIntegerField()
    voucher = models.ForeignKey(
        Voucher, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    granted = models.BigIntegerField(default=0)
    state = models.CharField(max_length=12, choices=State)
    is_automatic = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "given reward"
        constraints = (
            models.CheckConstraint(
                condition=Q(points__gte=0, granted__gte=0), name="reward_redemption_not_negative"
            ),
        )
        indexes = (
            models.Index(fields=["card", "-redemption"], name="reward_redemption_of_card"),
            models.Index(
                fields=["state", "redemption"],
                name="reward_redemption_to_hand_over",
                condition=Q(state="PENDING"),
            ),
        )

    def __str__(self) -> str:
        return f"reward of redemption {self.redemption_id}"
