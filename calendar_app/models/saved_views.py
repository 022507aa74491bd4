from __future__ import annotations

from django.conf import settings
from django.db import models

from core.models import TimestampedModel


class SavedView(TimestampedModel):
    """What somebody likes to look at on the calendar: lanes, zoom and filters, as the query of its address.

    Never a date: a view shows what is on today. Shared ones are offered to everybody.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True, default="")
    is_shared = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["owner", "name"], name="calendar_app_savedview_name_once"),
        )

    def __str__(self) -> str:
        return self.name


class StartingView(models.Model):
    """The view with which somebody begins: his own, or one that was shared."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.user_id} begins with {self.view_id}"
