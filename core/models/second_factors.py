from __future__ import annotations

from django.conf import settings
from django.db import models

from core.models.base import TimestampedModel


class SecondFactor(TimestampedModel):
    """The authenticator app of a person.

    Its secret is worked out of `seed` and the server's `SECRET_KEY`: a copy of the database makes no codes.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor", editable=False
    )
    seed = models.CharField(max_length=64, editable=False)
    # The newest 30 seconds of which a code was taken: a code is taken once, an older one never.
    last_step = models.BigIntegerField(default=0, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    locked_until = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"second step of {self.user_id}"


class BackupCode(models.Model):
    """One way in without the app. Only its hash is kept."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="backup_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["factor", "code_hash"], name="core_backupcode_once"),)

    def __str__(self) -> str:
        return f"backup code {self.pk}"
