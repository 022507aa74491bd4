from __future__ import annotations

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.models import PublicIdField


class Version(models.Model):
    """The terms of something at one time, never changed and never deleted.

    `content` is all that a decision depends on, `sha256` its digest in canonical form. A redemption names the
    versions it was decided on.
    """

    class Subject(models.TextChoices):
        CAMPAIGN = "campaign", "Campaign"
        TIER = "promotion_tier", "Promotion tier"
        VOUCHER = "voucher", "Voucher"
        RULE = "validation_rule", "Conditions"
        BUDGET = "budget", "Budget"

    public_id = PublicIdField(prefix="ver")
    subject_type = models.CharField(max_length=16, choices=Subject)
    subject_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    content = models.JSONField(encoder=DjangoJSONEncoder)
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=100)
    actor_label = models.CharField(max_length=200, blank=True, default="")
    channel = models.CharField(max_length=32)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "number"], name="version_number_once"
            ),
        )
        triggers = (
            pgtrigger.Protect(name="versions_are_final", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} version {self.number}"
