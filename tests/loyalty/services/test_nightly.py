"""The nightly job on rows written by hand: exact lines, tiers and days. Contract: loyalty 11."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.models import OutboxEvent, ProjectSettings
from loyalty.models import (
    LoyaltyCard,
    PendingPoints,
    PointsLot,
    PointsTransaction,
    ProgrammeNight,
)
from loyalty.services import card_nights, expiring, nightly
from promotions.models import Voucher
from tests.loyalty.members import (
    adds_up,
    gave,
    holds,
    in_period,
    lasting,
    lines,
    member,
    midnight,
    moves,
    pends,
    programme,
    said,
    standing,
    tier,
)

pytestmark = pytest.mark.django_db

EARNED = date(2026, 1, 25)


def on(month: int, day: int, year: int = 2026) -> date:
    return date(year, month, day)


class TestExpiry:
    def test_takes_points_at_midnight_after_their_last_day(self):
        card = member(programme(), "A")
        lot = gave(card, 300, on=EARNED, until=on(2, 25))

        assert nightly.run(now=midnight(on(2, 26)) - timedelta(minutes=2)) == 0
        assert nightly.run(now=midnight(on(2, 26))) == 1

        assert lines(card)[1:] == [("POINTS_EXPIRATION", -300, 0, on(2, 26))]
        lot.refresh_from_db()
        assert (lot.remaining, lot.expired, lot.earned) == (0, 300, 300)
        card.refresh_from_db()
        assert (card.points, card.expired_points, card.balance) == (300, 300, 0)
        adds_up([card])

    def test_writes_one_line_for_a_card_and_names_its_lots(self):
        card = member(programme(), "A")
        first = gave(card, 100, on=EARNED, until=on(2, 20))
        second = gave(card, 50, on=EARNED, until=on(2, 20))
        third = gave(card, 30, on=EARNED, until=on(2, 25))
        gave(card, 7, on=EARNED, until=on(2, 26))
        gave(card, 5, on=EARNED)
        card.refresh_from_db()

        expiring.expire([card], up_to=on(2, 25), day=on(2, 26), now=midnight(on(2, 26)))

        line = PointsTransaction.objects.get(type="POINTS_EXPIRATION")
        assert (line.amount, line.balance, line.account) == (-180, 12, "EXPIRED")
        assert line.details == {"buckets": [first.public_id, third.public_id]}
        assert first.pk == second.pk
        assert card.balance == 12
        adds_up([card])

    def test_a_second_run_finds_nothing(self):
        card = member(programme(), "A")
        gave(card, 300, on=EARNED, until=on(2, 25))
        nightly.run(now=midnight(on(2, 26)))
        events = OutboxEvent.objects.count()

        assert nightly.run(now=midnight(on(2, 26))) == 0
        assert nightly.run(now=midnight(on(2, 27))) == 0

        assert len(lines(card)) == 2
        assert OutboxEvent.objects.count() == events

    def test_tells_of_the_card_and_of_its_holder(self):
        card = member(programme(), "A")
        gave(card, 300, on=EARNED, until=on(2, 25))

        nightly.run(now=midnight(on(2, 26)))

        voucher = Voucher.objects.select_related("holder", "campaign").get(pk=card.pk)
        line = PointsTransaction.objects.get(type="POINTS_EXPIRATION")
        assert said() == [
            ("voucher.loyalty_card.transaction.created", voucher.public_id),
            ("voucher.loyalty_card.points_expired", voucher.public_id),
            ("customer.voucher.loyalty_card.points_expired", voucher.holder.public_id),
        ]
        event = OutboxEvent.objects.get(name="customer.voucher.loyalty_card.points_expired")
        assert event.payload == {
            "voucher_id": voucher.public_id,
            "campaign_id": voucher.campaign.public_id,
            "transaction_id": line.public_id,
        }

    def test_points_that_came_on_29_february_end_a_year_later_on_the_28th(self):
        card = member(programme(), "A")
        gave(card, 300, on=on(2, 29, 2028), until=on(2, 28, 2029))

        nightly.run(now=midnight(on(2, 28, 2029)))
        nightly.run(now=midnight(on(3, 1, 2029)))

        assert lines(card)[1:] == [("POINTS_EXPIRATION", -300, 0, on(3, 1, 2029))]

    @pytest.mark.parametrize(
        ("zone", "last_day"),
        [
            ("Europe/Warsaw", date(2026, 3, 28)),  # the night before the clocks go forward
            ("Europe/Warsaw", date(2026, 3, 29)),
            ("Europe/Warsaw", date(2026, 10, 24)),
            ("Europe/Warsaw", date(2026, 10, 25)),  # a day of 25 hours
            ("America/New_York", date(2026, 3, 8)),
            ("America/New_York", date(2026, 11, 1)),
            ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour back
            ("Africa/Cairo", date(2026, 4, 23)),  # the day after has no midnight
            ("Pacific/Apia", date(2026, 2, 25)),
        ],
    )
    def test_midnight_is_the_project_s_whatever_its_clocks_do(self, zone, last_day):
        ProjectSettings.objects.update(time_zone=zone)
        card = member(programme(), "A")
        gave(card, 300, on=EARNED, until=last_day)
        first = midnight(last_day + timedelta(days=1), zone, minutes=0)
        # Where there is no midnight the day begins later.
        while first.astimezone(ProjectSettings.objects.get().zone).date() <= last_day:
            first += timedelta(minutes=30)

        assert nightly.run(now=first - timedelta(seconds=1)) == 0
        assert nightly.run(now=first) == 1
        assert lines(card)[-1][3] == last_day + timedelta(days=1)

    def test_a_card_that_owes_loses_only_what_it_has(self):
        card = member(programme(), "A")
        gave(card, 300, on=EARNED, until=on(2, 25))
        LoyaltyCard.objects.filter(pk=card.pk).update(may_owe=True, subtracted_points=500, balance=-200)
        PointsLot.objects.update(remaining=0)

        assert nightly.run(now=midnight(on(2, 26))) == 0
        card.refresh_from_db()
        assert card.balance == -200


class TestOrder:
    def test_pending_points_become_usable_on_their_day(self):
        card = member(programme(expiration_rules={"period_type": "MONTH", "period_value": 1}), "A")
        entry = pends(card, 120, until=on(6, 17))

        nightly.run(now=midnight(on(6, 16)))
        assert lines(card) == []
        nightly.run(now=midnight(on(6, 17)))

        assert lines(card) == [("PENDING_POINTS_ACTIVATION", 120, 120, on(6, 17))]
        entry.refresh_from_db()
        assert entry.state == PendingPoints.State.ACTIVATED
        card.refresh_from_db()
        assert (card.pending_points, card.balance) == (0, 120)
        assert PointsLot.objects.get(card=card).expires_on == on(7, 17)
        adds_up([card])

    def test_points_are_usable_on_their_last_day_whatever_else_the_night_does(self):
        card = member(programme(), "A")
        gave(card, 90, on=EARNED, until=on(2, 26))
        pends(card, 20, until=on(2, 26))

        nightly.run(now=midnight(on(2, 26)))
        card.refresh_from_db()
        assert card.balance == 110
        nightly.run(now=midnight(on(2, 27)))

        assert lines(card)[-1] == ("POINTS_EXPIRATION", -90, 20, on(2, 27))

    def test_a_tier_is_reached_before_points_end_and_lost_after_it(self):
        club = programme()
        tier(club, "Silver", 100)
        card = member(club, "A")
        gave(card, 90, on=EARNED, until=on(2, 25))
        pends(card, 20, until=on(2, 26))

        nightly.run(now=midnight(on(2, 26)))

        assert [line[:3] for line in lines(card)[1:]] == [
            ("PENDING_POINTS_ACTIVATION", 20, 110),
            ("POINTS_EXPIRATION", -90, 20),
        ]
        assert [move[:4] for move in moves(card)] == [
            ("joined", None, "Silver", on(2, 26)),
            ("left", "Silver", None, on(2, 26)),
        ]

    def test_a_tier_with_an_end_is_judged_by_the_balance_before_points_end(self):
        club = programme(tiers_expiration=lasting("P1M"))
        silver = tier(club, "Silver", 100)
        card = member(club, "A")
        gave(card, 100, on=EARNED, until=on(2, 25))
        holds(card, silver, since=EARNED, until=on(2, 25))

        nightly.run(now=midnight(on(2, 26)))

        assert standing(card) == ("Silver", EARNED, on(3, 26))
        assert [move[0] for move in moves(card)] == ["prolonged"]


class TestTiers:
    def test_a_tier_ends_after_its_last_day(self):
        club = programme(tiers_expiration=in_period())
        silver = tier(club, "Silver", 1000)
        card = member(club, "A")
        gave(card, 1000, on=on(3, 10))
        holds(card, silver, since=on(3, 10), until=on(3, 31))

        nightly.run(now=midnight(on(3, 31)))
        assert standing(card)[0] == "Silver"
        nightly.run(now=midnight(on(4, 1)))

        assert standing(card) == (None, None, None)
        assert moves(card) == [("left", "Silver", None, on(4, 1), None)]
        voucher = Voucher.objects.select_related("holder").get(pk=card.pk)
        assert said("customer.loyalty") == [
            ("customer.loyalty.tier.left", voucher.holder.public_id),
            ("customer.loyalty.updated", voucher.holder.public_id),
        ]

    def test_begins_with_the_next_period_for_whoever_collected_enough(self):
        club = programme(tiers_expiration=in_period(starts="NEXT_PERIOD"))
        tier(club, "Silver", 1000)
        enough, little, none = (member(club, code) for code in "ABC")
        gave(enough, 1000, on=on(3, 31))
        gave(little, 999, on=on(3, 31))

        nightly.run(now=midnight(on(3, 31)))
        assert standing(enough)[0] is None
        nightly.run(now=midnight(on(4, 1)))

        assert standing(enough) == ("Silver", on(4, 1), on(4, 30))
        assert standing(little)[0] is None
        assert standing(none)[0] is None
        assert ProgrammeNight.objects.get().settled_on == on(4, 1)

    def test_looks_only_at_cards_that_collected_or_hold_something(self, monkeypatch):
        club = programme(tiers_expiration=in_period(starts="NEXT_PERIOD"))
        silver = tier(club, "Silver", 1000)
        active, holder = member(club, "A"), member(club, "B")
        gave(active, 10, on=on(3, 5))
        holds(holder, silver, since=on(3, 1), until=on(3, 31))
        for number in range(5):
            member(club, f"C{number}")
        nightly.run(now=midnight(on(3, 31)))
        looked_at: list[int] = []
        settle = card_nights.settle

        def watched(card_ids: Any, **values: Any) -> int:
            looked_at.extend(card_ids)
            return settle(card_ids, **values)

        monkeypatch.setattr(card_nights, "settle", watched)

        nightly.run(now=midnight(on(4, 1)))

        assert sorted(looked_at) == [active.pk, holder.pk]

    def test_a_tier_that_begins_at_no_points_takes_everybody_along(self):
        club = programme(tiers_expiration=in_period(starts="NEXT_PERIOD"))
        tier(club, "Bronze", 0, 999)
        cards = [member(club, code) for code in "AB"]
        nightly.run(now=midnight(on(3, 31)))

        nightly.run(now=midnight(on(4, 1)))

        assert [standing(card) for card in cards] == [("Bronze", on(4, 1), on(4, 30))] * 2

    def test_terms_that_change_do_not_bring_up_nights_that_are_gone(self):
        club = programme(tiers_expiration=in_period())
        tier(club, "Silver", 1000)
        card = member(club, "A")
        gave(card, 1000, on=on(3, 10))
        nightly.run(now=midnight(on(5, 10)))
        club.loyalty = {**club.loyalty, "tiers_expiration": in_period(starts="NEXT_PERIOD")}
        club.save(update_fields=["loyalty"])

        nightly.run(now=midnight(on(5, 11)))

        assert moves(card) == []


def test_a_slice_costs_as_many_statements_as_one_card(count_queries):
    club = programme()
    tier(club, "Silver", 100)
    few, many = [member(club, "A")], [member(club, f"C{number}") for number in range(8)]
    for card in few:
        gave(card, 100, on=EARNED, until=on(2, 20))
    for card in many:
        gave(card, 100, on=EARNED, until=on(2, 25))

    one = count_queries(lambda: nightly.run(now=midnight(on(2, 21))))
    eight = count_queries(lambda: nightly.run(now=midnight(on(2, 26))))

    assert eight <= one


def test_a_night_without_anything_due_is_a_handful_of_statements(count_queries):
    club = programme()
    tier(club, "Silver", 100)
    for number in range(5):
        gave(member(club, f"C{number}"), 100, on=EARNED, until=on(9, 25))
    nightly.run(now=midnight(on(2, 26)))

    assert count_queries(lambda: nightly.run(now=datetime(2026, 2, 26, 12, tzinfo=UTC))) <= 8
