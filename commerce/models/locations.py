from __future__ import annotations

from django.db import models

from core.models import PublicIdField, TimestampedModel


class Location(TimestampedModel):
    """A named area on the map, for conditions on coordinates in metadata (contract: data file 15).

    `shape` is in wire form: a circle (`distance` with `center` "lat,lon" and `radius` "5 km") or a polygon
    (`geojson`, positions as [longitude, latitude]).
    """

    public_id = PublicIdField(prefix="loc")
    name = models.CharField(max_length=255)
    shape = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["name"], name="commerce_location_name"),)
        indexes = (models.Index(fields=["-created_at", "-id"], name="location_newest"),)

    def __str__(self) -> str:
        return self.name
