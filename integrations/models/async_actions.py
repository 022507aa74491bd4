from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.models import PublicIdField, TimestampedModel


class AsyncAction(TimestampedModel):
    """A job that answered 202 and works on in the background (contract: data file 10).

    `body` holds the rows (CSV text, or one JSON value per line) until the job is finished; `position` counts
    the rows done, so that a job goes on where a dead worker left it. `params` is what the type needs besides.
    """

    class Status(models.TextChoices):
        ENQUEUED = "ENQUEUED", "Waiting"
        IN_PROGRESS = "IN_PROGRESS", "Running"
        DONE = "DONE", "Done"
        FAILED = "FAILED", "Failed"

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
