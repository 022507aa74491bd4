from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.models import PublicIdField, TimestampedModel
from integrations.models.async_actions import AsyncAction


class ImportFile(TimestampedModel):
    """A file of rows that somebody sent, from its arrival to the last row (contract: data file 9).

    `separator` empty: JSON, one object a row. `mapping` says for each word of the `header` what its column
    is: a column's name, an own word (metadata), or "" (left out). `check_job` is the trial run, `run_job` the
    import; `*_counts` say what they found: `{added, updated, skipped, refused}`. The rows go when the import
    is over; the file's name, digest and outcome stay.
    """

    class OnDuplicate(models.TextChoices):
        UPDATE = "UPDATE", "Update what is there"
        SKIP = "SKIP", "Leave what is there as it is"
        REFUSE = "REFUSE", "Refuse the row"

    public_id = PublicIdField(prefix="imp")
    kind = models.CharField(max_length=64)
    name = models.CharField("file", max_length=255)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField(default=0)
    encoding = models.CharField(max_length=16)
    separator = models.CharField(max_length=1, blank=True, default="")
    header = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    on_duplicate = models.CharField(
        "what is there already", max_length=8, choices=OnDuplicate, default=OnDuplicate.UPDATE
    )
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    rows_count = models.PositiveIntegerField("rows", default=0)
    check_job = models.ForeignKey(
        AsyncAction, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    check_counts = models.JSONField(default=dict)
    run_job = models.ForeignKey(
        AsyncAction, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    run_counts = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=100)
    actor_label = models.CharField("sent by", max_length=200)
    channel = models.CharField(max_length=32)
    emptied_at = models.DateTimeField("rows removed", null=True)

    class Meta:
        verbose_name = "import"
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="import_newest"),
            models.Index(fields=["sha256", "kind"], name="import_digest"),
            models.Index(fields=["created_at"], name="import_full", condition=models.Q(emptied_at=None)),
        )

    def __str__(self) -> str:
        # Also the label in the audit log.
        return f"{self.kind} {self.public_id}"


class ImportChunk(models.Model):
    """Whole rows of a file, some hundred kilobytes of text; `first_row` counts from 0 over the file."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    first_row = models.PositiveIntegerField()
    rows_count = models.PositiveIntegerField()
    content = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["file", "first_row"], name="integrations_import_chunk_once"),
        )

    def __str__(self) -> str:
        return f"{self.file_id} {self.first_row}"


class ImportKey(models.Model):
    """What a row of a trial run is called, as 64 bits: a later row of that name is no new one."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="+", db_index=False)
    digest = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["file", "digest"], name="integrations_import_key_once"),
        )

    def __str__(self) -> str:
        return str(self.digest)
