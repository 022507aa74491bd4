from __future__ import annotations

from django.db import models


class PeriodicRun(models.Model):
    """How one periodic job goes: one row a job, written beside its work (`core.services.periodic_runs`).

    `since`: when this installation first heard of the job. While it runs, or after a crash, `ended_at` is
    empty. `worked_at`: when it last found something to do. `failures` in a row, up to now.
    """

    task = models.CharField(max_length=120, unique=True)
    since = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveIntegerField(default=0)
    dealt_with = models.BigIntegerField(null=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = "periodic job"
        verbose_name_plural = "periodic jobs"

    def __str__(self) -> str:
        return self.task

    @property
    def is_open(self) -> bool:
        """It runs, or whoever ran it died."""
        return self.started_at is not None and self.ended_at is None
