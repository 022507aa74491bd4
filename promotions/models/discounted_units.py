from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from promotions.models.redemptions import Redemption


class DiscountedUnits(models.Model):
    """How many units of one article a redemption discounted under one entry of its rule.

    Only kept where the entry limits units over the life of a campaign or tier (contract: semantics-core 5.5).
    `entry` is the id that the rule names, `article` the product (or SKU) of the order line.
    """

    redemption = models.ForeignKey(Redemption, on_delete=models.PROTECT, related_name="discounted_units")
    entry = models.CharField(max_length=255)
    article = models.CharField(max_length=255, blank=True)
    quantity = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = "discounted units"
        verbose_name_plural = "discounted units"
        constraints = (
            models.UniqueConstraint(
                fields=["redemption", "entry", "article"], name="discounted_units_once_per_redemption"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="discounted_units_are_some"),
        )
        triggers = (
            pgtrigger.Protect(
                name="discounted_units_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of {self.article}"
