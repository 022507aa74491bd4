from __future__ import annotations

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.models import PublicIdField, TimestampedModel


class Policy(TimestampedModel):
    """Who has to say yes to what, as data: see `approvals.policies.PolicyContent` for what `content` holds.

    `position` is its place among the others, from 1; `version` the newest of its versions.
    """

    public_id = PublicIdField(prefix="pol")
    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True, default="")
    is_active = models.BooleanField("in force", default=True)
    position = models.PositiveIntegerField(default=1)
    content = models.JSONField(encoder=DjangoJSONEncoder)
    version = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """A policy as it was; never changed. A request names the versions that it was filed under."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    is_active = models.BooleanField()
    position = models.PositiveIntegerField()
    content = models.JSONField(encoder=DjangoJSONEncoder)
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=100)
    actor_label = models.CharField(max_length=200, blank=True, default="")
    channel = models.CharField(max_length=32)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["policy", "number"], name="approval_policy_version_once"),
        )
        triggers = (
            pgtrigger.Protect(
                name="approval_policy_versions_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}, version {self.number}"
