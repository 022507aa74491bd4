"""Take redemptions back: exactly what they took, once. Contract: semantics-core 9."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from commerce.models import Customer, Order
from commerce.selectors.orders import stored_wire
from commerce.services import customers, orders
from commerce.services.order_lines import Taken, TakenLine
from core import events, places, project
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.idempotency import UNKEYED, Once
from core.ids import new_id
from core.instants import format_instant
from core.locking import lock, retried
from core.models import ProjectSettings
from engine import Outcome
from promotions.channels import channel_of
from promotions.models import Redemption, Rollback
from promotions.redeemables import kind_of
from promotions.selectors import redemptions as known
from promotions.services import ledger, undoing

MAX_AGE: Final = timedelta(days=92)


class InvalidRedemption(DomainError):
    key = "invalid_redemption"
    message = "Invalid redemption"


class InvalidRedemptionParent(DomainError):
    key = "invalid_redemption_parent"
    message = "Invalid redemption parent"


class AlreadyRolledBack(DomainError):
    key = "already_rolled_back"
    message = "Already rolled back"


@dataclass(frozen=True, kw_only=True)
class RollbackSpec:
    """`is_forced`: also where a reward was given that went straight to the customer."""

    reason: str = ""
    tracking_id: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    is_forced: bool = False


@dataclass(frozen=True, kw_only=True)
class RolledBack:
    """`parent` is set when several redemptions were taken back together."""

    rollbacks: tuple[Rollback, ...]
    parent: Rollback | None
    order: Order | None


@retried
@transaction.atomic
def roll_back(
    *,
    redemption_id: str,
    spec: RollbackSpec,
    actor: Actor,
    now: datetime,
    stacked: bool = False,
    once: Once[RolledBack] = UNKEYED,
) -> RolledBack:
    """Take back a single redemption, or with `stacked` a whole request (a parent, or a single one).

    :raises NotFound: unknown id.
    :raises InvalidRedemption: the redemption failed, or is more than three months old.
    :raises InvalidRedemptionParent: a child, or a parent without `stacked`.
    :raises AlreadyRolledBack: somebody did it before.
    """
    once.claim()
    named = Redemption.objects.filter(public_id=redemption_id).first()
    if named is None:
        raise NotFound.of("redemption", redemption_id)
    # What else was used on the order counts, too, whoever may see it.
    with places.limited_to(None):
        result = _roll_back(named, spec, stacked=stacked, actor=actor, now=now)
    once.keep(result)
    return result


def _roll_back(
    named: Redemption, spec: RollbackSpec, *, stacked: bool, actor: Actor, now: datetime
) -> RolledBack:
    order = _locked_order(named)
    rows = lock(Redemption.objects.filter(pk=named.pk) | Redemption.objects.filter(parent_id=named.pk))
    head = next(row for row in rows if row.pk == named.pk)
    children = [row for row in rows if row.pk != named.pk]
    _check(head, children, stacked=stacked, now=now)
    settings = project.current()
    rollback_id = new_id("rr")
    order = _release_order(order, head, rollback_id, settings, actor, now)
    parent = _write(head, None, spec, order, actor, now, rollback_id)
    rollbacks = _write_children(children, parent, spec, order, actor, now) or [parent]
    _give_back(rollbacks, settings, actor, now)
    pks = [rollback.pk for rollback in rollbacks]
    return RolledBack(
        rollbacks=tuple(known.rollbacks_with_targets(pks)),
        parent=parent if children else None,
        order=order,
    )


def of_returned(*, order: Order, spec: RollbackSpec, actor: Actor, now: datetime) -> list[Rollback]:
    """Take back what is left of every redemption on an order of which everything came back.

    The caller holds the order, whose amounts stay what was paid. How long ago it was does not matter: the
    shop has taken the goods.
    """
    rows = lock(Redemption.objects.filter(order=order, status=Redemption.Status.SUCCEEDED))
    rollbacks: list[Rollback] = []
    for head in (row for row in rows if row.parent_id is None):
        parent = _write(head, None, spec, order, actor, now, new_id("rr"))
        children = [row for row in rows if row.parent_id == head.pk]
        rollbacks += _write_children(children, parent, spec, order, actor, now) or [parent]
    _give_back(rollbacks, project.current(), actor, now)
    return rollbacks


def _give_back(rollbacks: Sequence[Rollback], settings: ProjectSettings, actor: Actor, now: datetime) -> None:
    """Everything that these redemptions hold of others: customers first, counters last."""
    by_customer = Counter(rollback.redemption.customer_id for rollback in rollbacks)
    for customer_id in sorted(by_customer.keys() - {None}, key=lambda pk: pk or 0):
        assert customer_id is not None  # noqa: S101 - taken out above
        customers.count_redemptions(customer_id=customer_id, rolled_back=by_customer[customer_id])
    undoing.take_back_draws(rollbacks)
    undoing.hold_terms([rollback.redemption for rollback in rollbacks])
    for rollback in sorted(rollbacks, key=lambda one: _place(one.redemption)):
        row = rollback.redemption
        kind_of(row.related_object_type).restore(row, rollback=rollback, now=now)
    known = [pk for pk in by_customer if pk is not None]
    names: dict[int | None, str] = dict(Customer.objects.filter(pk__in=known).values_list("pk", "public_id"))
    for rollback in rollbacks:
        row = rollback.redemption
        payload = {
            "rollback_id": rollback.public_id,
            "redemption_id": row.public_id,
            "customer_id": names.get(row.customer_id),
        }
        events.emit("redemption.rollback.succeeded", entity=rollback, actor=actor, now=now, payload=payload)
    ledger.tell([rollback for rollback in rollbacks if rollback.redemption.credits], actor, now)
    undoing.uncount(rollbacks, settings)


def _place(row: Redemption) -> tuple[bool, int]:
    """Counters last and in the order of `redemptions`: vouchers, then tiers, each by primary key."""
    return row.voucher_id is None, row.voucher_id or row.promotion_tier_id or 0


def _locked_order(redemption: Redemption) -> Order | None:
    if redemption.order_id is None:
        return None
    return lock(Order.objects.filter(pk=redemption.order_id))[0]


def _check(head: Redemption, children: list[Redemption], *, stacked: bool, now: datetime) -> None:
    if head.result == Redemption.Result.FAILURE:
        raise InvalidRedemption("A failed redemption has nothing to take back.")
    if head.parent_id is not None:
        raise InvalidRedemptionParent(
            "It was used together with others. Roll back its parent: POST /v1/redemptions/{parent}/rollbacks."
        )
    if children and not stacked:
        raise InvalidRedemptionParent(
            "Several redeemables were used together. Use POST /v1/redemptions/{id}/rollbacks."
        )
    if head.status == Redemption.Status.ROLLED_BACK:
        raise AlreadyRolledBack(f"{head.public_id} was rolled back before.")
    if now - head.redeemed_at > MAX_AGE:
        raise InvalidRedemption("A redemption can be rolled back for three months.")


def _write_children(
    children: Sequence[Redemption],
    parent: Rollback,
    spec: RollbackSpec,
    order: Order | None,
    actor: Actor,
    now: datetime,
) -> list[Rollback]:
    return [_write(child, parent, spec, order, actor, now, new_id("rr")) for child in children]


def _write(
    redemption: Redemption,
    parent: Rollback | None,
    spec: RollbackSpec,
    order: Order | None,
    actor: Actor,
    now: datetime,
    rollback_id: str,
) -> Rollback:
    redemption.status = Redemption.Status.ROLLED_BACK
    redemption.save(update_fields=["status"])
    rollback = Rollback(
        public_id=rollback_id,
        redemption=redemption,
        parent=parent,
        rolled_back_at=now,
        reason=spec.reason,
        tracking_id=spec.tracking_id or redemption.tracking_id,
        metadata=dict(spec.metadata),
        **channel_of(actor),
        order_snapshot=None if order is None else stored_wire(order),
        credits=undoing.credits_left(redemption),
    )
    rollback.save(force_insert=True)
    rollback.is_forced = spec.is_forced
    return rollback


def _taken(head: Redemption) -> Taken:
    """What the request took off the order and put into it, as it was decided then."""
    state = Outcome.from_json(head.outcome).order if head.outcome else None
    if state is None:
        return Taken(total=head.discount_amount)
    return Taken(
        total=head.discount_amount,
        from_order=state.applied_discount_amount,
        lines=tuple(
            TakenLine(
                position=position,
                discount=line.applied_discount_amount,
                free_units=line.applied_discount_quantity,
                units=line.applied_quantity,
                amount=line.applied_quantity_amount,
            )
            for position, line in enumerate(state.lines)
            if line.applied_discount_amount or line.applied_discount_quantity or line.applied_quantity
        ),
    )


def _release_order(
    order: Order | None,
    head: Redemption,
    rollback_id: str,
    settings: ProjectSettings,
    actor: Actor,
    now: datetime,
) -> Order | None:
    """Take this request's discount off the order; cancel it when no other redemption lives on it."""
    mode = settings.redeemables_rollback_order_mode
    if order is None or mode == ProjectSettings.RollbackOrderMode.WITHOUT_ORDER:
        return order
    others = Redemption.objects.filter(
        order_id=order.pk, parent=None, status=Redemption.Status.SUCCEEDED
    ).exclude(pk=head.pk)
    return orders.take_off_discount(
        order_id=order.pk,
        taken=_taken(head),
        cancel=not others.exists(),
        rollback={
            "redemption_id": head.public_id,
            "rollback_id": rollback_id,
            "rollback_date": format_instant(now),
        },
        actor=actor,
        now=now,
    )
