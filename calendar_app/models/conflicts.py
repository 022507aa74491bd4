"""Where promotions meet, as the calendar found it last, and what people said about it.

Worked out anew whenever something changes (`services.refreshing`). What people said cannot be made again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Case, F, Q, Value, When

from approvals.models import ApprovalRequest
from core import places
from core.instants import parse_instant
from core.models import ExactJSONDecoder, PublicIdField
from promotions.models import Campaign, PromotionTier
from promotions.models.reach import campaigns

_KEY: Final = 200
_SIDE: Final = 90
SEVERITY_RANK: Final = Case(
    When(severity="HIGH", then=Value(0)), When(severity="MEDIUM", then=Value(1)), default=Value(2)
)
"""For orders, the heaviest first: the words do not sort so."""


class ConflictsInReach(models.Manager["Conflict"]):
    """Who works in single areas sees what lies there wholly: a conflict tells of both of its sides."""

    def get_queryset(self) -> models.QuerySet[Conflict]:
        rows = super().get_queryset()
        limit = places.limit()
        if limit is None:
            return rows
        seen = campaigns(limit)
        return rows.filter(
            Q(left_campaign=None) | Q(left_campaign__in=seen),
            Q(right_campaign=None) | Q(right_campaign__in=seen),
            Q(request=None) | Q(request__in=ApprovalRequest.objects.values("pk")),
        )


class Conflict(models.Model):
    """Two promotions, or a promotion and a blackout, that meet in a way somebody should know of.

    `key` names the pair and the kind; there is one row of each, for ever: what comes back is the same again.
    A side is a unit (`campaign:5`, `proposal:apr_…`, `blackout:3`); of a unit with tiers its key is the tier
    that is concerned most (`tier:12`). `request`: one side is only proposed, by this approval request.

    They meet from `starts_at` on; `windows` are the next times, `ends_at` the end of the last one (null:
    open). `customers` and `products` are what they have in common, exactly or as `…_how` says (null: not
    known); `cost` is what it may cost in minor units. `terms` is the digest of all that made it a conflict.
    `acceptance` is what somebody said last that still holds.
    """

    class Kind(models.TextChoices):
        EXCLUSIVE_CLASH = "EXCLUSIVE_CLASH", "Only one of them applies"
        DOUBLE_DISCOUNT = "DOUBLE_DISCOUNT", "The same goods are discounted twice"
        SHARED_BUDGET = "SHARED_BUDGET", "They spend the same budget"
        BLACKOUT = "BLACKOUT", "It runs in a blackout"
        COMPETING_MESSAGES = "COMPETING_MESSAGES", "The same customers hear of both"
        AREA_COLLISION = "AREA_COLLISION", "They meet in one place"
        UNKNOWN = "UNKNOWN", "They may meet"

    class Severity(models.TextChoices):
        HIGH = "HIGH", "High"
        MEDIUM = "MEDIUM", "Medium"
        LOW = "LOW", "Low"

    class Certainty(models.TextChoices):
        OVERLAPS = "OVERLAPS", "Shown by an example"
        UNKNOWN = "UNKNOWN", "Cannot be told"

    class State(models.TextChoices):
        OPEN = "OPEN", "Open"
        ACCEPTED = "ACCEPTED", "Accepted"
        GONE = "GONE", "Gone"

    class How(models.TextChoices):
        EXACT = "EXACT", "Exactly"
        ABOUT = "ABOUT", "About"
        MORE_THAN = "MORE_THAN", "More than"
        UNKNOWN = "UNKNOWN", "Not known"

    public_id = PublicIdField(prefix="conf")
    key = models.CharField(max_length=_KEY, unique=True)
    kind = models.CharField(max_length=24, choices=Kind)
    severity = models.CharField(max_length=8, choices=Severity)
    certainty = models.CharField(max_length=8, choices=Certainty)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    left_unit = models.CharField(max_length=_SIDE)
    right_unit = models.CharField(max_length=_SIDE)
    left_key = models.CharField(max_length=_SIDE)
    right_key = models.CharField(max_length=_SIDE)
    left_campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, null=True, related_name="+")
    right_campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, null=True, related_name="+")
    left_tier = models.ForeignKey(PromotionTier, on_delete=models.PROTECT, null=True, related_name="+")
    right_tier = models.ForeignKey(PromotionTier, on_delete=models.PROTECT, null=True, related_name="+")
    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    spans = models.JSONField(default=list, help_text="[[start, end or null], ...], UTC, in order.")
    sentence = models.TextField()
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder, decoder=ExactJSONDecoder)
    customers = models.PositiveBigIntegerField(null=True)
    customers_how = models.CharField(max_length=12, choices=How, default=How.UNKNOWN)
    products = models.PositiveBigIntegerField(null=True)
    products_how = models.CharField(max_length=12, choices=How, default=How.UNKNOWN)
    cost = models.BigIntegerField(null=True, help_text="Minor units; null: cannot be told.")
    counted_at = models.DateTimeField(null=True)
    terms = models.CharField(max_length=64)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    acceptance = models.ForeignKey(
        "ConflictDecision", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reopened_because = models.TextField(blank=True, default="")

    objects = ConflictsInReach()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state="GONE", gone_at__isnull=False) | ~Q(state="GONE") & Q(gone_at=None),
                name="conflict_gone_has_its_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state="ACCEPTED") | Q(acceptance__isnull=False),
                name="conflict_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(left_campaign__isnull=False) | Q(request__isnull=False),
                name="conflict_is_about_something",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="conflict_has_a_length"
            ),
        )
        indexes = (
            # What people look at first: the most expensive of those that nobody accepted.
            models.Index(
                F("cost").desc(nulls_last=True),
                SEVERITY_RANK,
                F("starts_at"),
                F("id"),
                name="conflict_open_cost",
                condition=Q(state="OPEN"),
            ),
            # What the clock ends next.
            models.Index(fields=["ends_at"], name="conflict_next_end", condition=~Q(state="GONE")),
            models.Index(fields=["-found_at", "-id"], name="conflict_newest"),
        )

    def __str__(self) -> str:
        return self.sentence[:200]

    @property
    def is_small(self) -> bool:
        """Too slight to be told of: listed, but neither counted nor announced."""
        return self.severity == self.Severity.LOW

    @property
    def is_accepted(self) -> bool:
        return self.state == self.State.ACCEPTED

    @property
    def windows(self) -> list[tuple[datetime, datetime | None]]:
        """The next times at which both can be used, half-open, in UTC."""
        return [(parse_instant(since), until and parse_instant(until)) for since, until in self.spans]

    @property
    def campaign_ids(self) -> list[str]:
        """The public ids of its campaigns, each once."""
        found = [one.public_id for one in (self.left_campaign, self.right_campaign) if one is not None]
        return list(dict.fromkeys(found))


class ConflictDecision(models.Model):
    """Somebody accepted a conflict as it was then, or took that back; or what was accepted grew.

    `terms` are those that he saw; `extent` is how far the conflict went then, as `conflict_terms` has it.
    """

    class Verdict(models.TextChoices):
        ACCEPTED = "ACCEPTED", "Accepted"
        REOPENED = "REOPENED", "Opened again"

    conflict = models.ForeignKey(Conflict, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=8, choices=Verdict)
    reason = models.TextField()
    terms = models.CharField(max_length=64)
    extent = models.JSONField(default=dict, encoder=DjangoJSONEncoder, decoder=ExactJSONDecoder)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=100)
    actor_label = models.CharField(max_length=200)
    channel = models.CharField(max_length=32)

    class Meta:
        indexes = (models.Index(fields=["conflict", "-id"], name="conflict_decision_newest"),)
        triggers = (
            pgtrigger.Protect(
                name="conflict_decisions_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        )

    def __str__(self) -> str:
        return f"{self.verdict} by {self.actor_label}"


class RefreshProgress(models.Model):
    """How far the conflicts follow what is changed: one row.

    `passes` counts what was written, so that who began before somebody else ended writes nothing. `trace` is
    what `selectors.traces` said before everything was read, `world` the digest of what all items are judged
    in. `compared_at`: when all conflicts were written last; `left_out`: how many pairs of campaigns that may
    meet were not compared then.
    """

    passes = models.BigIntegerField(default=0)
    trace = models.TextField(blank=True, default="")
    world = models.CharField(max_length=64, blank=True, default="")
    compared_at = models.DateTimeField(null=True)
    left_out = models.PositiveIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"pass {self.passes}"
