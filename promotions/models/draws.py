from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from promotions.models.counters import Counter
from promotions.models.redemptions import Redemption, Rollback
from promotions.models.returns import OrderReturn


class BudgetDraw(models.Model):
    """What one redemption took from one budget, or gave back to it: a budget's counter is their sum.

    Rows are final. A rollback or return names the counter that was drawn on, so that it goes back into the
    period in which it was counted.
    """

    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, related_name="draws")
    redemption = models.ForeignKey(Redemption, on_delete=models.PROTECT, related_name="draws")
    rollback = models.ForeignKey(Rollback, on_delete=models.PROTECT, null=True, related_name="draws")
    order_return = models.ForeignKey(OrderReturn, on_delete=models.PROTECT, null=True, related_name="draws")
    amount = models.BigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(rollback=None, order_return=None, amount__gte=0)
                | Q(rollback__isnull=False, order_return=None, amount__lte=0)
                | Q(rollback=None, order_return__isnull=False, amount__lte=0),
                name="budget_draw_sign_fits_cause",
            ),
            models.UniqueConstraint(
                fields=["counter", "redemption", "rollback", "order_return"],
                name="budget_draw_once",
                nulls_distinct=False,
            ),
        )
        triggers = (
            pgtrigger.Protect(name="budget_draws_are_final", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"{self.amount} of counter {self.counter_id}"
