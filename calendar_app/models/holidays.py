from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

from calendar_app import holidays
from core.models import Area, PublicIdField, TimestampedModel


class HolidayRegion(TimestampedModel):
    """A country, or a part of one, of which the calendar shows the public holidays.

    `subdivision` as in ISO 3166-2 without the country: BY is Bavaria. Without an area it is for everybody.
    """

    public_id = PublicIdField(prefix="holr")
    country = models.CharField(
        max_length=2, validators=[RegexValidator(r"^[A-Z]{2}$", "Two capital letters such as DE.")]
    )
    subdivision = models.CharField("state or region", max_length=40, blank=True, default="")
    area = models.ForeignKey(
        Area,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="in",
        help_text="Where these days are holidays. Empty: everywhere.",
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["country", "subdivision", "area"], nulls_distinct=False, name="holiday_region_once"
            ),
        )

    def __str__(self) -> str:
        return holidays.place_name(self.country, self.subdivision)
