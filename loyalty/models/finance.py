from __future__ import annotations

from django.db import models
from django.db.models import Q

from promotions.models import Campaign
from promotions.models.reach import OfCampaigns


class PointsWorth(models.Model):
    """What points of a programme are worth to finance: `points` of them `amount` minor units.

    Counts where no reward of the programme lets members pay with points; that one says it itself
    (`loyalty.selectors.worth`).
    """

    campaign = models.OneToOneField(
        Campaign,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="points_worth",
        verbose_name="programme",
    )
    points = models.PositiveBigIntegerField(default=1)
    amount = models.PositiveBigIntegerField()
    updated_at = models.DateTimeField()

    objects = OfCampaigns["PointsWorth"]()

    class Meta:
        verbose_name = "worth of points"
        verbose_name_plural = "worth of points"
        constraints = (
            models.CheckConstraint(condition=Q(points__gte=1, amount__gte=0), name="points_worth_per_points"),
        )

    def __str__(self) -> str:
        return f"{self.points} points of {self.campaign}"
