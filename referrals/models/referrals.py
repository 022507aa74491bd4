from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from commerce.models import Customer, CustomEvent, Order
from core.models import PublicIdField, TimestampedModel
from promotions.models import Campaign, Redemption, Voucher
from promotions.models.reach import OfCampaigns


class Referral(TimestampedModel):
    """Somebody came by the code of somebody else. Contract: referrals 15.3.

    In a programme a customer is recommended once, by whoever was first: of those that were not refused there
    is one. ACCEPTED ones count. HELD ones wait for a person, REVERSED ones did count until the order came
    back. `findings` are what spoke against it, `judged` what was known then. `decided_by` is the person who
    accepted or refused it; empty: nobody was asked.
    """

    class Cause(models.TextChoices):
        REDEMPTION = "redemption", "The code was redeemed"
        ORDER = "order", "The order was paid"
        EVENT = "custom_event", "An event was reported"

    class State(models.TextChoices):
        ACCEPTED = "ACCEPTED", "Counts"
        HELD = "HELD", "Waits for review"
        REFUSED = "REFUSED", "Refused"
        REVERSED = "REVERSED", "Taken back"

    public_id = PublicIdField(prefix="ref")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="referrals", db_index=False)
    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="referrals")
    referrer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="referrals_made", db_index=False
    )
    referee = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="referrals_received", db_index=False
    )
    cause = models.CharField(max_length=12, choices=Cause)
    redemption = models.ForeignKey(
        Redemption, on_delete=models.PROTECT, null=True, related_name="referrals", db_index=False
    )
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, related_name="referrals", db_index=False
    )
    event = models.ForeignKey(
        CustomEvent, on_delete=models.PROTECT, null=True, related_name="referrals", db_index=False
    )
    state = models.CharField(max_length=8, choices=State)
    findings = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    judged = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # Hashed fingerprints of both, so that they are found again.
    traits = ArrayField(models.CharField(max_length=32), default=list)
    decided_by = models.CharField(max_length=255, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=1000, blank=True, default="")

    objects = OfCampaigns["Referral"]()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["campaign", "referee"], condition=~Q(state="REFUSED"), name="referee_once"
            ),
            models.CheckConstraint(
                condition=~Q(referrer=F("referee")) | Q(state="REFUSED"), name="referral_of_somebody_else"
            ),
            models.UniqueConstraint(
                fields=["redemption"], condition=Q(redemption__isnull=False), name="referral_of_a_redemption"
            ),
            models.UniqueConstraint(
                fields=["campaign", "event"], condition=Q(event__isnull=False), name="referral_of_an_event"
            ),
        )
        indexes = (
            models.Index(fields=["campaign", "referrer", "state", "id"], name="referral_of_referrer"),
            models.Index(fields=["referrer", "-id"], name="referral_made"),
            models.Index(fields=["referee", "-id"], name="referral_received"),
            models.Index(fields=["campaign", "-id"], name="referral_of_campaign"),
            models.Index(fields=["-id"], name="referral_to_review", condition=Q(state="HELD")),
            GinIndex(fields=["traits"], name="referral_traits"),
            models.Index(fields=["order"], name="referral_of_order", condition=Q(order__isnull=False)),
        )

    def __str__(self) -> str:
        return str(self.public_id)
