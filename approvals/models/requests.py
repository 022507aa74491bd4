from __future__ import annotations

from typing import Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin, transition

from core import places
from core.models import PublicIdField, TimestampedModel


class RequestsInReach(models.Manager["ApprovalRequest"]):
    """Who works in single areas sees requests about what applies there, and his own."""

    def get_queryset(self) -> models.QuerySet[ApprovalRequest]:
        rows = super().get_queryset()
        limit = places.limit()
        if limit is None:
            return rows
        there = Q(**{f"facts__{places.PLACES}__has_any_keys": sorted(limit.reach)})
        return rows.filter(there | Q(requester_id=limit.who))


class ApprovalRequest(FSMModelMixin, TimestampedModel):
    """One operation that somebody may not do alone, exactly as it was asked for.

    `arguments` are the service's own (see `approvals.codec`). `base` is what was there when it was asked for,
    `proposal` what will be there, both with their digests: only what was seen is carried out. `stages` say
    who has to say yes, one after the other; `stage` counts those that are done; `policies` names those that
    ask for them. Every change of the proposal is a new `revision`, which no earlier yes counts for.
    `caller_key` is the idempotency key of the call that asked, if it had one.
    """

    class State(models.TextChoices):
        PENDING = "PENDING", "Waiting for approval"
        CHANGES_REQUESTED = "CHANGES_REQUESTED", "Changes requested"
        STALE = "STALE", "Out of date"
        APPROVED = "APPROVED", "Approved, waiting for its time"
        APPLIED = "APPLIED", "Carried out"
        REJECTED = "REJECTED", "Rejected"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"

    public_id = PublicIdField(prefix="apr")
    state = FSMField(max_length=20, choices=State, default=State.PENDING, protected=True)
    operation = models.CharField(max_length=64)
    title = models.CharField(max_length=250)
    arguments = models.JSONField(encoder=DjangoJSONEncoder)
    fingerprint = models.CharField(max_length=64)
    target_type = models.CharField(max_length=64)
    target_id = models.CharField(max_length=100, blank=True, default="")
    target_label = models.CharField(max_length=250, blank=True, default="")
    base = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    base_sha256 = models.CharField(max_length=64)
    proposal = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    proposal_sha256 = models.CharField(max_length=64)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    revision = models.PositiveIntegerField(default=1)
    requester_kind = models.CharField(max_length=16)
    requester_id = models.CharField(max_length=100)
    requester_label = models.CharField(max_length=200)
    requester = models.JSONField()
    last_editor_id = models.CharField(max_length=100)
    caller_key = models.CharField(max_length=255, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    stages = models.JSONField(default=list)
    stage = models.PositiveIntegerField(default=0)
    policies = models.JSONField(default=list)
    allows_emergency = models.BooleanField(default=True)
    escalate_to = models.CharField(max_length=150, blank=True, default="")
    remind_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    effective_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    is_emergency = models.BooleanField(default=False)
    error = models.TextField(blank=True, default="")

    objects = RequestsInReach()

    class Meta:
        indexes = (
            models.Index(fields=["state", "-created_at"], name="approval_state_newest"),
            models.Index(fields=["target_type", "target_id", "state"], name="approval_target"),
            models.Index(fields=["effective_at"], name="approval_scheduled", condition=Q(state="APPROVED")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=Q(state__in=["PENDING", "CHANGES_REQUESTED", "STALE", "APPROVED"]),
                name="approval_asked_for_once",
            ),
            models.UniqueConstraint(
                fields=["requester_kind", "requester_id", "caller_key"],
                condition=~Q(caller_key=""),
                name="approval_one_for_a_key",
            ),
            models.CheckConstraint(
                condition=Q(state="APPLIED", applied_at__isnull=False)
                | (~Q(state="APPLIED") & Q(applied_at=None)),
                name="approval_applied_has_its_instant",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @transition(
        field=state, source=[State.PENDING, State.STALE, State.CHANGES_REQUESTED], target=State.PENDING
    )
    def propose_anew(self) -> None:
        """The proposal was changed, or brought up to date."""

    @transition(field=state, source=State.APPROVED, target=State.PENDING)
    def reopen(self) -> None:
        """Carrying it out failed: whoever decides sees why."""

    @transition(field=state, source=State.PENDING, target=State.APPROVED)
    def approve(self) -> None:
        """The last stage said yes."""

    @transition(field=state, source=State.APPROVED, target=State.APPLIED)
    def apply(self) -> None:
        """It was carried out."""

    @transition(field=state, source=State.PENDING, target=State.CHANGES_REQUESTED)
    def request_changes(self) -> None:
        """Somebody who decides wants it otherwise."""

    @transition(field=state, source=[State.PENDING, State.STALE], target=State.REJECTED)
    def reject(self) -> None:
        """Somebody who decides said no."""

    @transition(field=state, source=[State.PENDING, State.APPROVED], target=State.STALE)
    def outdate(self) -> None:
        """What it is about is no longer what was seen."""

    @transition(
        field=state,
        source=[State.PENDING, State.CHANGES_REQUESTED, State.STALE, State.APPROVED],
        target=State.WITHDRAWN,
    )
    def withdraw(self) -> None:
        """The requester does not want it any more, or a scheduled change was cancelled."""


OPEN: Final = (
    ApprovalRequest.State.PENDING,
    ApprovalRequest.State.CHANGES_REQUESTED,
    ApprovalRequest.State.STALE,
    ApprovalRequest.State.APPROVED,
)
