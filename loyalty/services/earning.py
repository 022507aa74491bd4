"""Points for what customers do: each rule once for each cause, into the ledger or pending.

Contract: loyalty 5.3, 5.4. Order of locks: order, customer, code, card, rules with a cap of everybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Sum

from commerce.models import Customer
from core import events, project
from core.actors import Actor
from core.errors import DomainError
from core.locking import lock, retried
from loyalty.earning import limited
from loyalty.models import Earning, EarningRule, LoyaltyCard, PendingPoints, PointsTransaction, TierMapping
from loyalty.programmes import Programme
from loyalty.selectors import cards, earning_looks, tiers
from loyalty.selectors.earning_looks import Happened, Look
from loyalty.services import after_points, card_locks, ledger, pending, reversals
from loyalty.services.ledger import Account, Type, Why
from promotions.models import Campaign, Voucher
from promotions.services import publications
from promotions.services.publication_specs import PublicationSpec

DEEPEST: Final = 10
"""Points for a tier may bring the next tier, and so on (contract: loyalty 10.3)."""


def earn(happened: Happened, *, actor: Actor, now: datetime) -> list[Earning]:
    """Let all rules of all programmes say what it is worth; what was given now. Safe to repeat."""
    if happened.customer is None or happened.depth > DEEPEST:
        return []
    rules = earning_looks.in_force(happened.event)
    if not rules:
        return []
    by_programme: defaultdict[int, list[EarningRule]] = defaultdict(list)
    for rule in rules:
        by_programme[rule.campaign_id].append(rule)
    given: list[Earning] = []
    for _, own in sorted(by_programme.items()):
        given += _earn_in(own[0].campaign, own, happened, actor, now)
    return given


@retried
@transaction.atomic
def _earn_in(
    campaign: Campaign, rules: Sequence[EarningRule], happened: Happened, actor: Actor, now: datetime
) -> list[Earning]:
    assert happened.customer is not None  # noqa: S101 - whoever is nobody earns nothing
    looks = [look for look in earning_looks.looks(rules, happened) if look.basis is not None]
    if not looks:
        return []
    voucher = card_of(campaign, happened.customer, named=happened.card, at=happened.at)
    if voucher is None:
        if happened.card or not Programme.of(campaign).auto_join:
            return []
        voucher = _joined(campaign, happened, actor, now)
    if voucher is None:
        return []
    return _give(voucher, [look.rule for look in looks], happened, actor, now)


def card_of(campaign: Campaign, customer: Customer, *, named: str = "", at: datetime) -> Voucher | None:
    """The card that earns: the one that was named, else the customer's first that may be used."""
    found = cards.named(campaign, named) if named else cards.of_customer(campaign, customer)
    return next((card for card in found if cards.is_usable(card, at)), None)


def _joined(campaign: Campaign, happened: Happened, actor: Actor, now: datetime) -> Voucher | None:
    """The first fulfilled rule makes him a member (contract: loyalty 2, `auto_join`).

    None where the programme has no card left, or he has one that may not be used.
    """
    assert happened.customer is not None  # noqa: S101 - as above
    spec = PublicationSpec(
        customer={"id": happened.customer.public_id},
        campaign=campaign.public_id,
        join_once=True,
        cause=f"auto_join:{campaign.public_id}",
    )
    try:
        with transaction.atomic():
            published = publications.publish(spec=spec, actor=actor, now=now)
    except DomainError:
        return None
    pks = [one.pk for one in published.vouchers]
    return card_of(campaign, happened.customer, at=max(now, happened.at)) if pks else None


def _give(
    voucher: Voucher, rules: Sequence[EarningRule], happened: Happened, actor: Actor, now: datetime
) -> list[Earning]:
    """Under the card's lock: what each rule gives by the tier that is held, within its caps."""
    if not LoyaltyCard._base_manager.filter(pk=voucher.pk).exists():
        lock(Customer.objects.filter(pk=voucher.holder_id or 0))
        lock(Voucher._base_manager.filter(pk=voucher.pk))
        ledger.opened(voucher, actor=actor, now=now)
    card = card_locks.member(voucher.pk)
    day = project.day_of(happened.at)
    done = set(_earned(card, happened).values_list("rule", flat=True))
    waiting = [rule for rule in rules if rule.pk not in done]
    if not waiting:
        return []
    held = tiers.card_with_tier(card.pk, now=happened.at)
    mappings = tiers.rule_mappings(held)
    was, given, is_credit = card.balance, [], False
    for look in earning_looks.looks(waiting, happened, mappings=mappings, is_decided=True):
        basis = look.basis and limited(look.basis, _left(look.rule, card, day))
        if basis is None:
            continue
        row = Earning.objects.create(
            rule=look.rule,
            card=card,
            cause_type=happened.cause[0],
            cause_id=happened.cause[1],
            order=happened.stored,
            points=basis.result(),
            basis=basis.to_json(),
            day=day,
            created_at=now,
        )
        details = _details(look, happened, held, mappings.get(look.rule.pk))
        is_credit |= _into_books(row, card, happened, details, day, actor, now)
        given.append(row)
    if given:
        after_points.settle(card, cause=_cause(happened), now=now, was=was, is_credit=is_credit)
        if happened.stored is not None:
            reversals.settle_card(card, happened.stored, cause="late", actor=actor, now=now)
    return given


