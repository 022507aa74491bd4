"""Nights after downtime, and nights that die in the middle. Contract: loyalty 11."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from core.periodic import MoreLeft
from loyalty.models import (
    LoyaltyCard,
    PointsTransaction,
    ProgrammeNight,
    TierChange,
)
from loyalty.services import card_nights, expiring, nightly
from tests.loyalty.members import (
    adds_up,
    gave,
    holds,
    in_period,
    lines,
    member,
    midnight,
    moves,
    pends,
    programme,
    standing,
    tier,
)

pytestmark = pytest.mark.django_db

EARNED = date(2026, 1, 25)


def on(month: int, day: int, year: int = 2026) -> date:
    return date(year, month, day)


class TestMadeUpFor:
    """After downtime each missed night is done, as of its own day."""

    def world(self) -> list[LoyaltyCard]:
        club = programme(
            tiers_expiration=in_period(starts="NEXT_PERIOD", ends="END_OF_NEXT_PERIOD"),
            expiration_rules={"period_type": "MONTH", "period_value": 0},
        )
        silver, gold = tier(club, "Silver", 100, 499), tier(club, "Gold", 500)
        cards = [member(club, f"C{number}") for number in range(6)]
        gave(cards[0], 600, on=on(3, 20), until=on(4, 2))
        gave(cards[1], 150, on=on(3, 31), until=on(3, 30))
        pends(cards[1], 400, until=on(3, 31))
        pends(cards[1], 30, until=on(4, 1))
        gave(cards[2], 150, on=on(2, 10), until=on(3, 29))
        holds(cards[2], gold, since=on(3, 1), until=on(3, 30))
        holds(cards[3], silver, since=on(2, 1), until=on(3, 31))
        gave(cards[3], 100, on=on(3, 1), until=on(4, 1))
        gave(cards[3], 10, on=on(3, 2), until=on(3, 28))
        gave(cards[4], 5, on=on(3, 2), until=on(4, 3))
        return cards

    def story(self, cards: list[LoyaltyCard]) -> list[Any]:
        adds_up(cards)
        return [(lines(card), moves(card), standing(card)) for card in cards]

    def test_a_week_made_up_for_is_seven_single_nights(self):
        nights = [midnight(on(3, 29) + timedelta(days=day)) for day in range(7)]
        stories = []
        for runs in (nights, nights[-1:]):
            with transaction.atomic():
                cards = self.world()
                nightly.run(now=midnight(on(3, 28)))
                for now in runs:
                    nightly.run(now=now)
                stories.append(self.story(cards))
                transaction.set_rollback(True)

        single, together = stories

        assert together == single
        kinds = {move[0] for _, happened, _ in single for move in happened}
        assert {"joined", "downgraded"} <= kinds

    def test_a_period_that_was_settled_is_not_settled_again_with_what_came_later(self):
        club = programme(tiers_expiration=in_period(starts="NEXT_PERIOD"))
        tier(club, "Silver", 100, 499)
        tier(club, "Gold", 500)
        card = member(club, "A")
        gave(card, 600, on=on(4, 10), until=on(5, 10))
        gave(card, 150, on=on(5, 20))
        nightly.run(now=midnight(on(4, 15)))
        # Its lot brings the card up first, then each of the two periods does.
        nightly.run(now=midnight(on(6, 2)))

        assert moves(card) == [
            ("joined", None, "Gold", on(5, 1), on(5, 31)),
            ("downgraded", "Gold", "Silver", on(6, 1), on(6, 30)),
        ]

    def test_the_night_that_was_missed_stands_in_the_books(self):
        club = programme()
        tier(club, "Silver", 100)
        card = member(club, "A")
        gave(card, 80, on=EARNED, until=on(2, 20))
        pends(card, 50, until=on(2, 15))

        nightly.run(now=midnight(on(3, 1)))

        assert [(kind, day) for kind, *_, day in lines(card)[1:]] == [
            ("PENDING_POINTS_ACTIVATION", on(2, 15)),
            ("POINTS_EXPIRATION", on(2, 21)),
        ]
        assert [(kind, day) for kind, *_, day, _ in moves(card)] == [
            ("joined", on(2, 15)),
            ("left", on(2, 21)),
        ]


class TestDying:
    def test_what_a_run_leaves_the_next_one_finds(self, monkeypatch):
        monkeypatch.setattr(nightly, "CARDS_AT_ONCE", 2)
        club = programme()
        cards = [member(club, f"C{number}") for number in range(7)]
        for card in cards:
            gave(card, 100, on=EARNED, until=on(2, 25))
        settle, calls = card_nights.settle, []

        def dies(card_ids: Any, **values: Any) -> int:
            calls.append(card_ids)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return settle(card_ids, **values)

        monkeypatch.setattr(card_nights, "settle", dies)
        with pytest.raises(KeyboardInterrupt):
            nightly.run(now=midnight(on(2, 26)))
        assert PointsTransaction.objects.filter(type="POINTS_EXPIRATION").count() == 4

        assert nightly.run(now=midnight(on(2, 26))) == 3

        assert [lines(card)[1:] for card in cards] == [[("POINTS_EXPIRATION", -100, 0, on(2, 26))]] * 7
        adds_up(cards)

    def test_a_period_s_beginning_goes_on_where_it_stopped(self, monkeypatch):
        monkeypatch.setattr(nightly, "CARDS_AT_ONCE", 1)
        club = programme(tiers_expiration=in_period(starts="NEXT_PERIOD"))
        tier(club, "Silver", 100)
        cards = [member(club, f"C{number}") for number in range(4)]
        for card in cards:
            gave(card, 100, on=on(3, 5))
        nightly.run(now=midnight(on(3, 31)))
        settle, done = card_nights.settle, []

        def dies(card_ids: Any, **values: Any) -> int:
            if len(done) == 2:
                raise KeyboardInterrupt
            done.extend(card_ids)
            return settle(card_ids, **values)

        with monkeypatch.context() as dying:
            dying.setattr(card_nights, "settle", dies)
            with pytest.raises(KeyboardInterrupt):
                nightly.run(now=midnight(on(4, 1)))
        night = ProgrammeNight.objects.get()
        assert (night.settled_on, night.position) == (on(3, 31), cards[1].pk)

        assert nightly.run(now=midnight(on(4, 1))) == 2

        assert [standing(card) for card in cards] == [("Silver", on(4, 1), on(4, 30))] * 4
        assert TierChange.objects.count() == 4
        night.refresh_from_db()
        assert (night.settled_on, night.position) == (on(4, 1), 0)

    def test_one_card_that_breaks_does_not_keep_the_others_from_their_night(self, monkeypatch):
        club = programme()
        cards = [member(club, f"C{number}") for number in range(3)]
        for card in cards:
            gave(card, 100, on=EARNED, until=on(2, 25))
        expire = expiring.expire

        def breaks(some: Any, **values: Any) -> Any:
            if cards[1].pk in {card.pk for card in some}:
                raise ValueError("planted")
            return expire(some, **values)

        with monkeypatch.context() as breaking:
            breaking.setattr(expiring, "expire", breaks)
            assert nightly.run(now=midnight(on(2, 26))) == 2
        assert [len(lines(card)) for card in cards] == [2, 1, 2]

        assert nightly.run(now=midnight(on(2, 27))) == 1
        assert lines(cards[1])[1:] == [("POINTS_EXPIRATION", -100, 0, on(2, 26))]

    def test_stops_when_its_time_is_over_and_says_that_there_is_more(self, monkeypatch):
        monkeypatch.setattr(nightly, "CARDS_AT_ONCE", 1)
        club = programme()
        for number in range(3):
            gave(member(club, f"C{number}"), 100, on=EARNED, until=on(2, 25))

        first = nightly.run(now=midnight(on(2, 26)), seconds=0)

        assert first == 1
        assert isinstance(first, MoreLeft)
        assert nightly.run(now=midnight(on(2, 26)), seconds=60) == 2
