from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Counter(models.Model):
    """How much of something that a rule or a budget limits was used, by one subject, in one period.

    A row exists from the first time that somebody asks for it; from then on every redemption, rollback and
    return moves it. It sums up rows that are final, so it can be made anew from them at any time. `name` is
    the rule's name of the counter, the name of a limit of units, or "used" for a budget. `subject` is empty
    for everybody, else whose use counts: a customer, a key. `period` is empty for ever, else the first day of
    the day, week or month in the project's time zone. `held` is what validation sessions keep, also those
    that ended and were not tidied away yet. `most` is the limit at the last use, null where a rule's logic
    knows no single one.
    """

    class Scope(models.TextChoices):
        CAMPAIGN = "campaign", "Campaign"
        VOUCHER = "voucher", "Voucher"
        TIER = "promotion_tier", "Promotion tier"
        BUDGET = "budget", "Budget"

    scope = models.CharField(max_length=16, choices=Scope)
    scope_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    subject = models.CharField(max_length=200, blank=True, default="")
    period = models.CharField(max_length=10, blank=True, default="")
    value = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    most = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["scope", "scope_id", "subject", "name", "period"], name="counter_once"
            ),
            models.CheckConstraint(condition=Q(value__gte=0, held__gte=0), name="counter_not_negative"),
            models.CheckConstraint(
                condition=Q(most=None) | Q(most__gte=F("value") + F("held")), name="counter_within_its_limit"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scope} {self.scope_id} {self.name} {self.subject} {self.period}".strip()
