from __future__ import annotations

from django.db import models

from core.models import PublicIdField, TimestampedModel


class Category(TimestampedModel):
    """Groups redeemables for stacking: the order in which they apply and what may stand beside them."""

    class StackingType(models.TextChoices):
        EXCLUSIVE = "EXCLUSIVE", "Exclusive: never with common ones"
        JOINT = "JOINT", "Joint: always with others"

    public_id = PublicIdField(prefix="cat", length=18)
    name = models.CharField(max_length=200, unique=True)
    hierarchy = models.PositiveIntegerField(default=1, help_text="0 is applied first.")
    stacking_type = models.CharField(
        "stacking", max_length=16, choices=StackingType, blank=True, default="", help_text="Empty: common."
    )

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name
