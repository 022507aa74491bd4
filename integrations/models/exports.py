from __future__ import annotations

from django.db import models
from django.db.models import Q, Value

from core.models import ExactJSONDecoder, PublicIdField, TimestampedModel


class Export(TimestampedModel):
    """A CSV file that somebody asked for (contract: data file 8).

    `parameters` is what was asked for, in wire form; `scope` are equalities that the asking endpoint adds
    (`{"voucher_id": "v_…"}`); `screen` is the list of the admin that it was asked for on, with its filters
    (`{"model": "commerce.customer", "query": "q=anna"}`). `actor_places` are where he was limited to;
    None: none when he asked. A removed export keeps its row, without filters
    and file: who took out what.
    """

    class Status(models.TextChoices):
        SCHEDULED = "SCHEDULED", "Waiting"
        IN_PROGRESS = "IN_PROGRESS", "Running"
        DONE = "DONE", "Done"
        ERROR = "ERROR", "Failed"

    public_id = PublicIdField(prefix="exp")
    exported_object = models.CharField(max_length=64)
    parameters = models.JSONField(default=dict, decoder=ExactJSONDecoder)
    scope = models.JSONField(default=dict)
    screen = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    status = models.CharField(max_length=16, choices=Status, default=Status.SCHEDULED)
    attempts = models.PositiveSmallIntegerField(default=0)
    rows_count = models.PositiveBigIntegerField("rows", default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    failure = models.CharField(max_length=200, blank=True, default="")
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=100)
    actor_label = models.CharField("asked for by", max_length=200)
    actor_role = models.CharField(max_length=32)
    actor_places = models.JSONField(null=True)
    channel = models.CharField(max_length=32)
    request_id = models.CharField(max_length=40, blank=True, default="")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField("file removed", null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=["SCHEDULED", "IN_PROGRESS"], finished_at=None)
                | Q(status__in=["DONE", "ERROR"], finished_at__isnull=False),
                name="integrations_export_finished_fits_status",
            ),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="export_newest"),
            models.Index(
                fields=["id"], name="export_open", condition=Q(status__in=["SCHEDULED", "IN_PROGRESS"])
            ),
        )

    def __str__(self) -> str:
        # Also the label in the audit log.
        return f"{self.exported_object} {self.public_id}"


class ExportChunk(models.Model):
    """A piece of an export's file, a few hundred kilobytes of UTF-8 CSV; `number` counts from 0."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["export", "number"], name="integrations_export_chunk_once"),
        )

    def __str__(self) -> str:
        return f"{self.export_id} {self.number}"
