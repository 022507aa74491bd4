from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from commerce.models import Customer, Segment
from core.models import PublicIdField, TimestampedModel
from promotions.models.campaigns import Campaign
from promotions.models.publications import Publication
from promotions.models.reach import DistributionsInReach, MessagesInReach


class MessageTemplate(TimestampedModel):
    """The words of messages to customers. `{{ customer.name }}` stands for what is known at the moment.

    Contract: data file 14.
    """

    class Channel(models.TextChoices):
        EMAIL = "EMAIL", "E-mail"
        WEBHOOK = "WEBHOOK", "Webhook"

    public_id = PublicIdField(prefix="mtpl")
    name = models.CharField(max_length=100, unique=True)
    channel = models.CharField("sent by", max_length=8, choices=Channel, default=Channel.EMAIL)
    subject = models.CharField(max_length=200, blank=True, default="")
    body = models.TextField("text", blank=True, default="", help_text="An empty line begins a new paragraph.")
    fields = models.JSONField(default=dict, blank=True)
    """Of a webhook: what it says, key by key. Empty: everything that is known."""

    class Meta:
        verbose_name = "message template"

    def __str__(self) -> str:
        return self.name


class Distribution(TimestampedModel):
    """Who is told what, when, by which channel, and whether he gets a code. Contract: data file 14.

    Without `trigger` it goes to its segment or customer once, `starts_at` later than the start; with one, to
    whoever the event is about. `collected_up_to` is the highest primary key of the customers that were
    collected, `collected_at` when that was all of them.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", "Draft"
        LIVE = "LIVE", "Running"
        PAUSED = "PAUSED", "Paused"
        STOPPED = "STOPPED", "Stopped"
        DONE = "DONE", "Done"

    class Channel(models.TextChoices):
        EMAIL = "EMAIL", "E-mail"
        WEBHOOK = "WEBHOOK", "Webhook"
        FILE = "FILE", "File for another tool"

    class Trigger(models.TextChoices):
        SEGMENT_ENTERED = "customer.segment.entered", "A customer enters the segment"
        SEGMENT_LEFT = "customer.segment.left", "A customer leaves the segment"
        ORDER_CREATED = "customer.order.created", "An order is created"
        ORDER_PAID = "customer.order.paid", "An order is paid"
        ORDER_CANCELED = "customer.order.canceled", "An order is canceled"
        PUBLISHED = "publication.succeeded", "A customer gets a code"
        REDEEMED = "redemption.succeeded", "A code or promotion is redeemed"
        ROLLED_BACK = "redemption.rollback.succeeded", "A redemption is rolled back"
        CUSTOM_EVENT = "customer.custom_event", "A custom event"
        POINTS_EARNED = "customer.rewarded.loyalty_points", "A customer earns points"
        POINTS_ENDING = "voucher.loyalty_card.points_expiring_soon", "Points end soon"
        TIER_REACHED = "customer.loyalty.tier.joined", "A customer reaches a first loyalty tier"
        TIER_UP = "customer.loyalty.tier.upgraded", "A customer rises to a higher loyalty tier"
        TIER_DOWN = "customer.loyalty.tier.downgraded", "A customer falls to a lower loyalty tier"
        TIER_LEFT = "customer.loyalty.tier.left", "A customer loses the loyalty tier"

    public_id = PublicIdField(prefix="distr")
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT, editable=False)
    trigger = models.CharField(
        "starts when",
        max_length=64,
        choices=Trigger,
        blank=True,
        default="",
        help_text="Empty: by hand, once.",
    )
    event_name = models.CharField("name of the event", max_length=300, blank=True, default="")
    segment = models.ForeignKey(
        Segment, on_delete=models.PROTECT, null=True, blank=True, related_name="distributions"
    )
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="one customer",
    )
    about = models.ForeignKey(
        Campaign,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="only for the campaign",
    )
    gives = models.ForeignKey(
        Campaign,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="distributions",
        verbose_name="gives a code of",
    )
    channel = models.CharField("sent by", max_length=8, choices=Channel, default=Channel.EMAIL)
    template = models.ForeignKey(
        MessageTemplate, on_delete=models.PROTECT, null=True, blank=True, related_name="distributions"
    )
    target_url = models.CharField("address", max_length=2000, blank=True, default="")
    secret = models.TextField(blank=True, default="", editable=False)
    consent_field = models.CharField(
        "only with consent in",
        max_length=100,
        blank=True,
        default="",
        help_text="A metadata field of the customer that has to be true. Empty: everybody.",
    )
    is_repeated = models.BooleanField(
        "every time",
        default=False,
        help_text="Otherwise a customer gets it once, however often it happens.",
    )
    includes_present = models.BooleanField(
        "those who are in it already, too", default=False, help_text="When a segment is entered."
    )
    per_minute = models.PositiveIntegerField(
        "at most, a minute", default=600, validators=[MinValueValidator(1), MaxValueValidator(60_000)]
    )
    starts_at = models.DateTimeField(null=True, editable=False)
    collected_up_to = models.BigIntegerField(default=0, editable=False)
    collected_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = DistributionsInReach["Distribution"]()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(segment=None) | Q(customer=None), name="distribution_segment_or_customer"
            ),
            models.CheckConstraint(
                condition=Q(channel="FILE", template=None) | ~Q(channel="FILE"),
                name="distribution_file_without_template",
            ),
        )
        indexes = (
            models.Index(
                fields=["trigger"], name="distribution_listening", condition=Q(state="LIVE") & ~Q(trigger="")
            ),
            models.Index(fields=["-created_at", "-id"], name="distribution_newest"),
        )

    def __str__(self) -> str:
        return self.name


class DistributionMessage(models.Model):
    """One message to one customer. `cause` is what made it: a start, or the id of an event.

    SENDING is a promise until `due_at`: whoever took it is done by then, or died.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", "Waiting"
        SENDING = "SENDING", "Being sent"
        SENT = "SENT", "Sent"
        FAILED = "FAILED", "Failed"
        SKIPPED = "SKIPPED", "Left out"

    public_id = PublicIdField(prefix="dmsg", length=32)
    distribution = models.ForeignKey(
        Distribution, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="messages", db_index=False)
    cause = models.CharField(max_length=64)
    facts = models.JSONField(default=dict, blank=True)
    """What happened, where an event made it: ids and amounts."""
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField("why not", max_length=500, blank=True, default="")

    objects = MessagesInReach["DistributionMessage"]()

    class Meta:
        verbose_name = "message"
        constraints = (
            models.UniqueConstraint(
                fields=["distribution", "customer", "cause"], name="distribution_message_once"
            ),
        )
        indexes = (
            models.Index(
                fields=["distribution", "due_at", "id"],
                name="distribution_message_due",
                condition=Q(state__in=["WAITING", "SENDING"]),
            ),
            models.Index(fields=["distribution", "state"], name="distribution_message_state"),
            models.Index(
                fields=["distribution", "-sent_at"],
                name="distribution_message_sent",
                condition=Q(sent_at__isnull=False),
            ),
            models.Index(fields=["customer", "-id"], name="distribution_message_customer"),
        )

    def __str__(self) -> str:
        return str(self.public_id)
