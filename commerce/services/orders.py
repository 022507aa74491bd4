"""Orders: told by the shop, or stored by a redemption (contract: semantics-core 4, data file 7).

Order of locks: the order, then its customers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from commerce.models import Customer, Order
from commerce.selectors import orders as selectors
from commerce.selectors.order_shapes import OrderSpec, ResolvedOrder
from commerce.services import customers, order_lines, order_returns, order_summaries, overrides
from commerce.services.order_lines import Taken
from commerce.services.order_summaries import Share
from core.actors import Actor
from core.errors import NotFound
from core.idempotency import UNKEYED, Once
from core.journal import Journal
from core.locking import lock, retried
from core.prepared import insert
from core.services import metadata_schemas
from engine import OrderState
from engine.basket import open_order

_NAME_LOCKS: Final = 7_410_020
_STATUS_EVENTS: Final = {
    Order.Status.CREATED: "customer.order.updated",
    Order.Status.PAID: "customer.order.paid",
    Order.Status.FULFILLED: "customer.order.fulfilled",
    Order.Status.CANCELED: "customer.order.canceled",
}


def lock_named(*, spec: OrderSpec) -> None:
    """Until the transaction ends nobody else works on the order that `spec` means, stored or to come.

    A `source_id` that nobody used yet has no row to lock: its name is locked.
    """
    hold_name(spec=spec)
    if spec.id is not None:
        lock(Order.objects.filter(public_id=spec.id))
    elif spec.source_id is not None:
        lock(Order.objects.filter(source_id=spec.source_id))


def hold_name(*, spec: OrderSpec) -> None:
    """Nobody else stores an order under this `source_id` until the transaction ends.

    Whoever loads a stored order after that locks it (`selectors.orders.resolve(lock=True)`).
    """
    if spec.id is None and spec.source_id is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_NAME_LOCKS, spec.source_id])


def apply_overrides(*, spec: OrderSpec, actor: Actor, now: datetime) -> None:
    """Put articles that carry `override: true` into the catalogue: before `resolve`, where orders are stored.

    :raises MetadataInvalid: the metadata breaks the schema of products.
    """
    overrides.apply(items=spec.items, actor=actor, now=now)


@retried
@transaction.atomic
def upsert(*, spec: OrderSpec, actor: Actor, now: datetime, once: Once[Order] = UNKEYED) -> Order:
    """Store an order of the shop, or merge into the one with this `id` or `source_id`.

    :raises NotFound: `spec.id` is unknown.
    :raises InvalidOrder: an amount is out of range.
    :raises MetadataInvalid: metadata of the order, a line or the customer breaks its schema.
    """
    once.claim()
    lock_named(spec=spec)
    order = _told(spec, actor, now)
    once.keep(order)
    return order


@retried
@transaction.atomic
def update(*, order_id: int, spec: OrderSpec, actor: Actor, now: datetime) -> Order:
    """Merge what was sent into one order; its `source_id` stays.

    :raises NotFound: no such order.
    :raises InvalidOrder, MetadataInvalid: as in `upsert`.
    """
    rows = lock(Order.objects.filter(pk=order_id))
    if not rows:
        raise NotFound.of("order", str(order_id))
    return _told(replace(spec, id=rows[0].public_id, source_id=None), actor, now)


@retried
@transaction.atomic
def import_one(*, spec: OrderSpec, actor: Actor, now: datetime) -> Order:
    """Store a past order: nobody is told, its `created_at` is the import's (contract: data file 7).

    :raises NotFound, InvalidOrder, MetadataInvalid: as in `upsert`.
    """
    lock_named(spec=spec)
    return _told(replace(spec, created_at=None), actor, now, is_told=False)


def store(
    *,
    resolved: ResolvedOrder,
    state: OrderState,
    customer: Customer | None,
    redemptions: Mapping[str, Any],
    redeemed: int,
    journal: Journal,
    actor: Actor,
    now: datetime,
) -> Order:
    """Write the order of a redemption: amounts as the engine left them, paid, with one more entry in its map.

    The caller holds the order and the customer, whose summary counts that many `redeemed` too. Events and
    audit row go into the caller's `journal`.

    :raises MetadataInvalid: metadata of the order or a line breaks its schema.
    """
    order, before = _opened(resolved, now)
    if customer is not None:
        order.customer = customer
    order.redemptions = {**order.redemptions, **redemptions}
    return _write(
        order,
        before,
        resolved,
        state,
        Order.Status.PAID,
        journal,
        actor,
        now,
        customer=customer,
        redeemed=redeemed,
    )


@transaction.atomic
def take_off_discount(
    *,
    order_id: int,
    taken: Taken,
    cancel: bool,
    rollback: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> Order:
    """Undo what one redemption took off the order; the caller holds the order's row.

    `taken` says what came off the order and its lines, and which units it had added. `rollback` is
    `{redemption_id, rollback_id?, rollback_date}` and marks the entry of the order's map.
    """
    order = Order.objects.get(pk=order_id)
    before = (Share.of(order), order.status)
    order_lines.give_back(order, taken)
    entry = order.redemptions.get(rollback["redemption_id"])
    if entry is not None:
        marks = {name: value for name, value in rollback.items() if name != "redemption_id"}
        order.redemptions = {**order.redemptions, rollback["redemption_id"]: {**entry, **marks}}
    _set_status(order, Order.Status.CANCELED if cancel else Order.Status(order.status), now)
    order.updated_at = now
    order.save(update_fields=_COLUMNS)
    order_summaries.move([(before[0], Share.of(order))])
    journal = Journal()
    _tell(order, before[1], None, journal, actor, now)
    journal.write(actor, now)
    return order


_COLUMNS: Final = (
    "status",
    "customer",
    "referrer",
    "amount",
    "initial_amount",
    "discount_amount",
    "items_discount_amount",
    "total_discount_amount",
    "total_amount",
    "applied_discount_amount",
    "items_applied_discount_amount",
    "total_applied_discount_amount",
    "metadata",
    "redemptions",
    "paid_at",
    "fulfilled_at",
    "canceled_at",
    "updated_at",
)


def _told(spec: OrderSpec, actor: Actor, now: datetime, *, is_told: bool = True) -> Order:
    apply_overrides(spec=spec, actor=actor, now=now)
    resolved = selectors.resolve(spec, trust_discounts=True)
    order, before = _opened(resolved, now)
    for name in ("customer", "referrer"):
        payload = getattr(spec, name)
        if payload:
            person = customers.upsert_from_payload(payload=payload, actor=actor, now=now)
            setattr(order, name, person)
    changes_amounts = resolved.order is None or spec.says_amounts
    state = open_order(resolved.basket()) if changes_amounts else None
    status = Order.Status(spec.status) if spec.status else Order.Status(order.status)
    journal = Journal()
    _write(order, before, resolved, state, status, journal, actor, now, is_told=is_told)
    journal.write(actor, now)
    return order


def _opened(resolved: ResolvedOrder, now: datetime) -> tuple[Order, tuple[Share, str]]:
    """The row to write, new or stored, and what it was before."""
    order = resolved.order
    if order is not None:
        return order, (Share.of(order), order.status)
    created_at = resolved.spec.created_at or now
    return Order(source_id=resolved.source_id, created_at=created_at), (Share(), "")


def _write(
    order: Order,
    before: tuple[Share, str],
    resolved: ResolvedOrder,
    state: OrderState | None,
    status: Order.Status,
    journal: Journal,
    actor: Actor,
    now: datetime,
    *,
    is_told: bool = True,
    customer: Customer | None = None,
    redeemed: int = 0,
) -> Order:
    """`customer` is held by the caller, and used that many redeemables."""
    _check_metadata(resolved, creating=resolved.order is None)
    order.metadata = dict(resolved.metadata)
    was_paid_at = order.paid_at
    _set_status(order, status, now)
    if state is not None:
        order_returns.refuse_other_amounts(order)
        _set_amounts(order, state, resolved.spec)
    if resolved.order is None:
        insert(order)
    else:
        order.updated_at = now
        order.save(update_fields=_COLUMNS)
    if state is not None:
        setattr(order, selectors.WRITTEN_LINES, order_lines.write(order, resolved, state))
    held = None if customer is None else customer.pk
    order_summaries.move(
        [(before[0], Share.of(order))], redeemed={} if held is None else {held: redeemed}, held=held
    )
    _tell(order, before[1], was_paid_at, journal, actor, now, with_events=is_told)
    return order


def _set_amounts(order: Order, state: OrderState, spec: OrderSpec) -> None:
    order.amount = state.amount or 0
    has_lines = bool(state.lines)
    initial = state.initial_amount if has_lines else None
    order.initial_amount = spec.initial_amount if spec.initial_amount is not None else initial
    order.discount_amount = state.discount_amount
    order.items_discount_amount = state.items_discount_amount
    order.total_discount_amount = state.total_discount_amount
    order.total_amount = state.total_amount or 0
    order.applied_discount_amount = state.applied_discount_amount
    order.items_applied_discount_amount = state.items_applied_discount_amount
    order.total_applied_discount_amount = state.total_applied_discount_amount


def _set_status(order: Order, status: Order.Status, now: datetime) -> None:
    """Any change is allowed (contract: data file 7); the first payment counts, also after a cancellation."""
    order.status = status
    if status == Order.Status.PAID:
        order.paid_at = order.paid_at or now
    elif status == Order.Status.FULFILLED:
        order.fulfilled_at = order.fulfilled_at or now
    order.canceled_at = (order.canceled_at or now) if status == Order.Status.CANCELED else None


def _check_metadata(resolved: ResolvedOrder, *, creating: bool) -> None:
    metadata_schemas.check(resource="order", metadata=resolved.spec.metadata or {}, creating=creating)
    sent = [item.metadata for item in resolved.spec.items or () if item.metadata]
    if sent:
        rules = metadata_schemas.rulebook(resource="order_item")
        for metadata in sent:
            rules.check(metadata=metadata, creating=True)


def _tell(
    order: Order,
    status_before: str,
    was_paid_at: datetime | None,
    journal: Journal,
    actor: Actor,
    now: datetime,
    *,
    with_events: bool = True,
) -> None:
    """Audit row and events. `order.paid` is said once in the life of an order."""
    is_new = not status_before
    names = ["customer.order.created" if is_new else "customer.order.updated"]
    is_second_payment = order.status == Order.Status.PAID and was_paid_at is not None
    if order.status not in (status_before, Order.Status.CREATED) and not is_second_payment:
        names.append(_STATUS_EVENTS[Order.Status(order.status)])
    facts = {"status": order.status, "total_amount": order.total_amount}
    journal.note(actor, "order.created" if is_new else "order.updated", order, now=now, after=facts)
    payload = {
        "order_id": order.public_id,
        "customer_id": order.customer.public_id if order.customer else None,
        "status": order.status,
        "amount": order.amount,
        "total_amount": order.total_amount,
    }
    for name in names if with_events else ():
        journal.say(name, order, payload)
