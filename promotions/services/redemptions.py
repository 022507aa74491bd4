"""Use redeemables: all of a request or none, in one transaction. Contract: semantics-core 8.

Order of the statements: the order's row is locked first, then the customer is written, then everything is
read and decided, then facts are inserted, and the counters come last, by guarded statements in one order for
all. A counter that everybody wants is so held only for the length of the commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from commerce.models import Customer, Order
from commerce.selectors import orders as order_resolution
from commerce.services import customers, orders
from core import events, project
from core.actors import Actor
from core.idempotency import UNKEYED, Once
from core.ids import new_id
from core.instants import format_instant
from core.journal import Journal
from core.locking import retried
from core.prepared import insert
from engine import ApplicationMode, Outcome, Reason, ReasonKey, Status, Step, evaluate
from promotions.channels import channel_of
from promotions.models import BudgetDraw, Redemption
from promotions.redeemables import NOTHING_HELD, Found, NotRedeemable, kind_of
from promotions.selectors import snapshots, stacking_rules, stacks, stops, versions
from promotions.selectors.order_snapshots import order_snapshot
from promotions.selectors.readable import with_names
from promotions.selectors.snapshots import Loaded
from promotions.services import counter_moves, counting, holds, ledger, stopped
from promotions.services.counter_moves import DecisionOutdated, Move
from promotions.services.counting import Taking
from promotions.services.holds import Released
from promotions.services.uses import Counting, Use, counting_of, note_units, tell_thresholds, uses_of
from promotions.services.validations import DecisionSpec, asking_of, tracking_of

_NOT_FOUND_STATUS: Final = 404
_STORE_LENGTH: Final = 100


class NoApplicableRedeemables(NotRedeemable):
    key = "no_applicable_redeemables"
    message = "No applicable redeemables"


@dataclass(frozen=True, kw_only=True)
class Redeemed:
    """What one request used. `parent` is set when several redeemables were used together."""

    redemptions: tuple[Redemption, ...]
    parent: Redemption | None
    order: Order | None
    loaded: Loaded
    outcome: Outcome


class UsedOnOrder(NotRedeemable):
    status = 409
    key = "already_redeemed_on_order"
    message = "Already redeemed on this order"

    def __init__(self, *, redeemable_id: str, redeemable_type: str) -> None:
        super().__init__(
            "The order used it before. Roll that redemption back first, or send an Idempotency-Key with the "
            "first call and with each repetition.",
            redeemable_id=redeemable_id,
            redeemable_type=redeemable_type,
        )


@retried
def redeem(*, spec: DecisionSpec, actor: Actor, now: datetime, once: Once[Redeemed] = UNKEYED) -> Redeemed:
    """Use every redeemable of the request (in mode PARTIAL: every one that applies).

    :raises NotRedeemable: one of them cannot be used. Nothing was changed, but the attempt is on record as a
        FAILURE row, named by `resource_id`.
    :raises UsedOnOrder: the order used one of them before, as when a call is repeated without a key.
    """

    def attempt(counters: Taking) -> Redeemed:
        with transaction.atomic():
            once.claim()
            redeemed = _redeem(spec, counters, actor, now)
            once.keep(redeemed)
            return redeemed

    try:
        return counting.decided(attempt)
    except NotRedeemable as refusal:
        failed = _record_failure(spec, refusal, actor, now)
        refusal.resource_id, refusal.resource_type = failed.public_id, "redemption"
        raise


def _redeem(spec: DecisionSpec, counters: Taking, actor: Actor, now: datetime) -> Redeemed:
    settings, category_rules = stacking_rules.of_project()
    resolved = None
    if spec.order:
        orders.hold_name(spec=spec.order)
        orders.apply_overrides(spec=spec.order, actor=actor, now=now)
        resolved = order_resolution.resolve(spec.order, lock=True)
    customer = (
        customers.hold_from_payload(payload=spec.customer, actor=actor, now=now) if spec.customer else None
    )
    asking = replace(asking_of(spec, resolved, customer, settings, actor, now), category_rules=category_rules)
    loaded = snapshots.load(requested=spec.redeemables, asking=asking, counters=counters)
    outcome = evaluate(loaded.snapshot)
    _refuse_invalid(loaded, outcome)
    rows = _rows(
        spec, loaded, outcome, tracking_of(spec.tracking_id, spec.customer, settings) or "", actor, now
    )
    uses = uses_of(loaded, outcome, rows)
    journal = Journal()
    order = _store_order(spec, outcome, rows, customer, loaded, journal, actor, now)
    _insert(rows, uses, order)
    note_units(uses)
    counted = counting_of(loaded, outcome, uses)
    if counted.draws:
        BudgetDraw.objects.bulk_create(counted.draws)
    if customer is not None and order is None:
        customers.count_redemptions(customer_id=customer.pk, succeeded=len(uses))
    _say(rows, journal)
    journal.write(actor, now, is_stored=False)
    stopped.note_drills(loaded, uses, now)
    _consume(loaded, uses, counted, spec.session_key, journal, actor, now)
    stopped.look_again(loaded)
    parent = rows[0] if len(uses) > 1 else None
    return Redeemed(
        redemptions=tuple(rows[1:] if parent else rows),
        parent=parent,
        order=order,
        loaded=loaded,
        outcome=outcome,
    )


def _insert(rows: list[Redemption], uses: list[Use], order: Order | None) -> None:
    """The database refuses what the order used before."""
    for row in rows:
        row.order = order
        try:
            insert(row)
        except IntegrityError as error:
            if counting.constraint_of(error) not in _ONCE_PER_ORDER:
                raise
            use = next(use for use in uses if use.row is row)
            raise UsedOnOrder(redeemable_id=use.step.key, redeemable_type=use.step.object.value) from error


_ONCE_PER_ORDER: Final = frozenset({"redemption_voucher_once_per_order", "redemption_tier_once_per_order"})


def _refuse_invalid(loaded: Loaded, outcome: Outcome) -> None:
    if outcome.valid and outcome.with_status(Status.APPLICABLE):
        return
    refused = outcome.with_status(Status.INAPPLICABLE)
    partial = loaded.snapshot.stacking_rules.redeemables_application_mode is ApplicationMode.PARTIAL
    if partial or not refused:
        raise NoApplicableRedeemables("None of the redeemables can be applied.")
    readable = with_names(loaded, replace(outcome, steps=refused[:1]))
    raise refusal_of(readable.steps[0])


def refusal_of(step: Step) -> NotRedeemable:
    """The engine's reason as the contract's error."""
    reason = step.reason
    assert reason is not None  # noqa: S101 - only steps that do not apply come here, and they have one
    return NotRedeemable(
        explain(reason),
        key=reason.key.value,
        message=reason.message,
        status=_NOT_FOUND_STATUS if reason.key is ReasonKey.NOT_FOUND else 400,
        resource_id=reason.resource_id,
        resource_type=reason.resource_type,
        custom_message=reason.custom_message,
        redeemable_id=step.key,
        redeemable_type=step.object.value,
    )


def explain(reason: Reason) -> str:
    """Details and remedy in one sentence or two, for people."""
    return ". ".join(text for text in (reason.details, reason.remedy) if text)


def _rows(
    spec: DecisionSpec, loaded: Loaded, outcome: Outcome, tracking_id: str, actor: Actor, now: datetime
) -> list[Redemption]:
    """Unsaved rows: the single redemption, or the parent followed by its children in application order."""
    steps = outcome.with_status(Status.APPLICABLE)
    shared = _shared(spec, loaded.customer, tracking_id, loaded.calling.store, actor, now)
    decision = {"snapshot": loaded.snapshot.to_json(), "outcome": outcome.to_json()}
    order = loaded.order_with(outcome.added)
    rows: list[Redemption] = []
    parent = None
    if len(steps) > 1:
        parent = Redemption(
            **shared,
            **decision,
            related_object_type=Redemption.RelatedObject.REDEMPTION,
            version_ids=_versions(loaded, loaded.found),
            order_amount=outcome.order.amount if outcome.order else None,
            discount_amount=outcome.order.total_applied_discount_amount if outcome.order else 0,
            order_snapshot=order_snapshot(outcome.order, order),
        )
        rows.append(parent)
    for step in steps:
        found = loaded.by_key[step.object.value, step.key]
        rows.append(
            Redemption(
                **shared,
                **(decision if parent is None else {}),
                **kind_of(step.object.value).references(found),
                parent=parent,
                credits=step.credits_taken,
                version_ids=_versions(loaded, [found]),
                order_amount=step.order_value,
                discount_amount=step.order.total_applied_discount_amount if step.order else 0,
                order_snapshot=order_snapshot(step.order, order),
            )
        )
    return rows


def _versions(loaded: Loaded, found: Sequence[Found]) -> list[int]:
    """The versions of these redeemables, their campaigns, rules and budgets."""
    campaigns = {entry.campaign.pk for entry in found if entry.campaign is not None}
    budgets = loaded.wanted.budgets if loaded.wanted is not None else ()
    of_budgets = {one.version_id for one in budgets if campaigns.intersection(one.campaigns)}
    return sorted({*versions.ids_of(found), *(pk for pk in of_budgets if pk is not None)})


def _shared(
    spec: DecisionSpec, customer: Customer | None, tracking_id: str, store: str, actor: Actor, now: datetime
) -> dict[str, Any]:
    return {
        "redeemed_at": now,
        "result": Redemption.Result.SUCCESS,
        "status": Redemption.Status.SUCCEEDED,
        "customer": customer,
        "metadata": dict(spec.metadata),
        "tracking_id": tracking_id,
        "store": store[:_STORE_LENGTH],
        **channel_of(actor),
    }


def _store_order(
    spec: DecisionSpec,
    outcome: Outcome,
    rows: list[Redemption],
    customer: Customer | None,
    loaded: Loaded,
    journal: Journal,
    actor: Actor,
    now: datetime,
) -> Order | None:
    resolved = loaded.order_with(outcome.added)
    if spec.order is None or resolved is None or outcome.order is None:
        return None
    return orders.store(
        resolved=resolved,
        state=outcome.order,
        customer=customer,
        redemptions=_order_map(rows, now),
        redeemed=len(outcome.with_status(Status.APPLICABLE)),
        journal=journal,
        actor=actor,
        now=now,
    )


def _order_map(rows: list[Redemption], now: datetime) -> dict[str, Any]:
    """What `order.redemptions` says about this request (contract: 8.3)."""

    def entry(row: Redemption) -> dict[str, Any]:
        target = row.voucher or row.promotion_tier
        wire = {
            "date": format_instant(now),
            "related_object_type": row.related_object_type,
            "related_object_id": target.public_id if target else row.public_id,
        }
        if row.campaign:
            wire["related_object_parent_id"] = row.campaign.public_id
        return wire

    head, *children = rows
    wire = entry(head)
    if children:
        wire["stacked"] = [child.public_id for child in children]
    return {head.public_id: wire}


def _consume(
    loaded: Loaded,
    uses: list[Use],
    counted: Counting,
    session_key: str,
    journal: Journal,
    actor: Actor,
    now: datetime,
) -> None:
    """Take the uses, and let go of what the session held of them.

    Vouchers before tiers, each in primary key order, campaigns, then counters, the hottest last: two requests
    never wait for each other in a ring. What webhooks are told is looked at before the hottest are held.
    """

    def place(use: Use) -> tuple[bool, int]:
        return use.step.object.value != "voucher", use.found.row.pk if use.found.row else 0

    released = _release(uses, session_key)
    for use in sorted(uses, key=place):
        own = released.vouchers.get(use.row.voucher_id or 0, NOTHING_HELD)
        if use.found.candidate.uses.granted and not own.own_uses:
            raise DecisionOutdated  # the same session was redeemed by another call meanwhile
        found = replace(use.found, held=own)
        kind_of(use.step.object.value).consume(found, use.step, redemption=use.row, now=now)
    journal.capture()
    ledger.tell([use.row for use in uses if use.row.credits], actor, now)
    counting.hold_campaigns({use.row.campaign_id for use in uses if use.row.campaign_id is not None})
    moves = dict(counted.moves)
    for tally, back in released.counters.items():
        moves[tally] = replace(moves.get(tally, Move()), back=back)
    after = counter_moves.move(moves)
    tell_thresholds(loaded, counted, after, actor, now)


def _release(uses: list[Use], session_key: str) -> Released:
    if not session_key:
        return Released()
    vouchers = {use.row.voucher_id for use in uses if use.row.voucher_id is not None}
    tiers = {use.row.promotion_tier_id for use in uses if use.row.promotion_tier_id is not None}
    return holds.release_own(session_key=session_key, vouchers=vouchers, tiers=tiers)


def _say(rows: list[Redemption], journal: Journal) -> None:
    for row in rows:
        if row.related_object_type != Redemption.RelatedObject.REDEMPTION:
            journal.say("redemption.succeeded", row, _payload(row))


def _payload(row: Redemption) -> dict[str, Any]:
    return {
        "redemption_id": row.public_id,
        "voucher_id": row.voucher.public_id if row.voucher else None,
        "promotion_tier_id": row.promotion_tier.public_id if row.promotion_tier else None,
        "campaign_id": row.campaign.public_id if row.campaign else None,
        "customer_id": row.customer.public_id if row.customer else None,
        "order_id": row.order.public_id if row.order else None,
        "discount_amount": row.discount_amount,
        "failure_code": row.failure_code or None,
    }


@transaction.atomic
def _record_failure(spec: DecisionSpec, refusal: NotRedeemable, actor: Actor, now: datetime) -> Redemption:
    """The one trace of a refused attempt (INVARIANTS R5): which redeemable, and why."""
    settings = project.current()
    customer = customers.find_for_payload(payload=spec.customer) if spec.customer else None
    redeemables = stacks.expanded(spec.redeemables)
    requested = next((entry for entry in redeemables if entry.id == refusal.redeemable_id), redeemables[0])
    kind = kind_of(requested.object)
    row = kind.find([requested.id], settings).get(requested.id)
    references = (
        dict(kind.references(kind.describe(requested, row)))
        if row is not None
        else {"related_object_type": requested.object, "voucher_code": requested.id}
    )
    failed = Redemption(
        **{
            **_shared(
                spec,
                customer,
                tracking_of(spec.tracking_id, spec.customer, settings) or "",
                stops.store_of(actor, spec.metadata, spec.order.metadata if spec.order else None),
                actor,
                now,
            ),
            **references,
            "public_id": new_id("rf"),
            "result": Redemption.Result.FAILURE,
            "status": Redemption.Status.FAILED,
            "failure_code": refusal.key,
            "failure_message": ". ".join(text for text in (refusal.message, refusal.details) if text),
        }
    )
    failed.save(force_insert=True)
    stopped.note_refusal(failed, refusal, now)
    if customer is not None:
        customers.count_redemptions(customer_id=customer.pk, failed=1)
    events.emit("redemption.failed", entity=failed, actor=actor, now=now, payload=_payload(failed))
    return failed
