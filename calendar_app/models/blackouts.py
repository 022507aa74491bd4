"""What stands on the calendar beside the promotions: dates that are closed to them, seasons, and notes."""

from __future__ import annotations

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.models import PublicIdField, TimestampedModel
from promotions.models import Campaign

_LONGEST_TEXT: Final = 2000
LONGEST_REASON: Final = 500


class Blackout(TimestampedModel):
    """A time that is closed to promotions: by days of the project's time zone, or by instants.

    `ends_on` is the last day of it. `places` are words of `core.places`, `categories` public ids,
    `campaign_types` kinds of campaigns: it counts for what meets all three, and one that is empty is met by
    everything. A category that is gone is met by nothing. Goes beyond the contract.
    """

    class Strength(models.TextChoices):
        HARD = "HARD", "Refused: whoever plans it has to choose other dates"
        SOFT = "SOFT", "Warned about: people see the reason and decide themselves"

    class Forbids(models.TextChoices):
        RUN = "RUN", "Nothing may run"
        BEGIN = "BEGIN", "Nothing may begin; what runs already goes on"

    public_id = PublicIdField(prefix="blk")
    name = models.CharField(max_length=120)
    reason = models.CharField(
        max_length=LONGEST_REASON, help_text="Whoever is refused reads this. Say why, and whom to ask."
    )
    strength = models.CharField(
        "a promotion on these dates is", max_length=4, choices=Strength, default=Strength.HARD
    )
    forbids = models.CharField("on these dates", max_length=5, choices=Forbids, default=Forbids.RUN)
    starts_on = models.DateField("first day", null=True, blank=True)
    ends_on = models.DateField("last day", null=True, blank=True)
    starts_at = models.DateTimeField("from", null=True, blank=True)
    ends_at = models.DateTimeField("until", null=True, blank=True)
    repeats_yearly = models.BooleanField("every year on the same days", default=False)
    places = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    categories = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    campaign_types = ArrayField(
        models.CharField(max_length=24, choices=Campaign.CampaignType), default=list, blank=True
    )
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "blackout"
        constraints = (
            models.UniqueConstraint(
                fields=["name"], condition=Q(deleted_at=None), name="calendar_blackout_name_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    starts_on__isnull=False, ends_on__gte=F("starts_on"), starts_at=None, ends_at=None
                )
                | Q(starts_at__isnull=False, ends_at__gt=F("starts_at"), starts_on=None, ends_on=None),
                name="calendar_blackout_has_one_span",
            ),
            models.CheckConstraint(
                condition=Q(repeats_yearly=False) | Q(starts_on__isnull=False),
                name="calendar_blackout_repeats_by_days",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_hard(self) -> bool:
        return self.strength == self.Strength.HARD


class Season(TimestampedModel):
    """A stretch of the year that people plan by: Christmas, back to school. It refuses nothing."""

    class Colour(models.TextChoices):
        SLATE = "slate", "Grey"
        AMBER = "amber", "Yellow"
        ROSE = "rose", "Red"
        VIOLET = "violet", "Violet"
        SKY = "sky", "Blue"
        EMERALD = "emerald", "Green"

    public_id = PublicIdField(prefix="sea")
    name = models.CharField(max_length=120)
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")
    repeats_yearly = models.BooleanField("every year on the same days", default=False)
    colour = models.CharField(max_length=8, choices=Colour, default=Colour.SKY)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="calendar_season_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return self.name


class CalendarNote(TimestampedModel):
    """Something that whoever plans should know about a day or some days. `author` is who wrote it."""

    public_id = PublicIdField(prefix="note")
    starts_on = models.DateField("day")
    ends_on = models.DateField("until", help_text="The same day, or the last one of several.")
    text = models.TextField(max_length=_LONGEST_TEXT)
    author_id = models.CharField(max_length=100, editable=False)
    author = models.CharField(max_length=200, editable=False)

    class Meta:
        verbose_name = "note"
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="calendar_note_ends_after_start"
            ),
        )
        indexes = (models.Index(fields=["starts_on"], name="calendar_note_days"),)

    def __str__(self) -> str:
        return self.text[:60]
