from __future__ import annotations

from datetime import date

import pytest

from commerce.models import Customer
from core.models import OutboxEvent
from loyalty.models import LoyaltyCard, TierChange
from loyalty.selectors import tiers
from loyalty.services import tier_moves
from promotions.models import Voucher
from tests.conftest import NOW
from tests.loyalty import books
from tests.loyalty.books import Account, Type
from tests.loyalty.members import (
    gave,
    holds,
    in_period,
    lasting,
    member,
    moves,
    programme,
    said,
    standing,
    tier,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)


@pytest.fixture
def club():
    made = programme()
    tier(made, "Silver", 1000, 4999)
    tier(made, "Gold", 5000)
    return made


def evaluate(card: LoyaltyCard, **values):
    card.refresh_from_db()
    return tier_moves.evaluate(card, cause="accrual", now=NOW, **values)


def test_a_card_that_reaches_a_tier_gets_it_and_its_holder_is_told(club):
    card = member(club, "A")
    gave(card, 1200, on=TODAY)

    change = evaluate(card)

    assert standing(card) == ("Silver", TODAY, None)
    assert moves(card) == [("joined", None, "Silver", TODAY, None)]
    event = OutboxEvent.objects.get(name="customer.loyalty.tier.joined")
    holder = Customer.objects.get(pk=Voucher.objects.get(pk=card.pk).holder_id)
    assert event.entity_id == holder.public_id
    assert event.payload == {
        "voucher_id": Voucher.objects.get(pk=card.pk).public_id,
        "campaign_id": club.public_id,
        "tier_change_id": change.public_id,
        "loyalty_tier_to": club.loyalty_tiers.get(name="Silver").public_id,
        "code": "A",
        "campaign": "Club",
        "tier": "Silver",
    }


def test_asking_again_changes_nothing(club):
    card = member(club, "A")
    gave(card, 1200, on=TODAY)
    evaluate(card)

    assert evaluate(card) is None
    assert TierChange.objects.count() == 1
    assert len(said("customer.loyalty")) == 1


def test_rises_falls_and_leaves_with_the_balance(club):
    card = member(club, "A")
    gave(card, 5000, on=TODAY)
    evaluate(card)
    books.line(card, Type.REDEMPTION, -2000, TODAY)
    evaluate(card)
    books.line(card, Type.REDEMPTION, -2500, TODAY)
    evaluate(card)

    assert standing(card) == (None, None, None)
    assert [move[:3] for move in moves(card)] == [
        ("joined", None, "Gold"),
        ("downgraded", "Gold", "Silver"),
        ("left", "Silver", None),
    ]


def test_a_card_that_nobody_holds_moves_without_a_word(club):
    card = books.card(club, "A")
    gave(card, 1200, on=TODAY)

    evaluate(card)

    assert standing(card)[0] == "Silver"
    assert said("customer.") == []


def test_a_programme_without_tiers_costs_no_row():
    card = member(programme("Plain"), "A")
    gave(card, 1200, on=TODAY)

    assert evaluate(card) is None
    assert TierChange.objects.count() == 0


def test_who_had_less_before_reaches_the_tier_anew():
    club = programme(tiers_expiration=lasting("P3M"))
    silver = tier(club, "Silver", 1000)
    card = member(club, "A")
    holds(card, silver, since=date(2026, 1, 10), until=date(2026, 4, 10))
    gave(card, 1200, on=TODAY)

    evaluate(card, was=200)

    assert standing(card) == ("Silver", date(2026, 1, 10), date(2026, 6, 10))
    assert moves(card) == [("prolonged", "Silver", "Silver", TODAY, date(2026, 6, 10))]


class TestCollected:
    """What counts towards a period (contract loyalty 10.2, and 16.4)."""

    @pytest.fixture
    def card(self):
        club = programme(tiers_expiration=in_period())
        tier(club, "Silver", 1000)
        return member(club, "A")

    def counts(self, card, **counts):
        card.campaign.loyalty = {**card.campaign.loyalty, "counts": counts}
        card.campaign.save(update_fields=["loyalty"])
        evaluate(card)
        return standing(card)[0] == "Silver"

    def test_what_is_earned_and_what_became_usable_counts(self, card):
        books.line(card, Type.ACCRUAL, 600, date(2026, 3, 1))
        books.line(card, Type.ACTIVATION, 400, date(2026, 3, 10))

        assert self.counts(card)
        assert standing(card) == ("Silver", TODAY, date(2026, 3, 31))

    def test_what_another_period_brought_does_not(self, card):
        books.line(card, Type.ACCRUAL, 5000, date(2026, 2, 28))

        assert not self.counts(card)

    def test_what_is_spent_is_collected_all_the_same(self, card):
        books.line(card, Type.ACCRUAL, 1000, date(2026, 3, 1))
        books.line(card, Type.REDEMPTION, -900, date(2026, 3, 2), account=Account.SPENT)
        books.line(card, Type.REFUND, 900, date(2026, 3, 3), account=Account.SPENT)

        assert self.counts(card)

    def test_what_is_taken_back_with_goods_does_not_count(self, card):
        books.line(card, Type.ACCRUAL, 1000, date(2026, 3, 1))
        books.line(card, Type.REMOVAL, -1, date(2026, 3, 2), account=Account.REVERSED)

        assert not self.counts(card)

    @pytest.mark.parametrize("says", [False, True])
    def test_additions_count_only_where_the_programme_says_so(self, card, says):
        books.line(card, Type.ADDITION, 1500, date(2026, 3, 1), account=Account.ADJUSTED)
        books.line(card, Type.REMOVAL, -500, date(2026, 3, 2), account=Account.ADJUSTED)

        assert self.counts(card, additions=says, transfers=not says) is says

    @pytest.mark.parametrize("says", [False, True])
    def test_transfers_count_only_where_the_programme_says_so(self, card, says):
        books.line(card, Type.TRANSFER_IN, 1000, date(2026, 3, 1), account=Account.TRANSIT)

        assert self.counts(card, transfers=says, additions=not says) is says


def test_many_cards_cost_no_more_statements_than_one(club, count_queries):
    cards = [member(club, f"C{number}") for number in range(6)]
    for card in cards:
        gave(card, 1200, on=TODAY)
        card.refresh_from_db()

    def evaluate_some(some):
        return tier_moves.evaluate_all(some, ladder=tiers.ladder(club.pk), cause="test", day=TODAY, now=NOW)

    few = count_queries(lambda: evaluate_some(cards[:1]))
    many = count_queries(lambda: evaluate_some(cards[1:]))

    assert many == few


def test_two_cards_of_one_customer_are_told_apart(club):
    ann = member(club, "A")
    holder = Customer.objects.get(pk=Voucher.objects.get(pk=ann.pk).holder_id)
    second = member(club, "B", holder)
    for card in (ann, second):
        gave(card, 1200, on=TODAY)
        card.refresh_from_db()

    tier_moves.evaluate_all([ann, second], ladder=tiers.ladder(club.pk), cause="test", day=TODAY, now=NOW)

    rows = OutboxEvent.objects.filter(name="customer.loyalty.tier.joined").order_by("sequence")
    assert [row.payload["code"] for row in rows] == ["A", "B"]
    assert len({row.sequence for row in rows}) == 2
