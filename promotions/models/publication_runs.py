from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from commerce.models import Customer, Segment
from core.models import PublicIdField, TimestampedModel
from integrations.models import AsyncAction
from promotions.models.campaigns import Campaign
from promotions.models.publications import Publication
from promotions.models.reach import OfCampaigns


class PublicationRun(TimestampedModel):
    """Codes of a campaign for many customers, given by a background job. Contract: none, ours.

    Who gets one is fixed when it begins: customers of a list at once, those of a segment as of that instant
    and in the order of their keys, portion by portion (`gathered_up_to`). Each is a `PublicationTarget`, so
    that it can be stopped and gone on with. `action` is the job at work on a portion. `per_minute` None: as
    fast as it goes.
    """

    class State(models.TextChoices):
        RUNNING = "RUNNING", "Running"
        STOPPED = "STOPPED", "Stopped"
        DONE = "DONE", "Done"

    public_id = PublicIdField(prefix="pubr")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="publication_runs")
    segment = models.ForeignKey(
        Segment, on_delete=models.SET_NULL, null=True, related_name="publication_runs"
    )
    audience = models.CharField("for", max_length=300)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    channel = models.CharField(max_length=64, blank=True, default="")
    metadata = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    per_minute = models.PositiveIntegerField(null=True)
    join_once = models.BooleanField(default=True, help_text="Who has a code of the campaign gets no other.")
    gathered_up_to = models.BigIntegerField(default=0)
    is_gathered = models.BooleanField(default=False)
    stopped_because = models.CharField(max_length=300, blank=True, default="")
    customers_count = models.PositiveIntegerField(default=0)
    published_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)
    action = models.ForeignKey(AsyncAction, on_delete=models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)

    objects = OfCampaigns["PublicationRun"]()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(customers_count__gte=models.F("published_count") + models.F("failed_count")),
                name="publication_run_adds_up",
            ),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="publication_run_newest"),
            models.Index(fields=["id"], name="publication_run_at_work", condition=Q(state="RUNNING")),
        )

    def __str__(self) -> str:
        return f"{self.campaign_id} for {self.audience}"


class PublicationTarget(models.Model):
    """A customer of a run: waits, was given something, or was left out for a reason."""

    run = models.ForeignKey(PublicationRun, on_delete=models.CASCADE, related_name="targets", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, null=True, related_name="+")
    failure_code = models.CharField(max_length=64, blank=True, default="")
    failure_message = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["run", "customer"], name="publication_target_once"),
            models.CheckConstraint(
                condition=Q(publication=None) | Q(failure_code=""), name="publication_target_given_or_not"
            ),
        )
        indexes = (
            models.Index(
                fields=["run", "id"],
                name="publication_target_waits",
                condition=Q(publication=None, failure_code=""),
            ),
            models.Index(
                fields=["run", "id"], name="publication_target_failed", condition=~Q(failure_code="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.customer_id} of {self.run_id}"
