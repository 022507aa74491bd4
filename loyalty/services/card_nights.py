"""What a night does to some cards, in the order of contract loyalty 11, and after downtime night by night.

Pending points become usable and rewards redeem themselves; tiers whose end has passed, or whose period
begins, are looked at; lots that ended leave; tiers that follow the balance are looked at again. Every step is
of the day on which it was due, whenever it runs, so that a week made up for is seven single nights.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max, Min

from commerce.models import Customer
from core.actors import Actor
from core.locking import lock, retried
from loyalty.models import LoyaltyCard, PendingPoints, PointsTransaction, ProgrammeNight, TierChange
from loyalty.selectors import tiers as selectors
from loyalty.selectors.tiers import Ladder
from loyalty.services import activating, after_points, expiring, tier_moves
from loyalty.tier_terms import Metric
from promotions.models import RewardAssignment, Voucher

type Boundaries = Mapping[int, Sequence[date]]
"""By programme, the first days of periods that nobody settled yet, up to today."""

_ACTOR: Final = Actor.system("loyalty", channel="TASK")
_ONE_DAY: Final = timedelta(days=1)


@dataclass(kw_only=True)
class _Programme:
    """The cards of one programme in a slice. `done` is the last night of each; `moved` its newest change."""

    ladder: Ladder
    cards: dict[int, LoyaltyCard]
    boundaries: Sequence[date]
    moved: Mapping[int, date]
    done: dict[int, date] = field(default_factory=dict)


@retried
@transaction.atomic
def settle(
    card_ids: Collection[int],
    *,
    today: date,
    boundaries: Boundaries,
    night: ProgrammeNight | None = None,
    now: datetime,
) -> int:
    """Do for these cards what is due up to `today`, in one transaction; how many had something due.

    With `night` its position moves along, so that a run that dies goes on behind these cards.
    """
    groups: defaultdict[int, dict[int, LoyaltyCard]] = defaultdict(dict)
    for card in _locked(card_ids):
        groups[card.campaign_id][card.pk] = card
    touched = 0
    ladders = selectors.ladders(groups)
    for campaign_id, cards in sorted(groups.items()):
        days = boundaries.get(campaign_id, ())
        programme = _Programme(
            ladder=ladders[campaign_id],
            cards=cards,
            boundaries=days,
            moved=_newest_changes(cards) if days else {},
        )
        touched += _settle_programme(programme, today, now)
    if night is not None:
        night.position = max(card_ids)
        night.save(update_fields=["position"])
    return touched


def _locked(card_ids: Collection[int]) -> list[LoyaltyCard]:
    """Cards; before them whatever a reward that redeems itself locks, in the order of the house."""
    rows = LoyaltyCard._base_manager.filter(pk__in=card_ids)
    campaigns = set(rows.values_list("campaign", flat=True))
    redeeming = RewardAssignment._base_manager.filter(
        campaign__in=campaigns, auto_redeem=True, deleted_at=None
    )
    own = rows.filter(campaign__in=redeeming.values("campaign"))
    vouchers = Voucher._base_manager.filter(pk__in=list(own.values_list("pk", flat=True)))
    holders = set(vouchers.exclude(holder=None).values_list("holder", flat=True))
    if holders:
        lock(Customer.objects.filter(pk__in=holders))
        lock(vouchers)
    return lock(rows)


def _newest_changes(card_ids: Collection[int]) -> dict[int, date]:
    rows = TierChange.objects.filter(card__in=card_ids).values_list("card").annotate(day=Max("day"))
    return dict(rows)


def _settle_programme(programme: _Programme, today: date, now: datetime) -> int:
    while due := _due(programme, today):
        day = min(due.values())
        cards = [programme.cards[pk] for pk in sorted(due) if due[pk] == day]
        for card in cards:
            if programme.done.get(card.pk, date.min) >= day:
                raise RuntimeError(f"The night of {day} leaves card {card.pk} as it was.")
            programme.done[card.pk] = day
        _one_night(programme, cards, day, now)
    return len(programme.done)


def _due(programme: _Programme, today: date) -> dict[int, date]:
    """By card, the first night on which something waits."""
    pks = list(programme.cards)
    found: dict[int, date] = {}

    def note(pk: int, day: date) -> None:
        found[pk] = min(day, found.get(pk, day))

    waiting = PendingPoints._base_manager.filter(
        card__in=pks, state=PendingPoints.State.PENDING, activates_on__lte=today
    )
    for pk, day in waiting.values_list("card").annotate(first=Min("activates_on")):
        note(pk, day)
    for pk, day in expiring.lots_due(pks, up_to=today - _ONE_DAY).items():
        note(pk, day + _ONE_DAY)
    for pk, card in programme.cards.items():
        if card.tier_id is not None and card.tier_until is not None and card.tier_until < today:
            note(pk, card.tier_until + _ONE_DAY)
        after = programme.done.get(pk, date.min)
        before = programme.moved.get(pk, date.min)
        begins = next((day for day in programme.boundaries if day > after and day >= before), None)
        if begins is not None:
            note(pk, begins)
    return found


def _one_night(programme: _Programme, cards: Sequence[LoyaltyCard], day: date, now: datetime) -> None:
    was = {card.pk: card.balance for card in cards}
    credited = _activate(cards, day, now)
    for card in credited:
        after_points.redeem(card, now=now)
    begins = day in programme.boundaries
    looked_at = [card for card in cards if begins or card in credited or _is_over(card, day)]
    _evaluate(programme, looked_at, day, was, now)
    was = {card.pk: card.balance for card in cards}
    lines = expiring.expire(cards, up_to=day - _ONE_DAY, day=day, now=now)
    if programme.ladder.terms.metric is Metric.BALANCE:
        lost = {line.card_id for line in lines}
        _evaluate(programme, [card for card in cards if card.pk in lost], day, was, now)


def _is_over(card: LoyaltyCard, day: date) -> bool:
    return card.tier_id is not None and card.tier_until is not None and card.tier_until < day


def _activate(cards: Sequence[LoyaltyCard], day: date, now: datetime) -> list[LoyaltyCard]:
    """The cards that got points."""
    by_pk = {card.pk: card for card in cards}
    rows = PendingPoints._base_manager.filter(
        card__in=list(by_pk), state=PendingPoints.State.PENDING, activates_on__lte=day
    )
    lines = activating.activate(
        rows.order_by("activates_on", "pk"),
        cards=by_pk,
        day=day,
        source=PointsTransaction.AUTOMATION,
        actor=_ACTOR,
        now=now,
    )
    return [by_pk[pk] for pk in sorted({line.card_id for line in lines})]


def _evaluate(
    programme: _Programme, cards: Sequence[LoyaltyCard], day: date, was: Mapping[int, int], now: datetime
) -> None:
    if cards:
        tier_moves.evaluate_all(
            cards, ladder=programme.ladder, cause=tier_moves.NIGHTLY, day=day, was=was, now=now
        )
