from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """When a process of the house last said that it is alive (read by `/readyz`)."""

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
