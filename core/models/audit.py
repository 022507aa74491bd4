from __future__ import annotations

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class AuditEntry(models.Model):
    """One state change: who, through which door, what, before and after. Append-only, sealed by a hash chain.

    The seal (`digest`) is written later by a job, in batches, so that no two changes wait for each other.
    """

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=100)
    actor_label = models.CharField(max_length=200)
    channel = models.CharField(max_length=32)
    action = models.CharField(max_length=100)
    entity_type = models.CharField(max_length=64)
    entity_id = models.CharField(max_length=100)
    entity_label = models.CharField(max_length=200, blank=True, default="")
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    request_id = models.CharField(max_length=40, blank=True, default="")
    approval_id = models.CharField(max_length=64, blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit log"
        indexes = (
            models.Index(fields=["entity_type", "entity_id", "-id"], name="audit_entity"),
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["id"], name="audit_unsealed", condition=models.Q(digest="")),
        )
        triggers = (
            pgtrigger.Protect(name="audit_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="audit_sealed_is_final",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__digest=""),
            ),
            pgtrigger.ReadOnly(name="audit_facts_are_final", exclude=["digest"]),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.entity_label or self.entity_id}"
