from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models

from core.models import PublicIdField, TimestampedModel


class Feed(TimestampedModel):
    """A secret address from which other calendars read, as its owner would see it. Contract: governance K10.

    The address is shown once; only the hash of its token is kept. `filters` are those of the calendar's own
    address: {"category": "cat_…", "state": "live"}.
    """

    public_id = PublicIdField(prefix="feed")
    # An address without its person shows nothing.
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100, help_text="What other calendars call it.")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    token_hint = models.CharField(max_length=4, editable=False)
    filters = models.JSONField(default=dict, blank=True)
    with_drafts = models.BooleanField(
        "with drafts", default=False, help_text="Also what is not launched yet, marked as a draft."
    )
    with_days = models.BooleanField(
        "with closed days", default=True, help_text="Also blackouts, seasons and public holidays."
    )
    last_read_at = models.DateTimeField("last read", null=True, editable=False)
    revoked_at = models.DateTimeField("revoked", null=True, editable=False)

    class Meta:
        verbose_name = "calendar feed"
        indexes = (models.Index(fields=["owner", "-created_at", "-id"], name="calendar_feed_newest"),)

    def __str__(self) -> str:
        return self.name
