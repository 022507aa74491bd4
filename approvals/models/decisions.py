from __future__ import annotations

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from approvals.models.requests import ApprovalRequest
from core.models import PublicIdField


class Revision(models.Model):
    """A proposal as it was seen at one time, never changed: what it was made from and what comes of it."""

    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    arguments = models.JSONField(encoder=DjangoJSONEncoder)
    base = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    base_sha256 = models.CharField(max_length=64)
    proposal = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    proposal_sha256 = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=100)
    actor_label = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["request", "number"], name="approval_revision_number_once"),
        )
        triggers = (
            pgtrigger.Protect(name="revisions_are_final", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"revision {self.number}"


class Decision(models.Model):
    """What one person said about one revision; never changed. Nobody decides about what he asked for.

    `on_behalf_of` is set when he stood in for somebody who was away.
    """

    class Verdict(models.TextChoices):
        APPROVE = "APPROVE", "Approved"
        REQUEST_CHANGES = "REQUEST_CHANGES", "Changes requested"
        REJECT = "REJECT", "Rejected"
        EMERGENCY = "EMERGENCY", "Approved in an emergency"

    public_id = PublicIdField(prefix="dec")
    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="decisions")
    revision = models.PositiveIntegerField()
    stage = models.PositiveIntegerField()
    verdict = models.CharField(max_length=16, choices=Verdict)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=100)
    actor_label = models.CharField(max_length=200)
    requester_id = models.CharField(max_length=100)
    last_editor_id = models.CharField(max_length=100)
    on_behalf_of = models.CharField(max_length=200, blank=True, default="")
    comment = models.TextField(blank=True, default="")
    proposal_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["request", "revision", "actor_id"], name="approval_one_decision_each"
            ),
            models.CheckConstraint(
                condition=~Q(actor_id=F("requester_id")), name="approval_not_by_the_requester"
            ),
            models.CheckConstraint(
                condition=~Q(actor_id=F("last_editor_id")), name="approval_not_by_the_last_editor"
            ),
        )
        triggers = (
            pgtrigger.Protect(
                name="approval_decisions_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        )

    def __str__(self) -> str:
        return f"{self.actor_label}: {self.get_verdict_display()}"


class Comment(models.Model):
    """A line of the discussion; never changed. `mentions` holds the keys of the people it names."""

    public_id = PublicIdField(prefix="cmt")
    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="comments")
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=100)
    actor_label = models.CharField(max_length=200)
    text = models.TextField()
    mentions = models.JSONField(default=list)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "comment on a request"
        triggers = (
            pgtrigger.Protect(
                name="approval_comments_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        )

    def __str__(self) -> str:
        return f"{self.actor_label}: {self.text[:60]}"
