from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.actors import Role
from core.models.base import TimestampedModel


class ApiKey(TimestampedModel):
    """A pair of id and secret. Only hashes are kept; two secrets are live while one replaces the other."""

    class Kind(models.TextChoices):
        SERVER = "server", "Server"
        CLIENT = "client", "Client (browser, app)"
        MANAGEMENT = "management", "Management"

    class KeyRole(models.TextChoices):
        ADMIN = Role.ADMIN.value, "Admin: everything"
        USER = Role.USER.value, "User: everything but settings"
        USER_RESTRICTED = Role.USER_RESTRICTED.value, "Restricted user: as a user, in its areas only"
        SUPPORT = Role.SUPPORT.value, "Support: read and export, explain, roll back"
        VIEWER = Role.VIEWER.value, "Viewer: read and export"
        MERCHANT = Role.MERCHANT.value, "Merchant: validate, redeem, roll back"

    app_id = models.CharField("id", max_length=64, unique=True, editable=False)
    name = models.CharField(max_length=100, help_text="Who uses this key, for example “Web shop”.")
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.SERVER)
    role = models.CharField(max_length=16, choices=KeyRole, default=KeyRole.ADMIN)
    secret_hash = models.CharField(max_length=64, editable=False)
    secret_hint = models.CharField("secret ends in", max_length=4, editable=False)
    previous_secret_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    previous_secret_until = models.DateTimeField(null=True, editable=False)
    allowed_origins = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text="Client keys only: origins that may use it, such as https://shop.example (* fits all).",
    )
    allowed_addresses = ArrayField(
        models.GenericIPAddressField(),
        default=list,
        blank=True,
        help_text="Server and management keys: calls from other addresses are refused. Empty: no limit.",
    )
    is_integration = models.BooleanField(
        "of an integration",
        default=False,
        db_default=False,
        help_text="Server keys of tools that can only open addresses: may publish codes by GET.",
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    blocked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    # Both follow the assignments (a trigger writes them): all of them, and the store if it is the only one.
    places = ArrayField(models.CharField(max_length=80), default=list, db_default=[], editable=False)
    store = models.ForeignKey(
        "core.Store", on_delete=models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = "API key"
        verbose_name_plural = "API keys"

    def __str__(self) -> str:
        return self.name

    def is_usable(self, now: datetime) -> bool:
        return self.blocked_at is None and (self.expires_at is None or now < self.expires_at)
