from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from core.models import TimestampedModel


class Crowding(TimestampedModel):
    """From what on a day is over-crowded: one row for the project; without it the defaults hold.

    Null: by what is usual, half as many again as on the days around.
    """

    ONLY = 1

    live = models.PositiveIntegerField(
        "promotions at once",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="More than so many on one day are too many. Empty: half as many again as usual.",
    )
    per_audience = models.PositiveIntegerField(
        "promotions for one audience",
        null=True,
        blank=True,
        default=5,
        validators=[MinValueValidator(1)],
        help_text="More than so many that name the same segment are too many. Empty: no limit.",
    )
    budget = models.BigIntegerField(
        "planned budget of a day",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10**15)],
        help_text="More than that is too much. Empty: half as much again as usual.",
    )

    class Meta:
        verbose_name = "crowded days"
        verbose_name_plural = "crowded days"
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="crowding_is_one_row"),)

    def __str__(self) -> str:
        return "When a day is crowded"
