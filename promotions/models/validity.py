from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class TimeLimited(models.Model):
    """When something may be used. Null or empty: not limited in this respect, or the campaign's limit counts.

    Contract: semantics-core 12. `validity_hours` keeps the wire form
    `{"daily": [{"days_of_week": [2], "start_time": "09:00", "expiration_time": "11:00"}]}`.
    """

    starts_at = models.DateTimeField("start", null=True, blank=True)
    ends_at = models.DateTimeField("end", null=True, blank=True, help_text="From this instant on it is over.")
    timeframe_interval = models.CharField(
        "repeats every",
        max_length=32,
        blank=True,
        default="",
        help_text="ISO 8601 duration from the start, e.g. P7D.",
    )
    timeframe_duration = models.CharField(
        "for",
        max_length=32,
        blank=True,
        default="",
        help_text="How long each window is open, e.g. P1D or PT4H.",
    )
    days_of_week = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(0), MaxValueValidator(6)]),
        null=True,
        blank=True,
        help_text="0 is Sunday.",
    )
    validity_hours = models.JSONField(null=True, blank=True)

    class Meta:
        abstract = True
