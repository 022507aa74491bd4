from __future__ import annotations

from django.conf import settings
from django.db import models

from core.models import ExactJSONDecoder, TimestampedModel
from promotions.models.campaigns import Campaign


class CampaignSetup(TimestampedModel):
    """What somebody answered so far in the steps of a new campaign, or of a change of one.

    Nobody gets anything of it: they are notes, thrown away when it is made. `answers` are the fields of
    each step; `base` are those that the campaign had when the change of it was begun.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=255, blank=True, default="")
    step = models.CharField(max_length=20, blank=True, default="")
    answers = models.JSONField(default=dict, decoder=ExactJSONDecoder)
    base = models.JSONField(null=True, decoder=ExactJSONDecoder)

    class Meta:
        indexes = (models.Index(fields=["owner", "-updated_at"], name="campaign_setup_of_owner"),)

    def __str__(self) -> str:
        return self.name or "A campaign without a name yet"
