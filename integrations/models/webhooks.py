from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.models import PublicIdField, TimestampedModel


class Webhook(TimestampedModel):
    """Where the outside world is told what happened: an address, and what it wants to hear.

    `secret` and `headers` are stored encrypted (`integrations.sealed`). `lease` names the process that sends
    its messages now; nobody else does before `leased_until`.
    """

    class State(models.TextChoices):
        ACTIVE = "ACTIVE", "On"
        OFF = "OFF", "Off"
        FAILED = "FAILED", "Stopped after failures"

    public_id = PublicIdField(prefix="wh")
    name = models.CharField(max_length=100, blank=True, default="")
    target_url = models.CharField("address", max_length=2000)
    events = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    wants_all = models.BooleanField("every event", default=False)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    headers = models.TextField(blank=True, default="", editable=False)
    header_names = ArrayField(models.CharField(max_length=100), default=list, blank=True, editable=False)
    secret = models.TextField(editable=False)
    secret_hint = models.CharField("secret ends in", max_length=4, editable=False)
    previous_secret = models.TextField(blank=True, default="", editable=False)
    previous_secret_until = models.DateTimeField(null=True, editable=False)
    failures_count = models.PositiveIntegerField("failures in a row", default=0, editable=False)
    last_success_at = models.DateTimeField(null=True, editable=False)
    last_failure_at = models.DateTimeField(null=True, editable=False)
    last_error = models.CharField(max_length=500, blank=True, default="", editable=False)
    stopped_at = models.DateTimeField(null=True, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    lease = models.CharField(max_length=40, blank=True, default="", editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "webhook"

    def __str__(self) -> str:
        return self.name or self.target_url

    def has_previous_secret(self, now: datetime) -> bool:
        """Whether the secret before this one is still good."""
        return self.previous_secret_until is not None and now < self.previous_secret_until


class WebhookMessage(models.Model):
    """What an event looked like when it happened: written with it, the same for all who hear of it.

    `data` is the compact JSON text of the body's `data`. It names the event by its id, because the outbox is
    emptied sooner.
    """

    event_id = models.CharField(max_length=64, unique=True)
    type = models.CharField(max_length=100)
    entity_type = models.CharField(max_length=64)
    entity_id = models.CharField(max_length=100)
    sequence = models.BigIntegerField()
    group_id = models.CharField(max_length=40, blank=True, default="")
    event_source = models.JSONField(default=dict)
    data = models.TextField()
    occurred_at = models.DateTimeField()

    class Meta:
        verbose_name = "event for webhooks"
        verbose_name_plural = "events for webhooks"
        indexes = (models.Index(fields=["occurred_at", "id"], name="webhook_message_oldest"),)

    def __str__(self) -> str:
        return f"{self.type} {self.entity_id}"


class WebhookDelivery(models.Model):
    """One message for one webhook. Those of a webhook go out in the order of their keys."""

    class Status(models.TextChoices):
        PENDING = "PENDING", "Waiting"
        DELIVERED = "DELIVERED", "Delivered"
        FAILED = "FAILED", "Failed"
        SKIPPED = "SKIPPED", "Skipped"

    class Origin(models.TextChoices):
        EVENT = "EVENT", "Event"
        REPLAY = "REPLAY", "Sent again"
        TEST = "TEST", "Test"

    public_id = PublicIdField(prefix="whs")
    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="deliveries")
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.EVENT)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    attempts_count = models.PositiveIntegerField("attempts", default=0)
    due_at = models.DateTimeField("next attempt", null=True)
    status_code = models.PositiveSmallIntegerField("answer", null=True)
    error = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "webhook message"
        indexes = (
            models.Index(
                fields=["webhook", "id"], name="webhook_delivery_waiting", condition=Q(status="PENDING")
            ),
            models.Index(fields=["webhook", "-id"], name="webhook_delivery_newest"),
        )

    def __str__(self) -> str:
        return f"{self.public_id}"


class WebhookAttempt(models.Model):
    """One try: what came back, or why nothing did."""

    delivery = models.ForeignKey(
        WebhookDelivery, on_delete=models.CASCADE, related_name="attempts", db_index=False
    )
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField("milliseconds")
    target_url = models.CharField("address", max_length=2000)
    status_code = models.PositiveSmallIntegerField("answer", null=True)
    response = models.TextField("beginning of the answer", blank=True, default="")
    error = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = "attempt"
        constraints = (models.UniqueConstraint(fields=["delivery", "number"], name="webhook_attempt_number"),)

    def __str__(self) -> str:
        return f"attempt {self.number}"