def _earned(card: LoyaltyCard, happened: Happened) -> Any:
    return Earning.objects.filter(card=card, cause_type=happened.cause[0], cause_id=happened.cause[1])


def _cause(happened: Happened) -> str:
    """Points for a tier count how deep they are, so that no circle goes on for ever."""
    return f"tier:{happened.depth + 1}" if happened.cause[0] == Earning.Cause.TIER else "accrual"


def _into_books(
    row: Earning,
    card: LoyaltyCard,
    happened: Happened,
    details: Mapping[str, Any],
    day: date,
    actor: Actor,
    now: datetime,
) -> bool:
    """To the card at once, or pending; True: at once."""
    entry: PendingPoints | None = None
    line: PointsTransaction | None = None
    if row.rule.pending_days:
        entry = pending.add(
            card=card,
            points=row.points,
            activates_on=day + timedelta(days=row.rule.pending_days),
            earning=row,
            order=happened.stored,
            details=details,
            actor=actor,
            now=now,
        )
    else:
        line = ledger.credit(
            card,
            row.points,
            type=Type.ACCRUAL,
            account=Account.PROGRAMME,
            expires_on=ledger.ends_on(card, day, rules=row.rule.expiration_rules),
            why=Why(
                actor=actor,
                now=now,
                cause=f"earning:{row.pk}",
                day=day,
                source=PointsTransaction.AUTOMATION,
                earning=row,
                details=details,
            ),
        )
    _tell(row, card, happened, line, entry, actor, now)
    return line is not None


def _tell(
    row: Earning,
    card: LoyaltyCard,
    happened: Happened,
    line: PointsTransaction | None,
    entry: PendingPoints | None,
    actor: Actor,
    now: datetime,
) -> None:
    voucher = Voucher._base_manager.select_related("holder", "campaign").get(pk=card.pk)
    if voucher.holder is None or voucher.campaign is None:
        return
    payload: dict[str, Any] = {
        "voucher_id": voucher.public_id,
        "campaign_id": voucher.campaign.public_id,
        "earning_rule_id": row.rule.public_id,
        "points": row.points,
        "campaign": voucher.campaign.name,
        "code": voucher.code,
    }
    if line is not None:
        payload["transaction_id"] = line.public_id
    if entry is not None:
        payload["pending_points_id"] = entry.public_id
    if happened.stored is not None:
        payload["order_id"] = happened.stored.public_id
    elif happened.cause[0] == Earning.Cause.EVENT:
        payload["event_id"] = happened.cause[1]
    events.emit(
        "customer.rewarded.loyalty_points", entity=voucher.holder, actor=actor, now=now, payload=payload
    )


def _details(
    look: Look, happened: Happened, held: LoyaltyCard | None, mapping: TierMapping | None
) -> dict[str, Any]:
    """References in wire form. Contract: loyalty 4."""
    rule = look.rule
    said: dict[str, Any] = {"earning_rule": {"id": rule.public_id, "source": {"banner": rule.banner}}}
    if rule.segment is not None:
        said["segment"] = {"id": rule.segment.public_id, "name": rule.segment.name}
    if rule.event_schema is not None:
        said["event_schema"] = {"id": rule.event_schema.public_id, "name": rule.event_schema.name}
    if held is not None and held.tier is not None:
        said["holder_loyalty_tier"] = {"id": held.tier.public_id, "name": held.tier.name}
        if mapping is not None:
            said["loyalty_tier"] = said["holder_loyalty_tier"]
    return {**said, **happened.details}


def _left(rule: EarningRule, card: LoyaltyCard, day: date) -> int | None:
    """How many points the rule may still give this card on this day; None: as many as it likes.

    What everybody shares is decided under the lock of the rule.
    """
    if any(cap["per"] == "PROGRAMME" for cap in rule.caps):
        lock(EarningRule._base_manager.filter(pk=rule.pk))
    left = [int(cap["points"]) - _used(rule, card, cap, day) for cap in rule.caps]
    return max(0, min(left)) if left else None


def _used(rule: EarningRule, card: LoyaltyCard, cap: Mapping[str, Any], day: date) -> int:
    rows = Earning.objects.filter(rule=rule)
    if cap["per"] == "CARD":
        rows = rows.filter(card=card)
    match cap["period"]:
        case "DAY":
            rows = rows.filter(day=day)
        case "WEEK":
            monday = day - timedelta(days=day.weekday())
            rows = rows.filter(day__range=(monday, monday + timedelta(days=6)))
        case "MONTH":
            rows = rows.filter(day__year=day.year, day__month=day.month)
    sums = rows.aggregate(points=Sum("points"), back=Sum("reversed_points"))
    return (sums["points"] or 0) - (sums["back"] or 0)
