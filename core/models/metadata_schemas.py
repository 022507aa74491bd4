from __future__ import annotations

from django.db import models

from core.models.base import PublicIdField, TimestampedModel


class MetadataSchema(TimestampedModel):
    """Which metadata keys one kind of object may carry (contract: data file 11).

    `properties` maps a key to its definition in the snake_case wire form
    `{type, array, optional, deleted, object_type?, min_length?, max_length?, …}`.
    """

    public_id = PublicIdField(prefix="ms")
    related_object = models.CharField(max_length=100, unique=True)
    allow_defined_only = models.BooleanField(
        default=False, help_text="Refuse keys that are not defined here."
    )
    properties = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = "metadata schema"

    def __str__(self) -> str:
        return self.related_object
