from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models


class Invitation(models.Model):
    """A person who was asked in and has not chosen a password yet, or has.

    The secret of the link is made of `seed` and the server's key, so that a copy of the database opens
    nothing. A new seed ends the former link.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitation"
    )
    seed = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "invitation"
        indexes = (
            models.Index(
                fields=["id"],
                name="invitation_to_mail",
                condition=models.Q(mailed_at=None, accepted_at=None),
            ),
        )

    def __str__(self) -> str:
        return str(self.person_id)

    def is_open(self, now: datetime) -> bool:
        return self.accepted_at is None and now < self.expires_at
