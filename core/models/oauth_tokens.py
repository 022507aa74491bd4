from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.models.api_keys import ApiKey


class OAuthToken(models.Model):
    """A bearer token that a server key got for a quarter of an hour. Only its hash is kept.

    Everything about it but its scopes is its key's: rights, addresses, blocking, expiry.
    """

    # A token without its key says nothing.
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="oauth_tokens", db_index=False)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "OAuth token"
        verbose_name_plural = "OAuth tokens"
        indexes = (
            models.Index(fields=["key", "expires_at"], name="oauth_token_of_key"),
            models.Index(fields=["expires_at"], name="oauth_token_by_end"),
        )

    def __str__(self) -> str:
        return f"Token until {self.expires_at:%H:%M}"

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at
