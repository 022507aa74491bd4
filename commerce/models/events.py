from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from commerce.models.customers import Customer
from core.models import PublicIdField


class CustomEvent(models.Model):
    """Something a customer did, reported by the shop under a name of its own (contract: data file 12)."""

    public_id = PublicIdField(prefix="evcus")
    name = models.CharField(max_length=300)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="custom_events", db_index=False
    )
    metadata = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    channel = models.CharField(max_length=32)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = "custom event"
        indexes = (
            models.Index(fields=["customer", "-created_at"], name="custom_event_of_customer"),
            models.Index(fields=["name", "-created_at"], name="custom_event_by_name"),
            models.Index(fields=["-created_at", "-id"], name="custom_event_newest"),
        )

    def __str__(self) -> str:
        return self.name
