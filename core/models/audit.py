from __future__ import annotations

from typing import Final

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.models.reach import ByKind


class AuditEntry(models.Model):
    """One state change: who, in which role, through which door, from where, what, before and after.

    Final from the moment it is written. Seals (`core.models.seals`) prove that it stayed so.
    """

    PREFIX: Final = "aud"

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=100)
    actor_label = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=32, blank=True, default="", db_default="")
    channel = models.CharField(max_length=32)
    address = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="Where the request came from."
    )
    action = models.CharField(max_length=100)
    entity_type = models.CharField(max_length=64)
    entity_id = models.CharField(max_length=100)
    entity_label = models.CharField(max_length=200, blank=True, default="")
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    request_id = models.CharField(max_length=40, blank=True, default="")
    approval_id = models.CharField(max_length=64, blank=True, default="")

    objects = ByKind["AuditEntry"]()

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit log"
        indexes = (
            models.Index(fields=["entity_type", "entity_id", "-id"], name="audit_entity"),
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["request_id"], name="audit_request", condition=~models.Q(request_id="")),
            models.Index(fields=["approval_id"], name="audit_approval", condition=~models.Q(approval_id="")),
            # Keys write most entries; what one person did is looked for among few.
            models.Index(
                fields=["actor_id", "-id"], name="audit_person", condition=models.Q(actor_kind="user")
            ),
        )
        triggers = (
            pgtrigger.Protect(name="audit_entries_are_final", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.entity_label or self.entity_id}"

    @property
    def public_id(self) -> str:
        """Says the entry's number: seals and `verify_audit` name rows by it, and a gap can be seen."""
        return f"{self.PREFIX}_{self.pk}"
