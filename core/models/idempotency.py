from __future__ import annotations

from django.db import models


class IdempotencyKey(models.Model):
    """The answer that a caller got for one key, written in the transaction of what it tells about.

    Rows are never changed, only forgotten (`core.idempotency.prune`).
    """

    caller_kind = models.CharField(max_length=16)
    caller_id = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["caller_id", "key", "caller_kind"], name="core_idempotencykey_once"
            ),
            models.CheckConstraint(
                condition=models.Q(status__gte=200, status__lt=300), name="core_idempotencykey_success"
            ),
        )
        indexes = (models.Index(fields=["created_at"], name="idempotency_oldest"),)

    def __str__(self) -> str:
        return f"{self.caller_id}: {self.key}"
