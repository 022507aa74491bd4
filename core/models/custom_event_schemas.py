from __future__ import annotations

from django.db import models

from core.models.base import PublicIdField, TimestampedModel


class CustomEventSchema(TimestampedModel):
    """A custom event that the project knows, and what its metadata may look like (contract: data file 12).

    `properties` maps a key to `{type, optional, deleted}`, of five simple types.
    """

    public_id = PublicIdField(prefix="ces")
    name = models.CharField(
        max_length=300, unique=True, help_text="Under this name the shop reports it, for example cart_left."
    )
    properties = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = "known event"
        verbose_name_plural = "known events"

    def __str__(self) -> str:
        return self.name
