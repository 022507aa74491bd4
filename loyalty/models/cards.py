from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from loyalty.models.tiers import LoyaltyTier
from promotions.models import Campaign, Voucher
from promotions.models.reach import OfCampaigns


class LoyaltyCard(models.Model):
    """The points of one code of type LOYALTY_CARD; made when it is given out or first moved ("opened").

    `balance` = `points` − `expired_points` − `subtracted_points` − `redeemed_points`, and the sum of the
    card's transactions; `points` holds everything that ever came (INVARIANTS M2). `held` is what validation
    sessions keep. Pending points are in no other number. Below zero only where the programme lets points be
    owed (`may_owe`). `tier` is the level held now, from `tier_since` to `tier_until` (its last day; null: no
    end).
    `last_activity_on` is the day on which points were last earned or spent.
    """

    voucher = models.OneToOneField(
        Voucher, on_delete=models.PROTECT, primary_key=True, related_name="loyalty_card"
    )
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    points = models.BigIntegerField(default=0)
    expired_points = models.BigIntegerField(default=0)
    subtracted_points = models.BigIntegerField(default=0)
    redeemed_points = models.BigIntegerField(default=0)
    pending_points = models.BigIntegerField(default=0)
    balance = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    may_owe = models.BooleanField(default=False)
    last_activity_on = models.DateField(null=True)
    tier = models.ForeignKey(LoyaltyTier, on_delete=models.PROTECT, null=True, related_name="cards")
    tier_since = models.DateField(null=True)
    tier_until = models.DateField(null=True)

    objects = OfCampaigns["LoyaltyCard"]()

    class Meta:
        verbose_name = "member"
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    balance=F("points") - F("expired_points") - F("subtracted_points") - F("redeemed_points")
                ),
                name="loyalty_card_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0) | Q(may_owe=True), name="loyalty_card_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(
                    points__gte=0,
                    expired_points__gte=0,
                    subtracted_points__gte=0,
                    redeemed_points__gte=0,
                    pending_points__gte=0,
                    held__gte=0,
                ),
                name="loyalty_card_counters_not_negative",
            ),
        )
        indexes = (
            models.Index(fields=["campaign", "voucher"], name="loyalty_card_of_programme"),
            # Whose tier ends, in the order in which the nightly job takes them.
            models.Index(
                fields=["campaign", "tier_until", "voucher"],
                name="loyalty_card_tier_end",
                condition=Q(tier_until__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"card of voucher {self.voucher_id}"
