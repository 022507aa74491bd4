from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from core.models import Area, PublicIdField, TimestampedModel
from promotions.models import Campaign, Category
from promotions.models.reach import OfCampaigns

_MOST_PERCENT: Final = 1000


class AlertRule(TimestampedModel):
    """What people want to be told of without asking. Goes beyond the contract.

    Which of `share` (percent), `number`, `minutes`, `hours`, `days`, `direction`, `reasons` and `processes`
    mean something depends on the kind (`insights.alert_kinds`). It is told to `groups`, `people` and
    `addresses`. `evaluated_at` is when it was looked at last, `watching_since` the beginning of the time in
    which that was done without a gap.
    """

    class Kind(models.TextChoices):
        BUDGET = "BUDGET", "A budget runs low"
        RATE = "RATE", "Redemptions are off their usual"
        REFUSALS = "REFUSALS", "Many refusals"
        ENDING = "ENDING", "A campaign ends with budget left"
        NO_REDEMPTION = "NO_REDEMPTION", "Nothing redeemed since the launch"
        SILENT = "SILENT", "A process is silent"
        KEY_ERRORS = "KEY_ERRORS", "Errors of an API key"
        FAILED_CODES = "FAILED_CODES", "Many codes are tried in vain"

    class Severity(models.TextChoices):
        CRITICAL = "CRITICAL", "Critical"
        WARNING = "WARNING", "Warning"
        INFO = "INFO", "For information"

    class Scope(models.TextChoices):
        PROJECT = "PROJECT", "The whole project"
        CAMPAIGN = "CAMPAIGN", "One campaign"
        CATEGORY = "CATEGORY", "A category"
        AREA = "AREA", "An area"

    class Direction(models.TextChoices):
        BOTH = "BOTH", "Fewer or more"
        FEWER = "FEWER", "Fewer"
        MORE = "MORE", "More"

    class Process(models.TextChoices):
        BEAT = "beat", "Scheduler (beat)"
        WORKER = "worker", "Worker"
        DISPATCHER = "dispatcher", "Event dispatcher"
        WEBHOOKS = "webhooks", "Sender of webhooks"

    public_id = PublicIdField(prefix="alr")
    name = models.CharField(max_length=120)
    kind = models.CharField("watches for", max_length=16, choices=Kind)
    severity = models.CharField(max_length=8, choices=Severity, default=Severity.WARNING)
    is_active = models.BooleanField("switched on", default=True)
    scope = models.CharField("watches", max_length=8, choices=Scope, default=Scope.PROJECT)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="alert_rules"
    )
    # Without its category or area a rule watches nothing.
    category = models.ForeignKey(Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_each = models.BooleanField("every campaign by itself", default=False)
    share = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(_MOST_PERCENT)]
    )
    number = models.PositiveIntegerField(null=True, blank=True)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    hours = models.PositiveIntegerField(null=True, blank=True)
    days = models.PositiveIntegerField(null=True, blank=True)
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.BOTH)
    reasons = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    processes = ArrayField(models.CharField(max_length=16, choices=Process), default=list, blank=True)
    groups = ArrayField(models.CharField(max_length=150), default=list, blank=True)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    addresses = ArrayField(models.EmailField(), default=list, blank=True)
    in_app = models.BooleanField("in the admin", default=True)
    by_mail = models.BooleanField("by e-mail", default=True)
    by_webhook = models.BooleanField("to webhooks", default=True)
    remind_hours = models.PositiveIntegerField("remind after", null=True, blank=True)
    muted_until = models.DateTimeField(null=True, blank=True, editable=False)
    evaluated_at = models.DateTimeField(null=True, editable=False)
    watching_since = models.DateTimeField(null=True, editable=False)
    last_error = models.CharField(max_length=300, blank=True, default="", editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "alert rule"
        constraints = (
            models.UniqueConstraint(
                fields=["name"], condition=Q(deleted_at=None), name="alert_rule_name_once"
            ),
            models.CheckConstraint(
                condition=Q(scope="PROJECT", campaign=None, category=None, area=None)
                | Q(scope="CAMPAIGN", campaign__isnull=False, category=None, area=None)
                | Q(scope="CATEGORY", campaign=None, area=None)
                | Q(scope="AREA", campaign=None, category=None),
                name="alert_rule_has_one_scope",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def is_muted(self, now: datetime) -> bool:
        """Whether nobody is told at the moment; what it finds is listed all the same."""
        return self.muted_until is not None and now < self.muted_until


class Alert(models.Model):
    """Something that a rule found. It is over when the rule does not find it any more.

    `subject` says what of the rule it is about (`campaign:camp_1f`, `process:beat`); one alert of each is
    open at a time. `level` grows when it gets worse. `figures` are what was found last, for
    `insights.alert_words`.
    `clear_since`: since when the rule has not found it; if that lasts, it is over. `told_at`: when people
    heard of it last; `is_told`: they believe that it goes on.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", "Open"
        ACKNOWLEDGED = "ACKNOWLEDGED", "Somebody looks at it"
        SNOOZED = "SNOOZED", "Put off"
        RESOLVED = "RESOLVED", "Over"

    class Ending(models.TextChoices):
        GONE = "GONE", "It went away"
        RULE_CHANGED = "RULE_CHANGED", "Its rule was changed"

    public_id = PublicIdField(prefix="alrt")
    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT, related_name="alerts")
    subject = models.CharField(max_length=300)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    severity = models.CharField(max_length=8, choices=AlertRule.Severity)
    level = models.PositiveIntegerField(default=0)
    figures = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    raised_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    clear_since = models.DateTimeField(null=True)
    times = models.PositiveIntegerField(default=1)
    told_at = models.DateTimeField(null=True)
    is_told = models.BooleanField(default=False)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=200, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    snoozed_until = models.DateTimeField(null=True)
    snoozed_by = models.CharField(max_length=200, blank=True, default="")
    resolved_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=16, choices=Ending, blank=True, default="")

    objects = OfCampaigns["Alert"]()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["rule", "subject"], condition=~Q(state="RESOLVED"), name="alert_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state="RESOLVED", resolved_at__isnull=False) & ~Q(ending="")
                | ~Q(state="RESOLVED") & Q(resolved_at=None, ending=""),
                name="alert_resolved_when_over",
            ),
            models.CheckConstraint(
                condition=~Q(state="ACKNOWLEDGED") | Q(acknowledged_at__isnull=False),
                name="alert_acknowledged_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="SNOOZED") | Q(snoozed_until__isnull=False),
                name="alert_snoozed_until_some_time",
            ),
        )
        indexes = (
            # Every page of the admin counts these.
            models.Index(fields=["severity"], name="alert_open", condition=Q(state="OPEN")),
            models.Index(fields=["-raised_at", "-id"], name="alert_newest"),
            models.Index(fields=["rule", "subject", "-id"], name="alert_of_rule"),
        )

    def __str__(self) -> str:
        return f"{self.rule.name}: {self.subject}"

    @property
    def is_over(self) -> bool:
        return self.state == self.State.RESOLVED
