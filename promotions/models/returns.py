from __future__ import annotations

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from commerce.models import Order
from core.models import PublicIdField
from promotions.models.redemptions import Redemption


class OrderReturn(models.Model):
    """Part of a paid order that came back, and what was paid back for it. Rows are final.

    `refund_amount` is money in minor units; what went back to gift cards stands in their ledger. `quote` is
    the engine's, so that the refund can be explained.
    """

    public_id = PublicIdField(prefix="ret")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="returns")
    returned_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True, default="")
    metadata = models.JSONField(default=dict, blank=True)
    refund_amount = models.BigIntegerField()
    credits_amount = models.BigIntegerField(default=0)
    is_complete = models.BooleanField(
        default=False, help_text="Nothing of the order is left with the customer."
    )
    quote = models.JSONField(encoder=DjangoJSONEncoder)
    channel_type = models.CharField(max_length=16, default="API")
    channel_id = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(refund_amount__gte=0, credits_amount__gte=0), name="return_refund_not_negative"
            ),
        )
        indexes = (
            models.Index(fields=["order", "id"], name="return_of_order"),
            models.Index(fields=["-returned_at", "-id"], name="return_newest"),
        )
        triggers = (
            pgtrigger.Protect(name="returns_are_final", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return str(self.public_id)


class ReturnedLine(models.Model):
    """Units of one line of the order that came back. `position` is the line's place in the order."""

    order_return = models.ForeignKey(OrderReturn, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    quantity = models.PositiveIntegerField()
    refund_amount = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["order_return", "position"], name="returned_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, refund_amount__gte=0), name="returned_line_not_negative"
            ),
        )
        triggers = (
            pgtrigger.Protect(name="returned_lines_are_final", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.position}"


class ReturnedShare(models.Model):
    """What a return takes back from one redemption: counters and budgets go down by it."""

    order_return = models.ForeignKey(OrderReturn, on_delete=models.PROTECT, related_name="shares")
    redemption = models.ForeignKey(Redemption, on_delete=models.PROTECT, related_name="returned_shares")
    discount_amount = models.BigIntegerField(default=0)
    order_amount = models.BigIntegerField(default=0)
    credits = models.BigIntegerField(default=0)
    units = models.JSONField(default=list, help_text="[{entry, article, quantity}] of limits on units.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["order_return", "redemption"], name="returned_share_once"),
            models.CheckConstraint(
                condition=Q(order_amount__gte=0, credits__gte=0), name="returned_share_not_negative"
            ),
        )
        triggers = (
            pgtrigger.Protect(
                name="returned_shares_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        )

    def __str__(self) -> str:
        return f"{self.redemption_id}: {self.discount_amount}"
