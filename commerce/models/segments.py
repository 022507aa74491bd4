from __future__ import annotations

from django.db import models

from commerce.models.customers import Customer
from core.models import PublicIdField, TimestampedModel


class Segment(TimestampedModel):
    """A named group of customers. Only fixed lists exist so far; filters come with the segment editor."""

    class Type(models.TextChoices):
        STATIC = "static", "Fixed list"
        PASSIVE = "passive", "Filter, evaluated when asked"
        AUTO_UPDATE = "auto-update", "Filter, followed live"

    public_id = PublicIdField(prefix="seg")
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=16, choices=Type, default=Type.STATIC)
    filter = models.JSONField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["-created_at", "-id"], name="segment_newest"),)

    def __str__(self) -> str:
        return self.name


class SegmentMembership(models.Model):
    """A customer is in a segment since `entered_at`."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="memberships")
    entered_at = models.DateTimeField()

    class Meta:
        verbose_name = "segment member"
        constraints = (
            models.UniqueConstraint(fields=["segment", "customer"], name="commerce_segment_membership_once"),
        )

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.segment_id}"
