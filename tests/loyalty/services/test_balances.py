"""Points by hand: added, taken, moved, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.actors import Actor
from core.errors import InvalidPayload, NotFound
from core.models import AuditEntry
from loyalty.models import LoyaltyCard, PendingPoints, PointsLot, PointsTransaction
from loyalty.services import balances, card_locks, ledger, pending, transfers
from loyalty.services.transfers import Donation
from promotions.models import Voucher
from promotions.points import PointsExceeded
from tests.conftest import NOW
from tests.loyalty.books import card as empty_card
from tests.loyalty.members import adds_up, lines, member, programme, said, tier

pytestmark = pytest.mark.django_db

ACTOR = Actor.system("tests")
MONTH = {"period_type": "MONTH", "period_value": 1}


@pytest.fixture
def anna() -> LoyaltyCard:
    return member(programme(expiration_rules=MONTH), "ANNA")


def adjust(card: LoyaltyCard, points: int, **more: Any) -> PointsTransaction:
    return balances.adjust(card_id=card.pk, points=points, actor=ACTOR, now=NOW, **more)


def lots(card: LoyaltyCard) -> list[tuple[date | None, int]]:
    rows = PointsLot.objects.filter(card=card).order_by("expires_on")
    return [(row.expires_on, row.remaining) for row in rows]


def test_adds_points_that_end_as_the_programme_says(anna: LoyaltyCard) -> None:
    line = adjust(anna, 50, reason="Late", source_id="case-7")

    assert (line.type, line.account, line.amount, line.balance) == ("POINTS_ADDITION", "ADJUSTED", 50, 50)
    assert (line.reason, line.source_id) == ("Late", "case-7")
    assert lots(anna) == [(date(2026, 4, 10), 50)]
    adds_up([anna])
    entry = AuditEntry.objects.get(action="loyalty_card.adjusted")
    assert entry.after == {"balance": 50, "points": 50, "reason": "Late"}
    assert [name for name, _ in said("voucher.loyalty_card")] == [
        "voucher.loyalty_card.transaction.created",
        "voucher.loyalty_card.points_added",
    ]


@pytest.mark.parametrize(
    ("more", "ends"),
    [
        ({"expiration_type": "NON_EXPIRING"}, None),
        ({"expiration_type": "CUSTOM_DATE", "expires_on": date(2026, 3, 10)}, date(2026, 3, 10)),
        ({"expiration_type": "PROGRAM_RULES"}, date(2026, 4, 10)),
    ],
)
def test_added_points_end_as_was_asked(anna: LoyaltyCard, more: dict[str, Any], ends: date | None) -> None:
    adjust(anna, 50, **more)

    assert lots(anna) == [(ends, 50)]


def test_takes_those_that_end_soonest(anna: LoyaltyCard) -> None:
    adjust(anna, 30, expiration_type="NON_EXPIRING")
    adjust(anna, 20)

    line = adjust(anna, -25, reason="Mistake")

    assert (line.type, line.amount, line.balance) == ("POINTS_REMOVAL", -25, 25)
    assert lots(anna) == [(date(2026, 4, 10), 0), (None, 25)]
    adds_up([anna])


def test_a_tier_follows_at_once(anna: LoyaltyCard) -> None:
    gold = tier(anna.campaign, "Gold", 100)

    adjust(anna, 100)
    anna.refresh_from_db()
    assert anna.tier == gold
    adjust(anna, -1)
    anna.refresh_from_db()
    assert anna.tier is None


@pytest.mark.parametrize(
    ("points", "more", "error"),
    [
        (0, {}, balances.InvalidAmount),
        (-11, {}, PointsExceeded),
        (10**15, {}, PointsExceeded),
        (5, {"expiration_type": "CUSTOM_DATE"}, balances.InvalidExpirationDate),
        (
            5,
            {"expiration_type": "CUSTOM_DATE", "expires_on": date(2026, 3, 9)},
            balances.InvalidExpirationDate,
        ),
    ],
)
def test_refuses_what_cannot_be_and_writes_nothing(
    anna: LoyaltyCard, points: int, more: dict[str, Any], error: type[Exception]
) -> None:
    adjust(anna, 10)

    with pytest.raises(error):
        adjust(anna, points, **more)

    assert lines(anna) == [("POINTS_ADDITION", 10, 10, date(2026, 3, 10))]
    adds_up([anna])


def test_refuses_a_card_that_nobody_holds() -> None:
    card = empty_card(programme(), "FREE")

    with pytest.raises(card_locks.NotPublished):
        adjust(card, 5)

    assert lines(card) == []


def test_held_points_are_not_taken(anna: LoyaltyCard) -> None:
    adjust(anna, 10)
    assert ledger.hold(LoyaltyCard.objects.get(pk=anna.pk), 8)

    with pytest.raises(PointsExceeded, match="8 more are held"):
        adjust(anna, -5)


# Transfers ------------------------------------------------------------------------------------------------
def move(to: LoyaltyCard, *donations: tuple[LoyaltyCard, int]) -> Voucher:
    given = tuple(
        Donation(code=card.voucher.code, points=points, reason="Gift", source_id="t-1")
        for card, points in donations
    )
    return transfers.transfer(to=to.voucher.code, donations=given, actor=ACTOR, now=NOW)


def test_moves_points_of_several_cards_to_one(anna: LoyaltyCard) -> None:
    ben, cara = member(anna.campaign, "BEN"), member(programme("Other"), "CARA")
    adjust(ben, 30)
    adjust(cara, 20)

    assert move(anna, (ben, 10), (cara, 20)).pk == anna.pk

    adds_up([anna, ben, cara])
    assert [anna.balance, ben.balance, cara.balance] == [30, 20, 0]
    assert lots(anna) == [(date(2026, 4, 10), 30)]
    got, given = (
        PointsTransaction.objects.filter(card=card, type__startswith="POINTS_TRANSFER").order_by("pk").first()
        for card in (anna, ben)
    )
    assert got is not None
    assert given is not None
    assert got.related_id == given.pk
    assert (given.source_id, got.source_id) == ("t-1", "")
    assert given.details == {"destination_voucher": {"id": anna.voucher.public_id, "code": "ANNA"}}
    assert sum(PointsTransaction.objects.filter(account="TRANSIT").values_list("amount", flat=True)) == 0


def test_all_of_a_transfer_or_none(anna: LoyaltyCard) -> None:
    ben, cara = member(anna.campaign, "BEN"), member(anna.campaign, "CARA")
    adjust(ben, 30)
    adjust(cara, 5)

    with pytest.raises(PointsExceeded):
        move(anna, (ben, 10), (cara, 6))

    adds_up([anna, ben, cara])
    assert [anna.balance, ben.balance, cara.balance] == [0, 30, 5]


def test_tiers_of_both_follow(anna: LoyaltyCard) -> None:
    ben = member(anna.campaign, "BEN")
    gold = tier(anna.campaign, "Gold", 20)
    adjust(ben, 30)

    move(anna, (ben, 20))

    anna.refresh_from_db()
    ben.refresh_from_db()
    assert (anna.tier, ben.tier) == (gold, None)


def test_refuses_transfers_that_mean_nothing(anna: LoyaltyCard) -> None:
    ben, free = member(anna.campaign, "BEN"), empty_card(anna.campaign, "FREE")
    adjust(anna, 5)

    with pytest.raises(InvalidPayload):
        move(anna, (anna, 1))
    with pytest.raises(InvalidPayload):
        move(anna)
    with pytest.raises(balances.InvalidAmount):
        move(ben, (anna, 0))
    with pytest.raises(balances.InvalidAmount):
        move(ben, (anna, -1))
    with pytest.raises(card_locks.NotPublished):
        move(free, (anna, 1))
    with pytest.raises(NotFound):
        transfers.transfer(to="NOBODY", donations=(Donation(code="ANNA", points=1),), actor=ACTOR, now=NOW)
    assert [len(lines(card)) for card in (anna, ben, free)] == [1, 0, 0]


# Pending points -------------------------------------------------------------------------------------------
def wait(card: LoyaltyCard, points: int) -> PendingPoints:
    locked = ledger.locked(card.pk)
    made = pending.add(card=locked, points=points, activates_on=date(2026, 3, 24), actor=ACTOR, now=NOW)
    card.refresh_from_db()
    return made


def test_pending_points_are_in_no_balance_until_they_are_usable(anna: LoyaltyCard) -> None:
    waiting = wait(anna, 40)
    assert (anna.pending_points, anna.balance) == (40, 0)

    line = pending.activate(pending_id=waiting.pk, actor=ACTOR, now=NOW)

    adds_up([anna])
    assert (anna.pending_points, anna.balance, anna.points) == (0, 40, 40)
    assert (line.type, line.amount) == ("PENDING_POINTS_ACTIVATION", 40)
    assert lots(anna) == [(date(2026, 4, 10), 40)]
    waiting.refresh_from_db()
    assert waiting.state == PendingPoints.State.ACTIVATED


def test_cancelled_points_are_gone_without_a_line(anna: LoyaltyCard) -> None:
    waiting = wait(anna, 40)

    pending.cancel(pending_id=waiting.pk, actor=ACTOR, now=NOW)

    anna.refresh_from_db()
    assert (anna.pending_points, anna.balance, lines(anna)) == (0, 0, [])
    for again in (pending.cancel, pending.activate):
        with pytest.raises(pending.InvalidPendingPointsState, match="CANCELED"):
            again(pending_id=waiting.pk, actor=ACTOR, now=NOW)


def test_pending_points_are_corrected_within_reason(anna: LoyaltyCard) -> None:
    waiting = wait(anna, 40)

    pending.adjust(pending_id=waiting.pk, points=-15, actor=ACTOR, now=NOW)
    anna.refresh_from_db()
    assert anna.pending_points == 25
    for points in (-25, -26, 0, 10**15):
        with pytest.raises(balances.InvalidAmount):
            pending.adjust(pending_id=waiting.pk, points=points, actor=ACTOR, now=NOW)
    anna.refresh_from_db()
    assert anna.pending_points == 25


def test_goods_that_come_back_take_what_waits(anna: LoyaltyCard) -> None:
    waiting = wait(anna, 40)
    card = ledger.locked(anna.pk)

    assert pending.reduce(pending=waiting, card=card, by=15, actor=ACTOR, now=NOW) == 15
    assert pending.reduce(pending=waiting, card=card, by=99, actor=ACTOR, now=NOW) == 25
    assert pending.reduce(pending=waiting, card=card, by=1, actor=ACTOR, now=NOW) == 0

    anna.refresh_from_db()
    assert (anna.pending_points, waiting.state) == (0, PendingPoints.State.CANCELED)
    assert [name for name, _ in said("voucher.loyalty_card.pending_points")] == [
        "voucher.loyalty_card.pending_points.added",
        "voucher.loyalty_card.pending_points.updated",
        "voucher.loyalty_card.pending_points.canceled",
    ]
