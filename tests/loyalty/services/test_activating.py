from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from core.actors import Actor
from loyalty.models import Earning, EarningRule, LoyaltyCard, PendingPoints, PointsLot, PointsTransaction
from loyalty.services import activating, after_points
from promotions.models import Voucher
from tests.conftest import NOW
from tests.factories.promotions import CREATED_AT
from tests.loyalty.members import (
    adds_up,
    gave,
    lines,
    member,
    moves,
    pends,
    programme,
    said,
    standing,
    tier,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 17)
ONE_MONTH = {"period_type": "MONTH", "period_value": 1}
INACTIVITY = {"period_type": "INACTIVITY", "period_value": 6}


def activate(*cards: LoyaltyCard, day: date = DAY) -> list[PointsTransaction]:
    for card in cards:
        card.refresh_from_db()
    with transaction.atomic():
        return activating.activate(
            PendingPoints.objects.filter(card__in=cards, state="PENDING").order_by("pk"),
            cards={card.pk: card for card in cards},
            day=day,
            source="Automation",
            actor=Actor.system("tests"),
            now=NOW,
        )


def lots(card: LoyaltyCard) -> list[tuple[date | None, int, int]]:
    rows = PointsLot.objects.filter(card=card).order_by("expires_on")
    return [tuple(row) for row in rows.values_list("expires_on", "earned", "remaining")]


def test_each_entry_is_a_line_and_points_of_one_day_are_one_lot():
    card = member(programme(expiration_rules=ONE_MONTH), "A")
    gave(card, 10, on=DAY, until=date(2026, 7, 17))
    first, second = pends(card, 100, until=DAY), pends(card, 20, until=DAY)

    made = activate(card)

    assert [line[:3] for line in lines(card)[1:]] == [
        ("PENDING_POINTS_ACTIVATION", 100, 110),
        ("PENDING_POINTS_ACTIVATION", 20, 130),
    ]
    assert [line.details["pending_points"]["id"] for line in made] == [first.public_id, second.public_id]
    assert lots(card) == [(date(2026, 7, 17), 130, 130)]
    assert (card.balance, card.points, card.pending_points, card.last_activity_on) == (130, 130, 0, DAY)
    assert set(PendingPoints.objects.values_list("state", flat=True)) == {"ACTIVATED"}
    adds_up([card])


def test_the_rule_that_gave_them_says_how_they_end():
    card = member(programme(expiration_rules=ONE_MONTH), "A")
    rule = EarningRule.objects.create(
        campaign=card.campaign,
        event="order.paid",
        loyalty={"type": "FIXED", "points": 100},
        expiration_rules={"period_type": "FIXED_DAY_OF_YEAR", "fixed_month": 12, "fixed_day": 31},
        created_at=CREATED_AT,
    )
    entry = pends(card, 100, until=DAY)
    entry.earning = Earning.objects.create(
        rule=rule, card=card, cause_type="order", cause_id="ord_1", points=100, day=DAY, created_at=CREATED_AT
    )
    entry.save(update_fields=["earning"])

    (line,) = activate(card)

    assert lots(card) == [(date(2026, 12, 31), 100, 100)]
    assert line.earning == entry.earning


def test_points_of_whoever_owes_pay_the_debt_first():
    card = member(programme(), "A")
    LoyaltyCard.objects.filter(pk=card.pk).update(may_owe=True, subtracted_points=70, balance=-70)
    pends(card, 50, until=DAY)
    pends(card, 30, until=DAY)

    activate(card)

    card.refresh_from_db()
    assert card.balance == 10
    assert lots(card) == [(None, 10, 10)]


def test_tells_of_the_card_and_of_its_holder():
    card = member(programme(), "A")
    pends(card, 50, until=DAY)

    activate(card)

    voucher = Voucher.objects.select_related("holder").get(pk=card.pk)
    assert said() == [
        ("voucher.loyalty_card.pending_points.activated", voucher.public_id),
        ("voucher.loyalty_card.transaction.created", voucher.public_id),
        ("voucher.loyalty_card.points_added", voucher.public_id),
        ("customer.voucher.loyalty_card.pending_points.activated", voucher.holder.public_id),
        ("customer.voucher.loyalty_card.points_added", voucher.holder.public_id),
    ]


def test_many_cards_cost_no_more_statements_than_one(count_queries):
    club = programme(expiration_rules=ONE_MONTH)
    one, many = member(club, "A"), [member(club, f"C{number}") for number in range(6)]
    for card in (one, *many):
        pends(card, 50, until=DAY)

    few = count_queries(lambda: activate(one))

    # Each card is read anew first.
    assert count_queries(lambda: activate(*many)) == few + len(many) - 1


class TestInactivity:
    """All points live on with every activity (ours)."""

    def test_what_was_there_lives_on_with_what_comes(self):
        card = member(programme(expiration_rules=INACTIVITY), "A")
        gave(card, 10, on=date(2026, 1, 5), until=date(2026, 7, 5))
        gave(card, 7, on=date(2026, 1, 5), until=date(2026, 9, 1))
        LoyaltyCard.objects.filter(pk=card.pk).update(last_activity_on=date(2026, 1, 5))
        pends(card, 100, until=DAY)

        activate(card)

        assert lots(card) == [(date(2026, 9, 1), 7, 7), (date(2026, 12, 17), 110, 110)]
        adds_up([card])

    def test_two_lots_of_one_day_become_one(self):
        card = member(programme(expiration_rules=INACTIVITY), "A")
        gave(card, 10, on=date(2026, 1, 5), until=date(2026, 7, 5))
        gave(card, 7, on=date(2026, 1, 5), until=date(2026, 12, 17))
        LoyaltyCard.objects.filter(pk=card.pk).update(last_activity_on=date(2026, 1, 5))
        pends(card, 100, until=DAY)

        activate(card)

        assert lots(card) == [(date(2026, 7, 5), 10, 0), (date(2026, 12, 17), 117, 117)]
        adds_up([card])


def test_rewards_redeem_themselves_before_a_tier_is_judged(monkeypatch):
    club = programme()
    tier(club, "Silver", 100)
    card = member(club, "A")
    gave(card, 120, on=DAY)

    def redeems(row, now):
        row.balance -= 50
        return 1

    monkeypatch.setattr(after_points, "_redeemers", [redeems])
    card.refresh_from_db()

    assert after_points.settle(card, cause="accrual", now=NOW) is None
    assert standing(card)[0] is None
    card.refresh_from_db()
    assert after_points.settle(card, cause="removal", now=NOW, is_credit=False) is not None
    assert moves(card)[0][0] == "joined"
