"""Keep uses, credits and budgets between a basket and its payment. Contract: semantics-core 10.

A validation that is valid holds everything that its redemption would take. The redemption with the same key
finds it there, whatever others used meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Q

from commerce.models import Customer
from commerce.selectors import orders as order_resolution
from commerce.services import customers
from core import audit, events, project
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.idempotency import UNKEYED, Once
from core.ids import new_id
from core.locking import lock, retried
from engine import Outcome, Status, Step, evaluate
from engine.guards import Guard
from promotions import points
from promotions.channels import channel_of
from promotions.models import HeldCount, Hold, PromotionTier, ValidationSession, Voucher
from promotions.redeemables import NOTHING_HELD
from promotions.selectors import snapshots
from promotions.selectors import vouchers as known
from promotions.selectors.readable import with_names
from promotions.selectors.snapshots import Loaded
from promotions.selectors.tallies import Tally
from promotions.services import counter_moves, counting, holds
from promotions.services.counter_moves import DecisionOutdated, Move
from promotions.services.counting import Taking
from promotions.services.holds import Released
from promotions.services.uses import guarded, held_moves
from promotions.services.validations import Decision, DecisionSpec, SessionSpec, asking_of, tracking_of

USUAL_TTL: Final = 7
LONGEST: Final = timedelta(days=366)
_MICROSECONDS: Final = {
    ValidationSession.Unit.DAYS: 86_400_000_000,
    ValidationSession.Unit.HOURS: 3_600_000_000,
    ValidationSession.Unit.MINUTES: 60_000_000,
    ValidationSession.Unit.SECONDS: 1_000_000,
    ValidationSession.Unit.MILLISECONDS: 1_000,
    ValidationSession.Unit.MICROSECONDS: 1,
}


class InvalidSession(DomainError):
    key = "invalid_session"
    message = "Invalid session"


def lifetime(ttl: int, unit: str) -> timedelta:
    """How long a session lives; what is shorter than a microsecond lives for one.

    :raises InvalidSession: longer than a year.
    """
    named = ValidationSession.Unit(unit)
    microseconds = (
        -(-ttl // 1000) if named is ValidationSession.Unit.NANOSECONDS else ttl * _MICROSECONDS[named]
    )
    if microseconds > LONGEST // timedelta(microseconds=1):
        raise InvalidSession("A session lives for a year at most. Send a shorter session.ttl.")
    return timedelta(microseconds=microseconds)


@dataclass(frozen=True, kw_only=True)
class Validated:
    """A decision, and the session that holds what it grants; None when it is not valid."""

    decision: Decision
    session: ValidationSession | None


@retried
def validate(
    *, spec: DecisionSpec, actor: Actor, now: datetime, once: Once[Validated] = UNKEYED
) -> Validated:
    """Decide, and hold what applies under the key of `spec.session`; what that key held before is let go.

    :raises InvalidSession: it would live too long.
    :raises NotFound, InvalidRedeemables, DuplicatedRedeemables: as in a validation without session.
    """
    told = spec.session or SessionSpec()
    named = replace(spec, session=replace(told, key=told.key or new_id("ssn")))

    def attempt(counters: Taking) -> Validated:
        with transaction.atomic():
            once.claim()
            validated = _validate(named, counters, actor, now)
            once.keep(validated)
            return validated

    return counting.decided(attempt, with_rows=True)


def _validate(spec: DecisionSpec, counters: Taking, actor: Actor, now: datetime) -> Validated:
    settings = project.current()
    customer = customers.find_for_payload(payload=spec.customer) if spec.customer else None
    order = order_resolution.resolve(spec.order) if spec.order else None
    asking = asking_of(spec, order, customer, settings, actor, now)
    loaded = snapshots.load(requested=spec.redeemables, asking=asking, counters=counters)
    outcome = evaluate(loaded.snapshot)
    applied = outcome.with_status(Status.APPLICABLE)
    session = None
    if outcome.valid and applied:
        session = _open(spec, customer, actor, now)
        _hold(session, loaded, outcome, actor, now)
    decision = Decision(
        loaded=loaded,
        outcome=with_names(loaded, outcome),
        tracking_id=tracking_of(spec.tracking_id, spec.customer, settings),
    )
    return Validated(decision=decision, session=session)


def _open(spec: DecisionSpec, customer: Customer | None, actor: Actor, now: datetime) -> ValidationSession:
    told = spec.session
    assert told is not None  # noqa: S101 - validate() gave it a key
    ttl, unit = told.ttl or USUAL_TTL, told.ttl_unit or ValidationSession.Unit.DAYS.value
    columns = {
        "ttl": ttl,
        "ttl_unit": unit,
        "created_at": now,
        "expires_at": now + lifetime(ttl, unit),
        "customer": customer,
        **channel_of(actor),
    }
    session, _ = ValidationSession.objects.update_or_create(key=told.key, defaults=columns)
    return session


def _hold(session: ValidationSession, loaded: Loaded, outcome: Outcome, actor: Actor, now: datetime) -> None:
    """Vouchers and cards by guarded statements in primary key order, then counters, the hottest last."""
    steps = outcome.with_status(Status.APPLICABLE)
    touched = [row.pk for entry in loaded.found if isinstance(row := entry.row, Voucher)]
    held = Hold.objects.filter(session=session, voucher__isnull=False).values("voucher")
    lock(Voucher.objects.filter(Q(pk__in=touched) | Q(pk__in=held)).only("pk"))
    before = holds.release_all(session_key=session.key)
    rows = _rows(session, loaded, steps)
    relied_on = list(guarded(loaded, outcome))
    kept = held_moves(loaded, relied_on)
    _store_counts(rows, loaded, relied_on)
    _hold_vouchers(rows, before)
    for tally, back in before.counters.items():
        kept[tally] = replace(kept.get(tally, Move()), back=back)
    counter_moves.move(kept)
    payload = {"session_key": session.key, "expires_at": session.expires_at}
    events.emit("validation.session.locked", entity=session, actor=actor, now=now, payload=payload)


def _rows(session: ValidationSession, loaded: Loaded, steps: Sequence[Step]) -> dict[tuple[str, str], Hold]:
    rows = {}
    for step in steps:
        row = loaded.by_key[step.object.value, step.key].row
        rows[step.object.value, step.key] = Hold(
            session=session,
            voucher=row if isinstance(row, Voucher) else None,
            promotion_tier=row if isinstance(row, PromotionTier) else None,
            credits=step.credits_taken or 0,
            # What a card pays is no discount.
            discount_amount=step.order.total_applied_discount_amount
            if step.order and step.credits_taken is None
            else 0,
        )
    Hold.objects.bulk_create(rows.values())
    return rows


def _store_counts(
    rows: Mapping[tuple[str, str], Hold], loaded: Loaded, relied_on: Sequence[tuple[Guard, Tally]]
) -> None:
    counts: dict[tuple[int, int], HeldCount] = {}
    for guard, tally in relied_on:
        if not guard.amount or not loaded.counted[tally].id:
            continue
        hold = rows[guard.object.value, guard.key]
        counts[hold.pk, loaded.counted[tally].id] = HeldCount(
            hold=hold, counter_id=loaded.counted[tally].id, amount=guard.amount
        )
    HeldCount.objects.bulk_create(counts.values())


_HOLD_VOUCHER: Final = (
    "UPDATE promotions_voucher "
    "SET held_quantity = held_quantity + %(uses)s, "
    "gift_held = gift_held + CASE WHEN type = 'LOYALTY_CARD' THEN 0 ELSE %(credits)s END "
    "WHERE id = %(voucher)s AND (redemption_quantity IS NULL "
    "OR redemption_quantity >= redeemed_quantity + held_quantity + %(uses)s) "
    "AND (gift_balance IS NULL OR gift_balance >= gift_held + %(credits)s) RETURNING type"
)


def _hold_vouchers(rows: Mapping[tuple[str, str], Hold], before: Released) -> None:
    new = {hold.voucher_id: hold.credits for hold in rows.values() if hold.voucher_id is not None}
    with connection.cursor() as cursor:
        for pk in sorted(new.keys() | before.vouchers.keys()):
            own = before.vouchers.get(pk, NOTHING_HELD)
            uses, credits = int(pk in new) - own.own_uses, new.get(pk, 0) - own.own_credits
            cursor.execute(_HOLD_VOUCHER, {"voucher": pk, "uses": uses, "credits": credits})
            row = cursor.fetchone()
            if row is None:
                raise DecisionOutdated
            is_points = row[0] == Voucher.Type.LOYALTY_CARD and credits
            if is_points and not points.keeper().hold(voucher_id=pk, points=credits):
                raise DecisionOutdated


@retried
@transaction.atomic
def release(*, code: str, session_key: str, actor: Actor, now: datetime) -> None:
    """Let go of what a session holds of one voucher.

    :raises NotFound: no such voucher, or the session holds nothing of it.
    """
    voucher = known.get(code)
    released = holds.release_own(session_key=session_key, vouchers=[voucher.pk], tiers=[])
    if not released.vouchers:
        raise NotFound.of("session", session_key)
    holds.give_back(released)
    audit.log(actor, "voucher.session_released", voucher, now=now, after={"session_key": session_key})
    payload: dict[str, Any] = {"session_key": session_key, "voucher_id": voucher.public_id}
    events.emit("validation.session.released", entity=voucher, actor=actor, now=now, payload=payload)
    holds.forget_empty(session_key=session_key)


@retried
@transaction.atomic
def release_session(*, session_key: str, actor: Actor, now: datetime) -> None:
    """Let go of everything that a session holds.

    :raises NotFound: there is no such session.
    """
    session = ValidationSession.objects.filter(key=session_key).first()
    if session is None:
        raise NotFound.of("session", session_key)
    vouchers = Hold.objects.filter(session=session, voucher__isnull=False).values("voucher")
    lock(Voucher.objects.filter(pk__in=vouchers).only("pk"))
    holds.give_back(holds.release_all(session_key=session_key))
    audit.log(actor, "validation_session.released", session, now=now)
    payload = {"session_key": session_key}
    events.emit("validation.session.released", entity=session, actor=actor, now=now, payload=payload)
    holds.forget_empty(session_key=session_key)


@transaction.atomic
def tidy_away(*, now: datetime, batch_size: int = 200) -> int:
    """Give back what the oldest sessions that are over still keep; returns how many were tidied away."""
    over = list(
        ValidationSession.objects.filter(expires_at__lte=now)
        .order_by("expires_at", "pk")
        .select_for_update(skip_locked=True)[:batch_size]
    )
    if not over:
        return 0
    held = Hold.objects.filter(session__in=over, voucher__isnull=False).values("voucher")
    lock(Voucher.objects.filter(pk__in=held).only("pk"))
    holds.give_back(holds.release_sessions(sessions=[session.pk for session in over]))
    ValidationSession.objects.filter(pk__in=[session.pk for session in over]).delete()
    return len(over)
