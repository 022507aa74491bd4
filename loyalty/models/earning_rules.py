from __future__ import annotations

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from commerce.models import Order, Segment
from core.models import CustomEventSchema, ExactJSONDecoder, PublicIdField, TimestampedModel
from promotions.models import Campaign, ValidationRule
from promotions.models.reach import OfCampaigns
from promotions.models.validity import TimeLimited


class EarningRule(TimestampedModel, TimeLimited):
    """For what a programme gives points, and how many. Contract: loyalty 5.

    `event` is the wire's: `order.paid`, `customer.segment.entered`, `customer.loyalty.tier.*` or the name of
    a custom event. `loyalty` is in wire form (`{type, points, calculation_type?, …}`), read by
    `loyalty.earning`. `tier_id` of `customer.loyalty.tier.*`: public id, or `__ANY__`. `caps` limit what it
    gives: `[{"per": "CARD" | "PROGRAMME", "period": "DAY" | "WEEK" | "MONTH" | "EVER", "points": 500}]`.
    Dates that it does not set are the campaign's. A rule that goes keeps its row.
    """

    public_id = PublicIdField(prefix="ern")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="earning_rules")
    event = models.CharField(max_length=300)
    event_schema = models.ForeignKey(
        CustomEventSchema, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    loyalty_tier_id = models.CharField(max_length=64, blank=True, default="")
    loyalty = models.JSONField(decoder=ExactJSONDecoder)
    validation_rule = models.ForeignKey(
        ValidationRule, on_delete=models.PROTECT, null=True, blank=True, related_name="earning_rules"
    )
    pending_days = models.PositiveSmallIntegerField(
        "usable after days", null=True, blank=True, help_text="Empty: at once."
    )
    expiration_rules = models.JSONField(null=True, blank=True, help_text="Empty: the programme's.")
    caps = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField("enabled", default=True)
    banner = models.CharField(max_length=500, blank=True, default="", help_text="What customers read.")
    metadata = models.JSONField(default=dict, blank=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = OfCampaigns["EarningRule"]()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(pending_days=None) | Q(pending_days__range=(1, 90)), name="earning_rule_delay"
            ),
        )
        indexes = (
            models.Index(fields=["campaign", "id"], name="earning_rule_in_programme"),
            models.Index(
                fields=["event"], name="earning_rule_in_force", condition=Q(deleted_at=None, is_active=True)
            ),
        )

    def __str__(self) -> str:
        return self.banner or self.public_id


class Earning(models.Model):
    """One rule that gave one card points for one cause; it does so once. Contract: loyalty 5.3.

    `cause_type` and `cause_id`: "order" and the order's public id, "event" and that of a custom event,
    "segment" and the id of the membership event, "tier" and that of the tier change. `basis` is what the
    points were calculated from (`{points, steps, every, multiplier?, lines: [{position, value, quantity}]}`),
    so that a return knows what it takes back. `reversed_points` of `points` were taken back.
    """

    class Cause(models.TextChoices):
        ORDER = "order", "Order"
        EVENT = "event", "Event"
        SEGMENT = "segment", "Segment"
        TIER = "tier", "Tier"

    rule = models.ForeignKey(EarningRule, on_delete=models.PROTECT, related_name="earnings")
    card = models.ForeignKey(
        "loyalty.LoyaltyCard", on_delete=models.PROTECT, related_name="earnings", db_index=False
    )
    cause_type = models.CharField(max_length=8, choices=Cause)
    cause_id = models.CharField(max_length=64)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    points = models.BigIntegerField()
    reversed_points = models.BigIntegerField(default=0)
    basis = models.JSONField(default=dict, encoder=DjangoJSONEncoder, decoder=ExactJSONDecoder)
    day = models.DateField(help_text="In the project's zone.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["card", "rule", "cause_type", "cause_id"], name="earning_once_for_a_cause"
            ),
            models.CheckConstraint(
                condition=Q(points__gte=0, reversed_points__gte=0)
                & Q(reversed_points__lte=models.F("points")),
                name="earning_takes_back_what_it_gave",
            ),
        )
        indexes = (
            models.Index(fields=["order"], name="earning_of_order", condition=Q(order__isnull=False)),
            models.Index(fields=["rule", "day"], name="earning_of_rule"),
        )
        triggers = (
            pgtrigger.Protect(name="earning_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="earning_facts_are_final", exclude=["reversed_points"]),
        )

    def __str__(self) -> str:
        return f"{self.rule_id} for {self.cause_type} {self.cause_id}"
