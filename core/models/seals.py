"""The chain of seals over rows that must never change (INVARIANTS U1)."""

from __future__ import annotations

from typing import Final

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

DIGEST_LENGTH: Final = 32
"""Bytes of a SHA-256."""


class Seal(models.Model):
    """What some rows of one table said: those with ids above `after_id`, up to `last_id`, and no others.

    `row_digests` are SHA-256s over `columns`, one after the other in the order of `ids`. `digest` covers all
    of this and the digest of the seal before it, so that the newest digest stands for everything.
    """

    number = models.BigIntegerField(primary_key=True)
    table = models.CharField(max_length=63)
    columns = ArrayField(models.CharField(max_length=63))
    after_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    ids = ArrayField(models.BigIntegerField())
    row_digests = models.BinaryField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["table", "last_id"], name="seal_once"),)
        triggers = (pgtrigger.Protect(name="seals_are_final", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"seal {self.number} of {self.table}"


class SealHead(models.Model):
    """The end of the chain, one row: removing the newest seals leaves it behind.

    `marked_ids` and `marked_writers` say how far the next run may go (`core.services.sealing`).
    """

    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, default="")
    marked_ids = models.JSONField(default=dict)
    marked_writers = ArrayField(models.CharField(max_length=32), default=list)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="seal_head_is_one"),)
        triggers = (pgtrigger.Protect(name="seal_head_stays", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"seal {self.number}"


class SealVerification(models.Model):
    """How one verification of all seals ended. `findings` are the first of `findings_count`."""

    started_at = models.DateTimeField()
    seconds = models.DecimalField(max_digits=12, decimal_places=3)
    seals_count = models.BigIntegerField(default=0)
    rows_count = models.BigIntegerField(default=0)
    head_number = models.BigIntegerField(default=0)
    head_digest = models.CharField(max_length=64, blank=True)
    findings_count = models.BigIntegerField(default=0)
    findings = models.JSONField(default=list)

    class Meta:
        indexes = (models.Index(fields=["-started_at", "-id"], name="seal_verification_newest"),)

    def __str__(self) -> str:
        return f"verification of {self.started_at:%Y-%m-%d}"

    @property
    def is_whole(self) -> bool:
        return self.findings_count == 0
