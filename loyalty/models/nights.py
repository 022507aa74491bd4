from __future__ import annotations

from django.db import models

from promotions.models import Campaign


class ProgrammeNight(models.Model):
    """How far the nightly job of a programme came with the beginnings of qualification periods.

    All periods that begin up to `settled_on` are done; of the next one the cards up to `position`. What
    becomes due card by card (pending points, lots, ends of tiers) says so itself and needs no note.
    """

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, primary_key=True, related_name="+")
    settled_on = models.DateField()
    position = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.campaign_id} up to {self.settled_on}"
