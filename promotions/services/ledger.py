"""Gift cards' credits: every movement is a row that stays, the card keeps their sum.

Contract: semantics-core 5.12. The card's columns move by one guarded statement, so whoever is faster decides
(INVARIANTS M2); the row beside says why, and one cause moves a card once (M4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F, Sum

from approvals.gate import gated
from core import audit, events
from core.actors import Actor
from core.errors import DomainError
from core.idempotency import UNKEYED, Once
from core.locking import lock, retried
from promotions.models import CardTransaction, OrderReturn, Redemption, Rollback, Voucher
from promotions.redeemables import NotRedeemable
from promotions.selectors import transactions
from promotions.selectors import vouchers as known
from promotions.services import holds
from promotions.services.definitions import InvalidVoucher

MOST_CREDITS: Final = 10**15
"""Minor units that one card may have got in all (INVARIANTS M1)."""

_PAY: Final = (
    "UPDATE promotions_voucher SET gift_balance = gift_balance - %(credits)s, "
    "gift_redeemed = gift_redeemed + %(credits)s, gift_held = gift_held - %(held)s "
    "WHERE id = %(voucher)s AND gift_held >= %(held)s "
    "AND gift_balance - (gift_held - %(held)s) >= %(credits)s RETURNING gift_balance"
)
_GIVE_BACK: Final = (
    "UPDATE promotions_voucher SET gift_balance = gift_balance + %(credits)s, "
    "gift_redeemed = gift_redeemed - %(credits)s "
    "WHERE id = %(voucher)s AND gift_redeemed >= %(credits)s RETURNING gift_balance"
)


class GiftAmountExceeded(NotRedeemable):
    key = "gift_amount_exceeded"
    message = "gift amount exceeded"


class InvalidAddBalanceParams(DomainError):
    key = "invalid_add_balance_params"
    message = "Invalid add balance params"


class RefundExceeded(DomainError):
    key = "gift_refund_exceeded"
    message = "More than was paid"


def issue(vouchers: Iterable[Voucher], *, now: datetime) -> None:
    """Open the ledger of new gift cards: one row each, so that the balance is their sum from birth.

    Stored vouchers with `gift_balance` set; others are passed over.
    """
    CardTransaction.objects.bulk_create(
        [
            CardTransaction(
                voucher=voucher,
                type=CardTransaction.Type.ISSUED,
                amount=voucher.gift_balance,
                balance=voucher.gift_balance,
                created_at=now,
            )
            for voucher in vouchers
            if voucher.gift_balance is not None
        ]
    )


def pay(
    *, voucher_id: int, credits: int, held: int = 0, redemption: Redemption, now: datetime
) -> CardTransaction:
    """Take credits off a card for a redemption; `held` of them were kept for its session and are let go.

    :raises GiftAmountExceeded: the card has less than that, or others hold it.
    """
    balance = _moved(_PAY, voucher_id, credits=credits, held=held)
    if balance is None:
        raise GiftAmountExceeded(
            f"The card no longer has {credits} credits that nobody holds. "
            "Ask for less, or leave the amount out: then it pays what it can."
        )
    return CardTransaction.objects.create(
        voucher_id=voucher_id,
        type=CardTransaction.Type.REDEMPTION,
        amount=-credits,
        balance=balance,
        created_at=now,
        redemption=redemption,
    )


def refund(
    *,
    voucher_id: int,
    credits: int,
    redemption: Redemption,
    rollback: Rollback | None = None,
    order_return: OrderReturn | None = None,
    now: datetime,
) -> CardTransaction:
    """Give credits back to the card that paid a redemption, because of a rollback or of a return.

    :raises RefundExceeded: more than that redemption took and still has.
    """
    balance = _moved(_GIVE_BACK, voucher_id, credits=credits)
    # The card is locked now, so nobody else gives back for the same redemption meanwhile.
    paid = paid_with(voucher_id, redemption)
    if balance is None or credits > paid:
        raise RefundExceeded(f"{paid} credits of this payment are left to give back, {credits} were asked.")
    cause = rollback or order_return
    return CardTransaction.objects.create(
        voucher_id=voucher_id,
        type=CardTransaction.Type.REFUND,
        amount=credits,
        balance=balance,
        created_at=now,
        redemption=redemption,
        rollback=rollback,
        order_return=order_return,
        reason=cause.reason if cause else "",
    )


def paid_with(voucher_id: int, redemption: Redemption) -> int:
    """What a redemption took from a card and did not give back yet."""
    rows = CardTransaction.objects.filter(voucher_id=voucher_id, redemption=redemption)
    return -(rows.aggregate(total=Sum("amount"))["total"] or 0)


@gated("vouchers.adjust")
@retried
@transaction.atomic
def adjust(
    *,
    code: str,
    amount: int,
    source_id: str = "",
    reason: str = "",
    actor: Actor,
    now: datetime,
    once: Once[CardTransaction] = UNKEYED,
) -> CardTransaction:
    """Add credits to a card, or remove them with a negative `amount`; `code` may be the voucher's id.

    Contract: semantics-core 13 (balance).

    :raises NotFound: no such code.
    :raises InvalidVoucher: not a gift card.
    :raises InvalidAddBalanceParams: nothing to change, more than is there and not held, or too much in all.
    """
    once.claim()
    written = _change(_locked_card(code), amount, source_id, reason, actor, now)
    row = transactions.printable(CardTransaction.objects.all()).get(pk=written.pk)
    once.keep(row)
    return row


def give(*, code: str, credits: int, reason: str, actor: Actor, now: datetime) -> int:
    """Add credits to a gift card, or take them off again (below zero): what a reward was. The new balance.

    Within the caller's transaction. :raises InvalidAddBalanceParams: they are spent or held, or too much.
    """
    return _change(_locked_card(code), credits, "", reason, actor, now).balance


def set_amount(*, voucher: Voucher, amount: int, actor: Actor, now: datetime) -> None:
    """Give a card other credits in all; its balance moves by the difference. The caller holds its row.

    :raises InvalidAddBalanceParams: less than was spent or is held, or too much.
    """
    difference = amount - (voucher.gift_amount or 0)
    if difference:
        _change(voucher, difference, "", "Amount of the card changed", actor, now, of_amount=True)


def _locked_card(code: str) -> Voucher:
    found = known.get(code)
    if found.type != Voucher.Type.GIFT_VOUCHER:
        raise InvalidVoucher("Only a gift card has a balance; this is a discount code.")
    lock(Voucher.objects.filter(pk=found.pk))
    return known.get(code)


def _change(
    voucher: Voucher,
    amount: int,
    source_id: str,
    reason: str,
    actor: Actor,
    now: datetime,
    *,
    of_amount: bool = False,
) -> CardTransaction:
    """`of_amount`: what is removed was never there, instead of being subtracted from what was."""
    if voucher.gift_held:
        holds.tidy(voucher=voucher.pk, now=now)
        voucher.refresh_from_db(fields=["gift_held"])
    balance, held, issued = voucher.gift_balance or 0, voucher.gift_held, voucher.gift_amount or 0
    _check(amount, free=balance - held, held=held, room=MOST_CREDITS - issued)
    added = amount > 0
    moved = {"gift_amount": amount} if added or of_amount else {"gift_subtracted": -amount}
    Voucher.objects.filter(pk=voucher.pk).update(
        updated_at=now,
        **{name: F(name) + change for name, change in (moved | {"gift_balance": amount}).items()},
    )
    row = CardTransaction.objects.create(
        voucher=voucher,
        type=CardTransaction.Type.ADDITION if added else CardTransaction.Type.REMOVAL,
        amount=amount,
        balance=balance + amount,
        created_at=now,
        source_id=source_id,
        reason=reason,
    )
    _tell(voucher, row, actor, now)
    return row


def _check(amount: int, *, free: int, held: int, room: int) -> None:
    if amount == 0:
        raise InvalidAddBalanceParams("amount: 0 changes nothing; send credits to add, or a negative number.")
    if amount < -free:
        kept = f" ({held} more are held by open baskets)" if held else ""
        raise InvalidAddBalanceParams(f"amount: at most {free} credits can be removed{kept}.")
    if amount > room:
        raise InvalidAddBalanceParams(f"amount: at most {room} credits can be added to this card.")


def tell(
    causes: Sequence[Redemption] | Sequence[Rollback] | Sequence[OrderReturn], actor: Actor, now: datetime
) -> None:
    """Say which cards paid these redemptions, or got credits back by these rollbacks or returns.

    Once the rows are written; without causes no statement.
    """
    if not causes:
        return
    these: Any = causes
    match causes[0]:
        case Redemption():
            rows = CardTransaction.objects.filter(redemption__in=these, type=CardTransaction.Type.REDEMPTION)
        case Rollback():
            rows = CardTransaction.objects.filter(rollback__in=these)
        case _:
            rows = CardTransaction.objects.filter(order_return__in=these)
    for row in rows.select_related("voucher").order_by("pk"):
        _say(row, actor, now)


def _say(row: CardTransaction, actor: Actor, now: datetime) -> None:
    payload = {
        "voucher_id": row.voucher.public_id,
        "transaction_id": row.public_id,
        "amount": row.amount,
        "balance": row.balance,
    }
    if row.type == CardTransaction.Type.ADDITION:
        events.emit("voucher.gift.balance_added", entity=row.voucher, actor=actor, now=now, payload=payload)
    events.emit("voucher.gift.transaction.created", entity=row.voucher, actor=actor, now=now, payload=payload)


def _tell(voucher: Voucher, row: CardTransaction, actor: Actor, now: datetime) -> None:
    audit.log(
        actor,
        "voucher.gift.balance_changed",
        voucher,
        now=now,
        before={"balance": row.balance - row.amount},
        after={"balance": row.balance, "amount": row.amount, "reason": row.reason},
    )
    _say(row, actor, now)


def _moved(statement: str, voucher_id: int, **amounts: int) -> int | None:
    """The balance after a guarded statement; None: its guard said no."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"voucher": voucher_id, **amounts})
        row = cursor.fetchone()
    return None if row is None else int(row[0])
