from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from core.models import PublicIdField
from promotions.models.reach import OfVouchers
from promotions.models.redemptions import Redemption, Rollback
from promotions.models.returns import OrderReturn
from promotions.models.vouchers import Voucher


class CardTransaction(models.Model):
    """One movement of a gift card's credits; the card's balance is the sum of its rows. Contract: 5.12.

    Rows are final. `amount` is signed, `balance` is the card's after it. Every row has one cause and a cause
    moves a card once (INVARIANTS M4).
    """

    class Type(models.TextChoices):
        ISSUED = "CREDITS_ISSUED", "Issued"
        REDEMPTION = "CREDITS_REDEMPTION", "Paid with"
        REFUND = "CREDITS_REFUND", "Given back"
        ADDITION = "CREDITS_ADDITION", "Added"
        REMOVAL = "CREDITS_REMOVAL", "Removed"

    public_id = PublicIdField(prefix="vtx")
    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="transactions")
    type = models.CharField(max_length=24, choices=Type)
    amount = models.BigIntegerField()
    balance = models.BigIntegerField()
    created_at = models.DateTimeField()
    source_id = models.CharField(max_length=200, blank=True, default="", help_text="The caller's own id.")
    reason = models.CharField(max_length=500, blank=True, default="")
    redemption = models.ForeignKey(
        Redemption, on_delete=models.PROTECT, null=True, related_name="card_transactions"
    )
    rollback = models.ForeignKey(
        Rollback, on_delete=models.PROTECT, null=True, related_name="card_transactions"
    )
    order_return = models.ForeignKey(
        OrderReturn, on_delete=models.PROTECT, null=True, related_name="card_transactions"
    )

    objects = OfVouchers["CardTransaction"]()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(balance__gte=0), name="card_balance_not_negative"),
            models.CheckConstraint(
                condition=Q(type__in=["CREDITS_REDEMPTION", "CREDITS_REMOVAL"], amount__lte=0)
                | Q(type__in=["CREDITS_ISSUED", "CREDITS_REFUND", "CREDITS_ADDITION"], amount__gte=0),
                name="card_transaction_sign_fits_type",
            ),
            models.UniqueConstraint(
                fields=["redemption", "voucher"],
                condition=Q(type="CREDITS_REDEMPTION"),
                name="card_paid_once_for_a_redemption",
            ),
            models.UniqueConstraint(
                fields=["rollback", "voucher"],
                condition=Q(rollback__isnull=False),
                name="card_refunded_once_for_a_rollback",
            ),
            models.UniqueConstraint(
                fields=["order_return", "redemption", "voucher"],
                condition=Q(order_return__isnull=False),
                name="card_refunded_once_for_a_return",
            ),
            models.UniqueConstraint(
                fields=["voucher"], condition=Q(type="CREDITS_ISSUED"), name="card_issued_once"
            ),
        )
        indexes = (models.Index(fields=["voucher", "-id"], name="card_transaction_newest"),)
        triggers = (
            pgtrigger.Protect(
                name="card_transactions_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)
