from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.fields.json import KT

from core.models.base import PublicIdField
from core.models.reach import ByKind


class EventSequence(models.Model):
    """How many events an entity has had: the number lets a receiver put late events in order."""

    entity_id = models.CharField(max_length=100, primary_key=True)
    last = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.entity_id}: {self.last}"


class OutboxEvent(models.Model):
    """Something that happened, written in the transaction that made it happen."""

    public_id = PublicIdField(prefix="ev", length=24)
    name = models.CharField(max_length=100)
    entity_type = models.CharField(max_length=64)
    entity_id = models.CharField(max_length=100)
    sequence = models.BigIntegerField()
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=100)
    channel = models.CharField(max_length=32)
    request_id = models.CharField(max_length=40, blank=True, default="")
    created_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)

    objects = ByKind["OutboxEvent"]()

    class Meta:
        verbose_name = "event"
        constraints = (
            models.UniqueConstraint(fields=["entity_id", "sequence"], name="outbox_entity_sequence"),
        )
        indexes = (
            models.Index(fields=["id"], name="outbox_waiting", condition=models.Q(dispatched_at=None)),
            models.Index(fields=["-created_at", "-id"], name="outbox_newest"),
            models.Index(
                KT("payload__customer_id"),
                models.F("created_at").desc(),
                models.F("id").desc(),
                name="outbox_of_customer",
                condition=models.Q(payload__has_key="customer_id"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.entity_id}"


class EventInterest(models.Model):
    """Somebody wants to know what events of this name look like when they happen (`core.events`).

    `*` stands for every name. Statements that write events read it along.
    """

    name = models.CharField(max_length=100, primary_key=True)

    def __str__(self) -> str:
        return self.name


class EventDelivery(models.Model):
    """One event for one subscriber.

    The row is the receipt: a subscriber's work and `DONE` commit together.
    """

    class Status(models.TextChoices):
        PENDING = "PENDING", "Waiting"
        DONE = "DONE", "Done"
        PARKED = "PARKED", "Parked after too many failures"

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(max_length=100)
    status = models.CharField(max_length=16, choices=Status, default=Status.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "event delivery"
        verbose_name_plural = "event deliveries"
        constraints = (models.UniqueConstraint(fields=["event", "subscriber"], name="delivery_once"),)
        indexes = (
            models.Index(fields=["due_at"], name="delivery_due", condition=models.Q(status="PENDING")),
        )

    def __str__(self) -> str:
        return f"{self.event_id} → {self.subscriber}"
