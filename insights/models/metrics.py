"""Redemptions added up by campaign, channel, store and hour, and what each of them adds.

Everything here can be made again from the tables of the floors below (`manage.py rebuild_metrics`). The
database checks no foreign key of these rows: checking one would write to rows that shoppers wait for.
"""

from __future__ import annotations

from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from promotions.models import Campaign, Redemption

_STANDING: Final = Q(status=Redemption.Status.SUCCEEDED, customer_id__isnull=False)


def _campaign() -> Any:
    """Null: everything together."""
    return models.ForeignKey(
        Campaign,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )


class CountedRedemption(models.Model):
    """What one attempt adds to the metrics at the moment: a redemption, or a refusal.

    A row for each redeemable; the parent of several used together has none. Redeemed amounts are less what
    was returned, and nothing once the redemption was rolled back. An order and a customer count once in a
    campaign and once in all, with the first redemption that stands: the flags say where. `revenue_amount` and
    `cost_amount` are the order's, whoever counts it: what was paid and not refunded, and what the units kept
    had cost (null: not known for each of them).
    """

    class CustomerIs(models.TextChoices):
        """To the shop, at this redemption, where it is the one that counts the customer."""

        NOT_COUNTED = "", "Counted elsewhere, or not known"
        NEW = "NEW", "New"
        RETURNING = "RETURNING", "Returning"

    redemption_id = models.BigIntegerField(primary_key=True)
    campaign = _campaign()
    channel = models.CharField(max_length=100)
    store = models.CharField(max_length=100, blank=True, default="")
    hour = models.DateTimeField()
    redeemed_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=Redemption.Status)
    failure_code = models.CharField(max_length=64, blank=True, default="")
    customer_id = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField(null=True)
    discount_amount = models.BigIntegerField(default=0)
    gift_amount = models.BigIntegerField(default=0)
    points_spent = models.BigIntegerField(default=0)
    points_earned = models.BigIntegerField(default=0)
    revenue_amount = models.BigIntegerField(default=0)
    cost_amount = models.BigIntegerField(null=True)
    is_first_of_order = models.BooleanField(default=False, help_text="In its campaign.")
    is_first_of_order_at_all = models.BooleanField(default=False)
    customer_is = models.CharField(
        max_length=9, choices=CustomerIs, blank=True, default=CustomerIs.NOT_COUNTED
    )
    customer_is_at_all = models.CharField(
        max_length=9, choices=CustomerIs, blank=True, default=CustomerIs.NOT_COUNTED
    )

    class Meta:
        indexes = (
            models.Index(fields=["hour"], name="counted_hour"),
            models.Index(fields=["order_id"], name="counted_order", condition=Q(order_id__isnull=False)),
            # The next one of a customer, when the one that counted him is taken back.
            models.Index(
                fields=["customer_id", "redeemed_at", "redemption_id"],
                name="counted_customer",
                condition=_STANDING,
            ),
            models.Index(
                fields=["customer_id", "campaign", "redeemed_at", "redemption_id"],
                name="counted_customer_campaign",
                condition=_STANDING,
            ),
            # Those that count a customer: few, however often he comes.
            models.Index(
                fields=["customer_id"],
                name="counted_customer_first",
                condition=~Q(customer_is="") | ~Q(customer_is_at_all=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.redemption_id}: {self.status}"


class MetricHour(models.Model):
    """One hour of a campaign through one channel in one store; without a campaign: of everything together.

    What belongs to no campaign is only in the latter, which counts each order and each customer once. An
    attempt is a redemption, a rollback (a redemption that was taken back, in the hour in which it was made)
    or a refusal. Amounts are minor units. `hour` begins where an hour of the project's zone begins.
    """

    campaign = _campaign()
    channel = models.CharField(max_length=100)
    store = models.CharField(max_length=100, blank=True, default="")
    hour = models.DateTimeField()
    redemptions = models.BigIntegerField(default=0)
    rollbacks = models.BigIntegerField(default=0)
    refusals = models.BigIntegerField(default=0)
    discount_amount = models.BigIntegerField(default=0)
    gift_amount = models.BigIntegerField(default=0)
    orders = models.BigIntegerField(default=0)
    revenue_amount = models.BigIntegerField(default=0)
    costed_orders = models.BigIntegerField(default=0, help_text="Orders whose cost is known.")
    costed_revenue_amount = models.BigIntegerField(default=0)
    cost_amount = models.BigIntegerField(default=0)
    new_customers = models.BigIntegerField(default=0)
    returning_customers = models.BigIntegerField(default=0)
    points_spent = models.BigIntegerField(default=0)
    points_earned = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["campaign", "hour", "channel", "store"],
                nulls_distinct=False,
                name="metric_hour_once",
            ),
        )
        indexes = (models.Index(fields=["hour", "campaign"], name="metric_hour_of_all"),)

    def __str__(self) -> str:
        return f"{self.campaign_id or 'all'} at {self.hour:%Y-%m-%d %H:%M}"


class RefusalHour(models.Model):
    """The refusals of an hour by their reason; `failure_code` is the redemption's."""

    campaign = _campaign()
    channel = models.CharField(max_length=100)
    store = models.CharField(max_length=100, blank=True, default="")
    hour = models.DateTimeField()
    failure_code = models.CharField(max_length=64)
    refusals = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["campaign", "hour", "channel", "store", "failure_code"],
                nulls_distinct=False,
                name="refusal_hour_once",
            ),
        )
        indexes = (models.Index(fields=["hour", "campaign"], name="refusal_hour_of_all"),)

    def __str__(self) -> str:
        return f"{self.refusals} × {self.failure_code}"


class MetricProgress(models.Model):
    """How far the metrics follow what happened: one row, locked by whoever writes metrics.

    Every event with an id up to `settled_id` was counted, and of those above it the ids in `seen` (ranges, as
    PostgreSQL writes them). An event whose transaction has not ended yet may still appear below the highest
    id: `marked_id` becomes settled when all have ended that wrote events when it was the highest
    (`marked_writers`). Null: nothing was settled yet. Redemptions up to `history_to` are older than that and
    are counted bit by bit, so far up to `history_id`.
    """

    settled_id = models.BigIntegerField(null=True)
    seen = models.TextField(default="{}")
    marked_id = models.BigIntegerField(null=True)
    marked_writers = ArrayField(models.CharField(max_length=32), default=list)
    history_id = models.BigIntegerField(default=0)
    history_to = models.BigIntegerField(default=0)
    counted_at = models.DateTimeField(null=True, help_text="When everything known then was counted.")
    proved_at = models.DateTimeField(null=True, help_text="When the metrics were last added up again.")
    differences = models.BigIntegerField(default=0, help_text="What was wrong then, and was put right.")

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(pk=1), name="metric_progress_is_one"),)

    def __str__(self) -> str:
        return f"settled up to {self.settled_id}"
