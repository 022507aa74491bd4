"""Everything that is kept twice says the same twice: counters, holds, balances, budgets and their rows.
Sealed rows say what they said.

Asks `reconcile`, and counts again in a plainer way, so that a mistake of the proof does not go unseen.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Sum
from django.utils import timezone

from core import project
from core.services import audit_verification, sealing
from promotions.models import (
    Budget,
    BudgetDraw,
    CardTransaction,
    Counter,
    HeldCount,
    Hold,
    Redemption,
    Rollback,
    Voucher,
)
from promotions.selectors import reconcile
from promotions.selectors.recounting import recount
from promotions.selectors.tallies import Tally


def everything_adds_up() -> None:
    """Fail and name what does not; nobody else may be writing."""
    found = list(discrepancies())
    assert not found, "\n".join(found)


def discrepancies() -> Iterator[str]:
    """One line for everything that does not add up."""
    # Rows of factories have no versions.
    for difference in reconcile.differences(now=timezone.now(), only=reconcile.CHECKS_BY_NAME):
        yield f"{difference.check}: {difference}"
    yield from _counters()
    yield from _budgets()
    yield from _cards()
    yield from _holds()
    yield from _rollbacks()
    sealing.seal(now=timezone.now())
    yield from (str(finding) for finding in audit_verification.verify(now=timezone.now()).findings)


def _counters() -> Iterator[str]:
    """INVARIANTS C1, C2: each counter is the sum of its rows, and within its limit."""
    rows = {
        Tally(row.scope, row.scope_id, row.subject, row.name, row.period): row
        for row in Counter.objects.order_by("pk")
    }
    for tally, counted in recount(rows, project.current()).items():
        row = rows[tally]
        if row.value != counted:
            yield f"counter {row}: {row.value}, the rows say {counted}"
        if row.most is not None and row.value + row.held > row.most:
            yield f"counter {row}: {row.value} used and {row.held} held of {row.most}"
    kept = dict(HeldCount.objects.values_list("counter").annotate(held=Sum("amount")))
    for row in rows.values():
        if row.held != kept.get(row.pk, 0):
            yield f"counter {row}: {row.held} held, the holds say {kept.get(row.pk, 0)}"


def _budgets() -> Iterator[str]:
    """No budget is overspent; what was drawn is what its redemptions took and did not give back."""
    limits = dict(Budget.objects.values_list("pk", "limit"))
    for row in Counter.objects.filter(scope=Counter.Scope.BUDGET).order_by("pk"):
        if row.value > limits[row.scope_id]:
            yield f"budget {row.scope_id} {row.subject}: {row.value} used of {limits[row.scope_id]}"
    over = (
        BudgetDraw.objects.filter(redemption__status=Redemption.Status.ROLLED_BACK)
        .values("counter", "redemption")
        .annotate(left=Sum("amount"))
        .exclude(left=0)
    )
    for one in over.order_by("counter", "redemption"):
        yield f"redemption {one['redemption']} was rolled back and still draws {one['left']}"


def _cards() -> Iterator[str]:
    """INVARIANTS M2, M4: a balance is the sum of its ledger, step by step, and never negative."""
    sums: dict[int, int] = {}
    for row in CardTransaction.objects.order_by("pk"):
        sums[row.voucher_id] = sums.get(row.voucher_id, 0) + row.amount
        if row.balance != sums[row.voucher_id] or row.balance < 0:
            yield f"transaction {row}: balance {row.balance}, the rows before say {sums[row.voucher_id]}"
    for card in Voucher.objects.filter(type=Voucher.Type.GIFT_VOUCHER).order_by("pk"):
        columns = (card.gift_amount or 0) - card.gift_subtracted - card.gift_redeemed
        if not card.gift_balance == columns == sums.get(card.pk):
            yield f"card {card}: balance {card.gift_balance}, columns {columns}, ledger {sums.get(card.pk)}"
    paid = dict(
        CardTransaction.objects.filter(redemption__isnull=False)
        .order_by()
        .values_list("redemption")
        .annotate(paid=Sum("amount"))
    )
    # Points have books of their own, which the reconciliation adds up.
    of_credits = Redemption.objects.filter(credits__gt=0).exclude(voucher__type=Voucher.Type.LOYALTY_CARD)
    for redemption in of_credits.order_by("pk"):
        is_kept = redemption.status == Redemption.Status.SUCCEEDED
        returned = redemption.returned_shares.aggregate(back=Sum("credits", default=0))["back"]
        expected = (redemption.credits or 0) - returned if is_kept else 0
        if -paid.get(redemption.pk, 0) != expected:
            yield f"redemption {redemption}: took {-paid.get(redemption.pk, 0)}, should be {expected}"


def _holds() -> Iterator[str]:
    kept = {
        voucher: (number, credits)
        for voucher, number, credits in Hold.objects.filter(voucher__isnull=False)
        .order_by()
        .values_list("voucher")
        .annotate(number=Count("pk"), held=Sum("credits"))
    }
    for voucher in Voucher.objects.order_by("pk"):
        says, rows = (voucher.held_quantity, voucher.gift_held), kept.get(voucher.pk, (0, 0))
        if says != rows:
            yield f"voucher {voucher}: holds {says}, the rows say {rows}"
        if voucher.redemption_quantity is None:
            continue
        if voucher.redeemed_quantity + voucher.held_quantity > voucher.redemption_quantity:
            yield f"voucher {voucher}: more than {voucher.redemption_quantity} used or held"


def _rollbacks() -> Iterator[str]:
    """INVARIANTS R3: what is rolled back has one rollback, what is not has none."""
    taken = dict(Rollback.objects.order_by().values_list("redemption").annotate(number=Count("pk")))
    for pk, public_id, status in Redemption.objects.order_by("pk").values_list("pk", "public_id", "status"):
        expected = int(status == Redemption.Status.ROLLED_BACK)
        if taken.get(pk, 0) != expected:
            yield f"redemption {public_id}: {taken.get(pk, 0)} rollbacks, status {status}"
