"""Goods that come back take the points with them that they earned; exact in whatever order they come back.

Contract: loyalty 16.2. Points that wait go first, then those on the card, by the programme's policy on debts.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Sum

from commerce.models import Order
from core import audit, project
from core.actors import Actor
from core.locking import lock, retried
from loyalty.earning import Basis, Returned, kept
from loyalty.models import Earning, LoyaltyCard, PendingPoints, PointsTransaction
from loyalty.programmes import Debts, Programme
from loyalty.services import after_points, ledger, pending
from loyalty.services.ledger import Account, Type, Why
from promotions.models import OrderReturn, ReturnedLine


@retried
@transaction.atomic
def settle(*, order_id: int, cause: str, actor: Actor, now: datetime) -> int:
    """Take back what the rest of the order would not have earned; how many points. Safe to repeat."""
    (order,) = lock(Order.objects.filter(pk=order_id))
    cards = set(Earning.objects.filter(order=order).values_list("card", flat=True))
    locked = lock(LoyaltyCard._base_manager.filter(pk__in=cards))
    return sum(settle_card(card, order, cause=cause, actor=actor, now=now) for card in locked)


def settle_card(card: LoyaltyCard, order: Order, *, cause: str, actor: Actor, now: datetime) -> int:
    """The same for one card, which is locked."""
    programme = Programme.of(card.campaign)
    if not programme.reverse_on_return:
        return 0
    state = returned(order)
    if state == Returned():
        return 0
    rows = Earning.objects.filter(card=card, order=order, cause_type=Earning.Cause.ORDER)
    was, total = card.balance, 0
    for earning in rows.select_related("rule").order_by("pk"):
        stays = min(earning.points, kept(Basis.from_json(earning.basis), state))
        due = earning.points - earning.reversed_points - stays
        if due > 0:
            total += _reverse(earning, card, due, programme, order, cause, actor, now)
    if total:
        after_points.settle(card, cause="reversal", now=now, was=was, is_credit=False)
    return total


def returned(order: Order) -> Returned:
    """What came back of an order so far; all of it if it was cancelled."""
    if order.status == Order.Status.CANCELED:
        return Returned(is_complete=True)
    rows = list(OrderReturn.objects.filter(order=order))
    if not rows:
        return Returned()
    units = ReturnedLine.objects.filter(order_return__in=rows).values_list("position")
    refund = sum(row.refund_amount + row.credits_amount for row in rows)
    return Returned(
        is_complete=any(row.is_complete for row in rows),
        refund=refund,
        units=dict(units.annotate(units=Sum("quantity"))),
        share=(refund, max(1, order.total_amount)),
    )


def _reverse(
    earning: Earning,
    card: LoyaltyCard,
    due: int,
    programme: Programme,
    order: Order,
    cause: str,
    actor: Actor,
    now: datetime,
) -> int:
    back = 0
    waiting = PendingPoints._base_manager.filter(earning=earning, state=PendingPoints.State.PENDING)
    for entry in lock(waiting):
        back += pending.reduce(pending=entry, card=card, by=due - back, actor=actor, now=now)
    if due > back:
        back += _off_card(earning, card, due - back, programme, order, cause, actor, now)
    if back:
        Earning.objects.filter(pk=earning.pk).update(reversed_points=F("reversed_points") + back)
    if back < due:
        # Somebody has to settle it: the points are spent, and the programme lets nobody owe.
        said = {"points": due - back, "order_id": order.public_id, "earning_rule": str(earning.rule)}
        audit.log(actor, "loyalty_card.points_missing", card.voucher, now=now, after=said)
    return back


def _off_card(
    earning: Earning,
    card: LoyaltyCard,
    due: int,
    programme: Programme,
    order: Order,
    cause: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Points off the card; what is spent already is owed, written off, or stays earned."""
    missing = max(0, due - max(0, card.balance))
    day = project.day_of(now)
    why = _why(earning, order, cause, actor, now)
    if missing and programme.debts is Debts.BLOCK:
        due -= missing
    elif missing and programme.debts is Debts.WRITE_OFF:
        ledger.credit(card, missing, type=Type.ADDITION, account=Account.WRITTEN_OFF, expires_on=day, why=why)
    if due <= 0:
        return 0
    ledger.debit(card, due, type=Type.REMOVAL, account=Account.REVERSED, owes=True, why=why)
    return due


def _why(earning: Earning, order: Order, cause: str, actor: Actor, now: datetime) -> Why:
    named = {"id": order.public_id, "source_id": order.source_id}
    rule = {"id": earning.rule.public_id, "source": {"banner": earning.rule.banner}}
    return Why(
        actor=actor,
        now=now,
        cause=f"reversal:{cause}:{earning.pk}",
        source=PointsTransaction.AUTOMATION,
        reason="Goods came back" if order.status != Order.Status.CANCELED else "The order was cancelled",
        earning=earning,
        details={"order": named, "earning_rule": rule},
    )
