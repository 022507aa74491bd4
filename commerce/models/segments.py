from __future__ import annotations

from django.db import models
from django.db.models import Q

from commerce.models.customers import Customer
from core.models import PublicIdField, TimestampedModel
from integrations.models import AsyncAction


class Segment(TimestampedModel):
    """A named group of customers: a fixed list, or a filter (contract: data file 4).

    Rules ask the filter itself, so that they are never late. Members of a followed segment are kept beside
    it, for lists and for the events of those who enter and leave: as of `settled_at`, as far as time alone
    moves them. `built_at` null: its first members are still being collected, and enter without an event.
    """

    class Type(models.TextChoices):
        STATIC = "static", "Fixed list"
        PASSIVE = "passive", "Filter, evaluated when asked"
        AUTO_UPDATE = "auto-update", "Filter, followed live"

    public_id = PublicIdField(prefix="seg")
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=16, choices=Type, default=Type.STATIC)
    filter = models.JSONField(
        null=True, blank=True, help_text="The wire form: {junction, field: {conditions}}."
    )
    built_at = models.DateTimeField(null=True, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)
    job = models.ForeignKey(
        AsyncAction, on_delete=models.SET_NULL, null=True, editable=False, related_name="+", db_index=False
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(type="static", filter__isnull=True)
                | (~Q(type="static") & Q(filter__isnull=False)),
                name="commerce_segment_filter_by_type",
            ),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="segment_newest"),
            # Every request with rules about segments asks for the few that are filters.
            models.Index(fields=["public_id"], name="segment_filtered", condition=~Q(type="static")),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_followed(self) -> bool:
        return self.type == self.Type.AUTO_UPDATE


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


class SegmentRecheck(models.Model):
    """Something was written that may move this customer between segments. Triggers write these rows.

    A queue without a foreign key and without uniqueness: whoever writes a customer never waits for it.
    """

    customer_id = models.BigIntegerField()

    class Meta:
        verbose_name = "customer to look at again"

    def __str__(self) -> str:
        return str(self.customer_id)
