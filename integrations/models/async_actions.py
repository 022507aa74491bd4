from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.models import PublicIdField, TimestampedModel


class AsyncAction(TimestampedModel):
    """A job that answered 202 and works on in the background (contract: data file 10).

    `body` holds the rows (CSV text, or one JSON value per line) until the job is finished; `position` counts
    the rows done, so that a job goes on where a dead worker left it. `params` is what the type needs besides.
    Of the open jobs of one type the one that has waited longest since `turn_at` is next. The wire knows no
    cancelled jobs: there they have failed.
    """

    class Status(models.TextChoices):
        ENQUEUED = "ENQUEUED", "Waiting"
        IN_PROGRESS = "IN_PROGRESS", "Running"
        DONE = "DONE", "Done"
        FAILED = "FAILED", "Failed"
        CANCELLED = "CANCELLED", "Cancelled"

    class OperationStatus(models.TextChoices):
        UNKNOWN = "UNKNOWN", "Not known yet"
        SUCCESS = "SUCCESS", "Success"
        FAILED = "FAILED", "Failed"

    public_id = PublicIdField(prefix="aa", length=18)
    type = models.CharField(max_length=64)
    status = models.CharField(max_length=16, choices=Status, default=Status.ENQUEUED)
    operation_status = models.CharField(
        max_length=16, choices=OperationStatus, default=OperationStatus.UNKNOWN
    )
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent.")
    processing_time = models.PositiveBigIntegerField(default=0, help_text="In milliseconds.")
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    body = models.TextField(blank=True, default="", editable=False)
    rows_count = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=100)
    actor_label = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=32)
    channel = models.CharField(max_length=32)
    request_id = models.CharField(max_length=40, blank=True, default="")
    actor_address = models.CharField(max_length=64, blank=True, default="", db_default="")
    actor_duties = models.JSONField(default=list, null=True)
    actor_places = models.JSONField(null=True)
    actor_store = models.CharField(max_length=100, blank=True, default="", db_default="")
    approval_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    turn_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "background job"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(progress__lte=100), name="integrations_async_action_progress"
            ),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="async_action_newest"),
            models.Index(
                fields=["type", "id"],
                name="async_action_open",
                condition=models.Q(status__in=["ENQUEUED", "IN_PROGRESS"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.public_id}"


class AsyncActionNote(models.Model):
    """One line of a job's log: what was done, when, and how much of it failed."""

    action = models.ForeignKey(AsyncAction, on_delete=models.CASCADE, related_name="notes", db_index=False)
    at = models.DateTimeField()
    is_problem = models.BooleanField(default=False)
    text = models.CharField(max_length=500)

    class Meta:
        verbose_name = "line of a job's log"
        indexes = (models.Index(fields=["action", "-id"], name="async_action_note"),)

    def __str__(self) -> str:
        return self.text


class AsyncActionFailure(models.Model):
    """A row that a job left out; `row` is its number in the caller's file, a header not counted."""

    action = models.ForeignKey(AsyncAction, on_delete=models.CASCADE, related_name="failures", db_index=False)
    row = models.PositiveIntegerField()
    name = models.CharField(max_length=255, blank=True, default="")
    key = models.CharField(max_length=64)
    reason = models.TextField()

    class Meta:
        verbose_name = "row that was left out"
        verbose_name_plural = "rows that were left out"
        indexes = (models.Index(fields=["action", "row", "id"], name="async_action_failure"),)

    def __str__(self) -> str:
        return f"{self.row}: {self.reason}"
