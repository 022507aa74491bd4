"""Parts of paid orders that come back: quoted, paid back, and taken off cards, budgets and counters.

The arithmetic is the engine's (`engine.returns`). Order of locks: order, customers, cards, counters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from commerce.models import Customer, Order, OrderItem, Product, Sku
from commerce.selectors import orders as known_orders
from commerce.services import order_returns
from core import audit, events, places, project
from core.actors import Actor
from core.errors import DomainError
from core.idempotency import UNKEYED, Once
from core.instants import format_instant
from core.locking import lock, retried
from engine.returning.quotes import ReturnQuote, TakenBack
from engine.returns import quote
from promotions.channels import channel_of
from promotions.models import OrderReturn, ReturnedLine, ReturnedShare
from promotions.selectors import returns as selectors
from promotions.selectors.returns import Returnable
from promotions.services import cards, ledger, rollbacks, undoing
from promotions.services.rollbacks import RollbackSpec
from promotions.services.undoing import Share

_PAID: Final = frozenset({Order.Status.PAID, Order.Status.FULFILLED})


class OrderNotPaid(DomainError):
    key = "order_not_paid"
    message = "Order not paid"


class InvalidReturn(DomainError):
    key = "invalid_return"
    message = "Invalid return"


@dataclass(frozen=True, kw_only=True)
class ReturnedItem:
    """Units of one article: of the line with this `id` or `position`, else of the lines with the article."""

    quantity: int
    id: str | None = None
    position: int | None = None
    product_id: str | None = None
    sku_id: str | None = None
    source_id: str | None = None

    @property
    def name(self) -> str:
        """As the caller named it, for texts."""
        named = self.id or self.sku_id or self.product_id or self.source_id
        return named if named is not None else f"at position {self.position}"

    def means(self, line: OrderItem) -> bool:
        """Is the line one of those that the caller named?"""
        if self.id is not None:
            return line.public_id == self.id
        if self.position is not None:
            return line.position == self.position
        if self.sku_id is not None:
            return self.sku_id in _ids(line.sku, line.sku_data)
        if self.product_id is not None:
            return self.product_id in _ids(line.product, line.product_data)
        return self.source_id in {line.source_id, line.product.source_id if line.product else None}


@dataclass(frozen=True, kw_only=True)
class ReturnSpec:
    """`amount` is for an order without lines: a part of its amount before discounts."""

    items: Sequence[ReturnedItem] = ()
    amount: int | None = None
    reason: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Quoted:
    """A return that could be made; nothing is stored."""

    order: Order
    lines: Sequence[OrderItem]
    quote: ReturnQuote


@retried
@transaction.atomic
def create(
    *, order_ref: str, spec: ReturnSpec, actor: Actor, now: datetime, once: Once[OrderReturn] = UNKEYED
) -> OrderReturn:
    """Take units of an order back. Cards get their credits, budgets and counters what they had counted.

    When nothing is left with the customer, the redemptions are rolled back as a whole.

    :raises NotFound: no such order.
    :raises OrderNotPaid: nothing was paid, or the order was canceled.
    :raises InvalidReturn: a line is not there, or fewer units are left; the text says what is possible.
    """
    once.claim()
    # An order comes back with everything that was used on it, whoever may see that.
    with places.limited_to(None):
        row = _create(order_ref, spec, actor, now)
    once.keep(row)
    return row


def _create(order_ref: str, spec: ReturnSpec, actor: Actor, now: datetime) -> OrderReturn:
    order = lock(Order.objects.filter(pk=known_orders.by_reference(order_ref).pk))[0]
    found = selectors.returnable(order)
    result = _quote(found, spec)
    row = _store(found, result, spec, actor, now)
    _say(row, found, result, actor, now)
    if result.is_complete:
        taken_back = RollbackSpec(reason=spec.reason, is_forced=True)
        rollbacks.of_returned(order=order, spec=taken_back, actor=actor, now=now)
    else:
        _take_back(row, found, result, now)
        ledger.tell([row], actor, now)
    return row


def quote_only(*, order_ref: str, spec: ReturnSpec) -> Quoted:
    """What `create` would pay back at this moment.

    :raises NotFound, OrderNotPaid, InvalidReturn: as there.
    """
    with places.limited_to(None):
        found = selectors.returnable(known_orders.by_reference(order_ref))
    return Quoted(order=found.order, lines=found.lines, quote=_quote(found, spec))


def _quote(found: Returnable, spec: ReturnSpec) -> ReturnQuote:
    _check_paid(found.order)
    if bool(spec.items) == (spec.amount is not None):
        raise InvalidReturn("Say either which items come back, or an amount of an order without lines.")
    result = quote(
        order=found.state,
        decisions=found.decisions,
        before=found.before,
        returning=_units(found, spec.items),
        returning_amount=0 if spec.amount is None else _amount(found, spec.amount),
    )
    return selectors.with_names(result, found)


def _check_paid(order: Order) -> None:
    if order.status == Order.Status.CANCELED:
        raise OrderNotPaid("The order was canceled: there is nothing left to pay back.")
    if order.status not in _PAID:
        raise OrderNotPaid(f"The order is {order.status}. Set its status to PAID first.")


def _amount(found: Returnable, amount: int) -> int:
    if any(line.quantity for line in found.lines):
        raise InvalidReturn("The order has lines. Send items: which units of which line come back.")
    if not 0 < amount <= found.amount_left:
        raise InvalidReturn(f"amount: {found.amount_left} of {found.order.amount} can still come back.")
    return amount


def _units(found: Returnable, items: Sequence[ReturnedItem]) -> dict[int, int]:
    """Units by position; an article on several lines goes back line by line."""
    left = {line.position: found.left(line) for line in found.lines}
    units: dict[int, int] = {}
    for item in items:
        meant = [line for line in found.lines if item.means(line)]
        if not meant:
            there = ", ".join(line.public_id for line in found.lines) or "none"
            raise InvalidReturn(f"No line of the order is {item.name}; its lines are: {there}.")
        possible = sum(left[line.position] for line in meant)
        if item.quantity > possible:
            bought = sum(line.quantity for line in meant)
            raise InvalidReturn(
                f"{item.name}: {possible} of {bought} units can still come back, not {item.quantity}."
            )
        wanted = item.quantity
        for line in meant:
            taken = min(wanted, left[line.position])
            if taken:
                left[line.position] -= taken
                units[line.position] = units.get(line.position, 0) + taken
                wanted -= taken
    return units


def _store(
    found: Returnable, result: ReturnQuote, spec: ReturnSpec, actor: Actor, now: datetime
) -> OrderReturn:
    row = OrderReturn(
        order=found.order,
        returned_at=now,
        reason=spec.reason,
        metadata=dict(spec.metadata),
        refund_amount=result.money,
        credits_amount=result.refund - result.money,
        is_complete=result.is_complete,
        quote=result.to_json(),
        **channel_of(actor),
    )
    row.save(force_insert=True)
    ReturnedLine.objects.bulk_create(
        [
            ReturnedLine(
                order_return=row, position=line.position, quantity=line.quantity, refund_amount=line.refund
            )
            for line in result.lines
            if line.position is not None
        ]
    )
    return row


def _take_back(row: OrderReturn, found: Returnable, result: ReturnQuote, now: datetime) -> None:
    """What the returned units had of cards, budgets and counters goes back, into the periods of the purchase.

    Counters of a customer are made under his lock, those of everybody under the lock of the terms.
    """
    shares = [
        (found.redemptions[one.request, one.object.value, one.key], one.taken_back)
        for one in result.redeemables
        if one.taken_back != TakenBack()
    ]
    if not shares:
        return
    redemptions = [redemption for redemption, _ in shares]
    lock(Customer.objects.filter(pk__in={one.customer_id for one in redemptions if one.customer_id}))
    undoing.hold_terms(redemptions)
    ReturnedShare.objects.bulk_create(
        [
            ReturnedShare(
                order_return=row,
                redemption=redemption,
                discount_amount=back.discount,
                order_amount=back.order_value,
                credits=back.credits,
                units=[
                    {"entry": part.entry, "article": part.article, "quantity": part.units}
                    for part in back.units
                ],
            )
            for redemption, back in shares
        ]
    )
    for redemption, back in sorted(shares, key=lambda share: share[0].voucher_id or 0):
        if back.credits and redemption.voucher_id is not None:
            cards.refund(redemption, credits=back.credits, order_return=row, now=now)
    counted = [(redemption, _counted(back)) for redemption, back in shares]
    undoing.uncount_shares(row, counted, project.current())


def _counted(back: TakenBack) -> Share:
    return Share(
        order_amount=back.order_value,
        discount_amount=back.discount,
        credits=back.credits,
        units={(part.entry, part.article): part.units for part in back.units},
    )


def _say(row: OrderReturn, found: Returnable, result: ReturnQuote, actor: Actor, now: datetime) -> None:
    """On the order, in the audit log and as an event."""
    items = [
        {"position": line.position, "quantity": line.quantity}
        for line in result.lines
        if line.position is not None
    ]
    amounts = {"refund_amount": row.refund_amount, "credits_amount": row.credits_amount}
    entry = {"date": format_instant(now), **amounts, "items": items}
    order_returns.note(order=found.order, entry={row.public_id: entry}, actor=actor, now=now)
    facts = {"order_id": found.order.public_id, **amounts, "is_complete": row.is_complete}
    audit.log(actor, "order.return.created", row, now=now, after={**facts, "items": items})
    customer = found.order.customer
    payload = {"return_id": row.public_id, "customer_id": customer.public_id if customer else None, **facts}
    events.emit("order.return.created", entity=row, actor=actor, now=now, payload=payload)


def _ids(stored: Product | Sku | None, said: Mapping[str, Any] | None) -> set[str]:
    """Ids of an article: as stored, and as the order said it."""
    names = (stored.public_id if stored is not None else None, (said or {}).get("id"))
    return {name for name in names if name}
