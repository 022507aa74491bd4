from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ChannelMinute(models.Model):
    """What callers with one API key were answered within one minute; kept for two days.

    `app_id` is the key's id, empty for calls without a valid key: keys may go, figures stay. `refused` are
    the calls that got a proper no, by whatever status; `client_errors` are other answers from 400 to 499,
    which are mistakes of the caller, `server_errors` those from 500 on. `took` counts the calls by time
    (`core.latency.BOUNDS`).
    """

    class Work(models.TextChoices):
        VALIDATION = "VALIDATION", "Validations"
        REDEMPTION = "REDEMPTION", "Redemptions"
        OTHER = "OTHER", "Everything else"

    minute = models.DateTimeField()
    app_id = models.CharField(max_length=64, blank=True)
    work = models.CharField(max_length=16, choices=Work)
    calls = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    client_errors = models.PositiveIntegerField(default=0)
    server_errors = models.PositiveIntegerField(default=0)
    slowest = models.PositiveIntegerField("slowest, in milliseconds", default=0)
    took = ArrayField(models.PositiveIntegerField())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["minute", "app_id", "work"], name="channel_minute_once"),
        )

    def __str__(self) -> str:
        return f"{self.app_id or 'no key'} at {self.minute:%H:%M}"
