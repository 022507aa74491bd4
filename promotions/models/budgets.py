from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from core.models import PublicIdField, TimestampedModel
from promotions.models.campaigns import Campaign
from promotions.models.reach import BudgetsInReach
from promotions.models.versions import Version


def usual_thresholds() -> list[int]:
    """Percentages of the limit at which people are told."""
    return [50, 80, 95, 100]


class Budget(TimestampedModel):
    """What may be spent, by one campaign or by several that share it. Goes beyond the contract.

    `limit` is in minor units for money and credits, a number for redemptions and units. The use is kept in
    counters: one for each subject (`per`) and period.
    """

    class Measure(models.TextChoices):
        DISCOUNT = "DISCOUNT", "Discount given"
        ORDER_VALUE = "ORDER_VALUE", "Value of orders"
        REDEMPTIONS = "REDEMPTIONS", "Redemptions"
        GIFT_CREDITS = "GIFT_CREDITS", "Gift credits redeemed"
        UNITS = "UNITS", "Discounted units"

    class Period(models.TextChoices):
        EVER = "EVER", "In all"
        DAY = "DAY", "Each day"
        WEEK = "WEEK", "Each week"
        MONTH = "MONTH", "Each month"

    class Per(models.TextChoices):
        TOTAL = "TOTAL", "Everybody together"
        CUSTOMER = "CUSTOMER", "Each customer"
        CHANNEL = "CHANNEL", "Each channel"
        STORE = "STORE", "Each store"

    class CustomerKey(models.TextChoices):
        ID = "ID", "The customer"
        EMAIL = "EMAIL", "The e-mail address"
        PHONE = "PHONE", "The phone number"
        METADATA = "METADATA", "A metadata field"

    class Policy(models.TextChoices):
        REFUSE = "REFUSE", "Refuse what would cross it"
        GIVE_WHAT_IS_LEFT = "GIVE_WHAT_IS_LEFT", "Give what is left"

    public_id = PublicIdField(prefix="budg")
    name = models.CharField(max_length=200)
    measure = models.CharField("limits", max_length=16, choices=Measure, default=Measure.DISCOUNT)
    limit = models.BigIntegerField(validators=[MinValueValidator(0), MaxValueValidator(10**15)])
    period = models.CharField("renewed", max_length=8, choices=Period, default=Period.EVER)
    per = models.CharField("counted for", max_length=16, choices=Per, default=Per.TOTAL)
    customer_key = models.CharField(
        "a customer is", max_length=16, choices=CustomerKey, default=CustomerKey.ID
    )
    field = models.CharField(
        "metadata field",
        max_length=100,
        blank=True,
        default="",
        help_text="Where the customer's key or the store stands, for example loyalty_number or store.",
    )
    policy = models.CharField("at the limit", max_length=24, choices=Policy, default=Policy.REFUSE)
    channels = ArrayField(
        models.CharField(max_length=100),
        default=list,
        blank=True,
        help_text="Only what comes through these channels. Empty: all.",
    )
    stores = ArrayField(
        models.CharField(max_length=100), default=list, blank=True, help_text="Only these stores. Empty: all."
    )
    campaigns = models.ManyToManyField(Campaign, related_name="budgets", through="BudgetCampaign")
    thresholds = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(100)]),
        default=usual_thresholds,
        blank=True,
        help_text="Percentages of the limit at which people are told.",
    )
    is_active = models.BooleanField("in force", default=True)
    starts_on = models.DateField("plan from", null=True, blank=True)
    ends_on = models.DateField("plan until", null=True, blank=True)
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = BudgetsInReach["Budget"]()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["name"], condition=Q(deleted_at=None), name="budget_name_once"),
            models.CheckConstraint(condition=Q(limit__gte=0), name="budget_limit_not_negative"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="budget_plan_ends_after_its_start",
            ),
        )

    def __str__(self) -> str:
        return self.name


class BudgetCampaign(models.Model):
    """This campaign draws on this budget."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="draws")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="draws")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["budget", "campaign"], name="budget_campaign_once"),)

    def __str__(self) -> str:
        return f"{self.campaign_id} draws on {self.budget_id}"


class BudgetPlan(models.Model):
    """What is planned to be spent in one month; without rows the plan is an even line."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="plan")
    month = models.DateField(help_text="Its first day.")
    amount = models.BigIntegerField(validators=[MinValueValidator(0)])

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["budget", "month"], name="budget_plan_once_a_month"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="budget_plan_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.month}: {self.amount}"


class BudgetAlert(models.Model):
    """A threshold that was reached: told once for each subject and period."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="alerts")
    subject = models.CharField(max_length=200, blank=True, default="")
    period = models.CharField(max_length=10, blank=True, default="")
    threshold = models.PositiveSmallIntegerField()
    reached_at = models.DateTimeField()
    used = models.BigIntegerField()
    limit = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["budget", "subject", "period", "threshold"], name="budget_alert_once"
            ),
        )
        indexes = (models.Index(fields=["-reached_at", "-id"], name="budget_alert_newest"),)

    def __str__(self) -> str:
        return f"{self.budget_id}: {self.threshold} %"
