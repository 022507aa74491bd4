from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.models import TimestampedModel
from promotions.models.campaigns import Campaign


class Variation(TimestampedModel):
    """A campaign that was made of another one by a row of a table, for another region, segment or product.

    `cells` are the row as people wrote it: heading -> text. Taking the row away unlinks the campaign, which
    goes on alone.
    """

    parent = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="variations", db_index=False)
    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="variation")
    position = models.PositiveIntegerField()
    cells = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["parent", "position"], name="variation_place_once"),
            models.CheckConstraint(condition=~Q(parent=F("campaign")), name="variation_of_another"),
        )

    def __str__(self) -> str:
        return f"{self.position} of {self.parent_id}"
