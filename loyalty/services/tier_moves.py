"""Cards move between tiers: decided by `loyalty.qualification`, written down and told here.

Contract: loyalty 10.3. Whoever moves points asks once, at the end of its transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from commerce.models import Customer
from core import events, project
from core.actors import Actor
from loyalty import qualification
from loyalty.models import LoyaltyCard, LoyaltyTier, TierChange
from loyalty.qualification import Figures, Move, Standing
from loyalty.selectors import tiers as selectors
from loyalty.selectors.tiers import Ladder
from loyalty.services import telling
from promotions.models import Voucher

NIGHTLY: Final = "nightly"
STRUCTURE: Final = "structure"
_SYSTEM: Final = Actor.system("loyalty", channel="TASK")
_HELD: Final = """
UPDATE loyalty_loyaltycard AS card
SET tier_id = new.tier_id, tier_since = new.since, tier_until = new.until
FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::date[]) AS new (voucher_id, tier_id, since, until)
WHERE card.voucher_id = new.voucher_id
"""


def evaluate(
    card: LoyaltyCard,
    *,
    cause: str,
    now: datetime,
    day: date | None = None,
    was: int | None = None,
    actor: Actor = _SYSTEM,
) -> TierChange | None:
    """Give the card the tier that it qualifies for; what changed, or None.

    The card is locked and its numbers are fresh. `cause` names what moved its points. `day` is today, if
    nothing is said. `was` is the balance before: with it a tier that is reached anew lasts longer
    (BALANCE and CUSTOM).
    """
    day = day or project.day_of(now)
    before = {} if was is None else {card.pk: was}
    ladder = selectors.ladder(card.campaign_id)
    changes = evaluate_all([card], ladder=ladder, cause=cause, day=day, was=before, now=now, actor=actor)
    return changes[0] if changes else None


def evaluate_all(
    cards: Sequence[LoyaltyCard],
    *,
    ladder: Ladder,
    cause: str,
    day: date,
    was: Mapping[int, int] | None = None,
    refresh: bool = False,
    now: datetime,
    actor: Actor = _SYSTEM,
) -> list[TierChange]:
    """As `evaluate` for many cards of one programme, in a constant number of statements.

    `was` by primary key. `refresh`: the programme's terms changed and ends follow them (contract 10.5).
    """
    if not ladder.tiers and all(card.tier_id is None for card in cards):
        return []
    collected = selectors.collected(cards, ladder, day)
    decide = qualification.refreshed if refresh else qualification.settled
    removed = _removed(cards, ladder)
    moved: list[tuple[LoyaltyCard, TierChange]] = []
    for card in cards:
        held = selectors.standing(card, ladder)
        balance_before = None if was is None else was.get(card.pk)
        figures = Figures(balance=card.balance, collected=collected(card), was=balance_before)
        new = decide(ladder.terms, ladder.tiers, held, figures, day)
        gone = removed.get(card.tier_id or 0)
        kind = _kind_after_removed(gone, new) if gone else qualification.move(held, new, refreshed=refresh)
        if kind is not None:
            change = _change(card, gone or held.tier, new, kind)
            change.cause, change.day, change.created_at = cause[:64], day, now
            moved.append((card, change))
    if moved:
        _write(moved, actor=actor, now=now)
    return [change for _, change in moved]


def _removed(cards: Sequence[LoyaltyCard], ladder: Ladder) -> dict[int, LoyaltyTier]:
    """Tiers that cards still hold although the programme has them no longer."""
    gone = {card.tier_id for card in cards if card.tier_id} - {tier.pk for tier in ladder.tiers}
    return LoyaltyTier._base_manager.in_bulk(gone) if gone else {}


def _kind_after_removed(removed: LoyaltyTier, new: Standing[LoyaltyTier]) -> Move:
    if new.tier is None:
        return Move.LEFT
    return Move.UPGRADED if new.tier.points_from > removed.points_from else Move.DOWNGRADED


def _change(card: LoyaltyCard, old: LoyaltyTier | None, new: Standing[LoyaltyTier], kind: Move) -> TierChange:
    """The row of what happened; the card's columns are set, not saved."""
    card.tier, card.tier_since, card.tier_until = new.tier, new.since, new.until
    return TierChange(card=card, kind=kind.value, from_tier=old, to_tier=new.tier, until=new.until)


def _write(moved: Sequence[tuple[LoyaltyCard, TierChange]], *, actor: Actor, now: datetime) -> None:
    cards = [card for card, _ in moved]
    with connection.cursor() as cursor:
        cursor.execute(
            _HELD,
            [
                [card.pk for card in cards],
                [card.tier_id for card in cards],
                [card.tier_since for card in cards],
                [card.tier_until for card in cards],
            ],
        )
    TierChange.objects.bulk_create([change for _, change in moved])
    rows = Voucher._base_manager.filter(pk__in=[card.pk for card in cards], holder__isnull=False)
    vouchers = {row.pk: row for row in rows.select_related("holder", "campaign")}
    told: defaultdict[str, list[tuple[Customer, dict[str, Any]]]] = defaultdict(list)
    for card, change in moved:
        voucher = vouchers.get(card.pk)
        if voucher is not None and voucher.holder is not None:
            payload = _payload(voucher, change)
            told[f"customer.loyalty.tier.{change.kind}"].append((voucher.holder, payload))
            if change.cause in (NIGHTLY, STRUCTURE):
                told["customer.loyalty.updated"].append((voucher.holder, telling.ids(voucher)))
    for name, entities in told.items():
        for part in telling.apart(entities):
            events.emit_all(name, entities=part, actor=actor, now=now)


def _payload(voucher: Voucher, change: TierChange) -> dict[str, Any]:
    """With the names that a message to the customer may speak of."""
    payload = {**telling.ids(voucher), "tier_change_id": change.public_id, "code": voucher.code}
    if voucher.campaign is not None:
        payload["campaign"] = voucher.campaign.name
    named = change.to_tier or change.from_tier
    if named is not None:
        payload["tier"] = named.name
    if change.from_tier is not None:
        payload["loyalty_tier_from"] = change.from_tier.public_id
    if change.to_tier is not None:
        payload["loyalty_tier_to"] = change.to_tier.public_id
    return payload
