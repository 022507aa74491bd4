"""What redemptions took from cards, gift cards and loyalty cards alike, and what goes back to them."""

from __future__ import annotations

from datetime import datetime

from promotions import points
from promotions.models import OrderReturn, Redemption, Rollback, Voucher
from promotions.services import ledger


def paid_with(redemption: Redemption) -> int:
    """The credits or points that a redemption took from its card and did not give back yet."""
    voucher = redemption.voucher
    if voucher is None:
        return 0
    if voucher.type == Voucher.Type.LOYALTY_CARD:
        return points.keeper().spent_with(voucher_id=voucher.pk, redemption=redemption)
    return ledger.paid_with(voucher.pk, redemption)


def refund(
    redemption: Redemption,
    *,
    credits: int,
    rollback: Rollback | None = None,
    order_return: OrderReturn | None = None,
    now: datetime,
) -> None:
    """Give credits or points back to the card that paid, because of a rollback or of a return."""
    voucher = redemption.voucher
    assert voucher is not None  # noqa: S101 - only a card has credits
    if voucher.type == Voucher.Type.LOYALTY_CARD:
        points.keeper().refund(
            voucher_id=voucher.pk,
            points=credits,
            redemption=redemption,
            rollback=rollback,
            order_return=order_return,
            now=now,
        )
        return
    ledger.refund(
        voucher_id=voucher.pk,
        credits=credits,
        redemption=redemption,
        rollback=rollback,
        order_return=order_return,
        now=now,
    )
