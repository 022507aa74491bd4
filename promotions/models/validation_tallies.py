from __future__ import annotations

from django.db import models

from promotions.models.campaigns import Campaign


class ValidationTally(models.Model):
    """How often codes and tiers of a campaign were validated on a day of the project. Figures, no facts."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    succeeded = models.BigIntegerField()
    failed = models.BigIntegerField()

    class Meta:
        verbose_name = "validations of a day"
        verbose_name_plural = "validations of days"
        constraints = (models.UniqueConstraint(fields=["campaign", "day"], name="validation_tally_once"),)

    def __str__(self) -> str:
        return f"{self.campaign_id} on {self.day}"
