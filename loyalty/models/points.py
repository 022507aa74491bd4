from __future__ import annotations

from typing import Final

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from commerce.models import Order
from core.models import PublicIdField
from loyalty.models.cards import LoyaltyCard
from loyalty.models.earning_rules import Earning
from promotions.models import OrderReturn, Redemption, Rollback
from promotions.models.reach import OfVouchers


class PointsTransaction(models.Model):
    """One movement of points between a card and one account of its programme. Contract: loyalty 4.

    Double entry in one row: `amount` goes to the card, `-amount` to `account`, so that all accounts together
    are zero at every instant. Rows are final; a correction is a new row. The card's balance after it is
    `balance`, its balance the sum of its rows. `cause` names what moved the card ("earning:12",
    "redemption:r_…", "nightly:2026-03-01", …); one cause moves a card once for each type (INVARIANTS M4).
    `details` are references in wire form (order, event, earning_rule, loyalty_tier, …).
    """

    AUTOMATION: Final = "Automation"
    """`source` of what rules and nights move, on the wire as well."""

    class Type(models.TextChoices):
        ISSUED = "POINTS_ISSUED", "Points of the new card"
        ACCRUAL = "POINTS_ACCRUAL", "Earned"
        ACTIVATION = "PENDING_POINTS_ACTIVATION", "Pending points became usable"
        REDEMPTION = "POINTS_REDEMPTION", "Spent"
        REFUND = "POINTS_REFUND", "Given back"
        ADDITION = "POINTS_ADDITION", "Added"
        REMOVAL = "POINTS_REMOVAL", "Removed"
        EXPIRATION = "POINTS_EXPIRATION", "Expired"
        TRANSFER_OUT = "POINTS_TRANSFER_OUT", "Moved to another card"
        TRANSFER_IN = "POINTS_TRANSFER_IN", "Moved from another card"

    class Account(models.TextChoices):
        PROGRAMME = "PROGRAMME", "Given by the programme"
        SPENT = "SPENT", "Spent"
        EXPIRED = "EXPIRED", "Expired"
        ADJUSTED = "ADJUSTED", "Adjusted by hand"
        REVERSED = "REVERSED", "Taken back with returned goods"
        WRITTEN_OFF = "WRITTEN_OFF", "Owed and written off"
        TRANSIT = "TRANSIT", "Between cards"

    public_id = PublicIdField(prefix="vtx")
    card = models.ForeignKey(
        LoyaltyCard, on_delete=models.PROTECT, related_name="transactions", db_index=False
    )
    voucher = models.ForeignKey(
        "promotions.Voucher", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    campaign = models.ForeignKey(
        "promotions.Campaign", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    type = models.CharField(max_length=28, choices=Type)
    account = models.CharField(max_length=12, choices=Account)
    amount = models.BigIntegerField()
    balance = models.BigIntegerField()
    created_at = models.DateTimeField()
    day = models.DateField(help_text="In the project's zone; of the nightly job the night that it is for.")
    cause = models.CharField(max_length=100, blank=True, default="")
    source = models.CharField(max_length=200, blank=True, default="", help_text="Who or what moved them.")
    source_id = models.CharField(max_length=200, blank=True, default="", help_text="The caller's own id.")
    reason = models.CharField(max_length=500, blank=True, default="")
    related = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    redemption = models.ForeignKey(
        Redemption, on_delete=models.PROTECT, null=True, related_name="points_transactions"
    )
    rollback = models.ForeignKey(
        Rollback, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    order_return = models.ForeignKey(
        OrderReturn, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    earning = models.ForeignKey(Earning, on_delete=models.PROTECT, null=True, related_name="transactions")
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = OfVouchers["PointsTransaction"]()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["card", "type", "cause"],
                condition=~Q(cause=""),
                name="points_once_for_a_cause",
            ),
            models.CheckConstraint(
                condition=Q(
                    type__in=[
                        "POINTS_REDEMPTION",
                        "POINTS_REMOVAL",
                        "POINTS_EXPIRATION",
                        "POINTS_TRANSFER_OUT",
                    ],
                    amount__lte=0,
                )
                | Q(
                    type__in=[
                        "POINTS_ISSUED",
                        "POINTS_ACCRUAL",
                        "PENDING_POINTS_ACTIVATION",
                        "POINTS_REFUND",
                        "POINTS_ADDITION",
                        "POINTS_TRANSFER_IN",
                    ],
                    amount__gte=0,
                ),
                name="points_sign_fits_type",
            ),
        )
        indexes = (
            models.Index(fields=["card", "-id"], name="points_of_card"),
            models.Index(fields=["campaign", "-id"], name="points_of_programme"),
            # What was collected in a period, and what a month moved, from the index alone.
            models.Index(fields=["card", "day"], include=["type", "amount"], name="points_collected"),
            models.Index(
                fields=["campaign", "day"], include=["type", "account", "amount"], name="points_by_day"
            ),
        )
        triggers = (
            pgtrigger.Protect(
                name="points_transactions_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)


class PointsLot(models.Model):
    """Points of one card that end together ("bucket" of the contract). Contract: loyalty 6.

    `expires_on` is their last usable day in the project's zone; null: they stay. One lot for each card and
    day. `remaining` of `earned` are neither spent nor removed; the lots of a card hold its balance, as long
    as nothing is owed. Expired: `expired` > 0, nothing remains. `reminded_at`: the holder was told that they
    end soon.
    """

    public_id = PublicIdField(prefix="lopb")
    card = models.ForeignKey(LoyaltyCard, on_delete=models.PROTECT, related_name="lots", db_index=False)
    campaign = models.ForeignKey(
        "promotions.Campaign", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    expires_on = models.DateField(null=True)
    earned = models.BigIntegerField()
    remaining = models.BigIntegerField()
    expired = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["card", "expires_on"], nulls_distinct=False, name="points_lot_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(remaining__gte=0, expired__gte=0) & Q(earned__gte=F("remaining") + F("expired")),
                name="points_lot_never_over_consumed",
            ),
        )
        indexes = (
            # What the nightly job takes next: only what is there, the oldest day first.
            models.Index(
                fields=["expires_on", "card"],
                name="points_lot_due",
                condition=Q(expires_on__isnull=False, remaining__gt=0),
            ),
            models.Index(
                fields=["campaign", "expires_on"],
                include=["remaining"],
                name="points_lot_forecast",
                condition=Q(remaining__gt=0),
            ),
            models.Index(
                fields=["campaign", "expires_on", "id"],
                name="points_lot_to_remind",
                condition=Q(expires_on__isnull=False, remaining__gt=0, reminded_at=None),
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)


class LotMovement(models.Model):
    """What one transaction put into a lot or took from it; so a refund knows where points came from."""

    lot = models.ForeignKey(PointsLot, on_delete=models.PROTECT, related_name="movements")
    transaction = models.ForeignKey(
        PointsTransaction, on_delete=models.PROTECT, related_name="lot_movements", db_index=False
    )
    amount = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["transaction", "lot"], name="lot_moved_once_by_a_transaction"),
        )
        triggers = (
            pgtrigger.Protect(name="lot_movements_are_final", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"{self.amount} of lot {self.lot_id}"


class PendingPoints(models.Model):
    """Points that are earned but not usable before `activates_on`. Contract: loyalty 7."""

    class State(models.TextChoices):
        PENDING = "PENDING", "Pending"
        ACTIVATED = "ACTIVATED", "Usable"
        CANCELED = "CANCELED", "Cancelled"

    public_id = PublicIdField(prefix="lopp")
    card = models.ForeignKey(LoyaltyCard, on_delete=models.PROTECT, related_name="pending", db_index=False)
    campaign = models.ForeignKey(
        "promotions.Campaign", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    earning = models.ForeignKey(Earning, on_delete=models.PROTECT, null=True, related_name="pending")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    points = models.BigIntegerField()
    activates_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "pending points"
        verbose_name_plural = "pending points"
        constraints = (models.CheckConstraint(condition=Q(points__gt=0), name="pending_points_above_zero"),)
        indexes = (
            models.Index(fields=["card", "-id"], name="pending_points_of_card"),
            models.Index(fields=["campaign", "-id"], name="pending_points_of_programme"),
            models.Index(
                fields=["activates_on", "id"], name="pending_points_due", condition=Q(state="PENDING")
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)
