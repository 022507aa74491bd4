from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty import qualification, tier_terms
from loyalty.qualification import Figures, Move, Standing


@dataclass(frozen=True)
class Level:
    pk: int
    points_from: int
    points_to: int | None


SILVER, GOLD, TOP = Level(1, 1000, 4999), Level(2, 5000, 9999), Level(3, 20_000, None)
LADDER = (SILVER, GOLD, TOP)
DROP = tier_terms.Terms()


def terms(wire: dict[str, Any]) -> tier_terms.Terms:
    tier_terms.check(wire)
    return tier_terms.read(wire)


def lasting(extend: str) -> tier_terms.Terms:
    return terms(
        {
            "qualification_type": "BALANCE",
            "start_date": {"type": "IMMEDIATE"},
            "expiration_date": {"type": "CUSTOM", "extend": extend},
        }
    )


def monthly(ends: str = "END_OF_PERIOD", *, starts: str = "IMMEDIATE", **more: Any) -> tier_terms.Terms:
    return terms(
        {
            "qualification_type": "POINTS_IN_PERIOD",
            "qualification_period": "MONTH",
            "start_date": {"type": starts},
            "expiration_date": {"type": ends, **more},
        }
    )


def has(balance: int = 0, *, was: int | None = None, months: Mapping[int, int] | None = None) -> Figures:
    """`months` of 2026: what each brought."""
    brought = months or {}
    return Figures(
        balance=balance,
        was=was,
        collected=lambda first, last: brought.get(first.month, 0) if first.year == 2026 else 0,
    )


def on(month: int, day: int) -> date:
    return date(2026, month, day)


@pytest.mark.parametrize(
    ("points", "tier"),
    [
        (0, None),
        (999, None),
        (1000, SILVER),
        (4999, SILVER),
        (5000, GOLD),
        (10_000, None),
        (20_000, TOP),
        (10**12, TOP),
        (-5, None),
    ],
)
def test_ranges_are_inclusive_and_a_gap_has_no_tier(points, tier):
    assert qualification.tier_of(LADDER, points) == tier


def test_the_next_tier_is_the_lowest_above():
    assert qualification.next_tier(LADDER, 0) == SILVER
    assert qualification.next_tier(LADDER, 1000) == GOLD
    assert qualification.next_tier(LADDER, 12_000) == TOP
    assert qualification.next_tier(LADDER, 20_000) is None


class TestBalance:
    def test_is_followed_both_ways_at_once_without_an_end(self):
        joined = qualification.settled(DROP, LADDER, Standing(), has(1500), on(3, 10))
        risen = qualification.settled(DROP, LADDER, joined, has(6000), on(4, 1))
        fallen = qualification.settled(DROP, LADDER, risen, has(1000), on(5, 1))
        left = qualification.settled(DROP, LADDER, fallen, has(999), on(6, 1))

        assert joined == Standing(tier=SILVER, since=on(3, 10))
        assert risen == Standing(tier=GOLD, since=on(4, 1))
        assert fallen == Standing(tier=SILVER, since=on(5, 1))
        assert left == Standing()

    def test_stays_as_it_is_while_the_balance_moves_within_the_range(self):
        held = Standing(tier=SILVER, since=on(3, 10))

        assert qualification.settled(DROP, LADDER, held, has(4000), on(4, 1)) == held

    def test_with_an_end_a_drop_changes_nothing_before_it(self):
        held = Standing(tier=GOLD, since=on(1, 10), until=on(4, 10))

        assert qualification.settled(lasting("P3M"), LADDER, held, has(0), on(4, 10)) == held
        assert qualification.settled(lasting("P3M"), LADDER, held, has(1500), on(4, 10)) == held

    def test_with_an_end_a_rise_comes_at_once_with_an_end_of_its_own(self):
        held = Standing(tier=SILVER, since=on(1, 10), until=on(4, 10))

        risen = qualification.settled(lasting("P3M"), LADDER, held, has(5000), on(3, 1))

        assert risen == Standing(tier=GOLD, since=on(3, 1), until=on(6, 1))

    @pytest.mark.parametrize(
        ("balance", "then"),
        [
            (5000, Standing(tier=GOLD, since=on(1, 10), until=on(7, 11))),
            (1000, Standing(tier=SILVER, since=on(4, 11), until=on(7, 11))),
            (20_000, Standing(tier=TOP, since=on(4, 11), until=on(7, 11))),
            (10_000, Standing()),
            (0, Standing()),
        ],
    )
    def test_once_it_is_over_the_balance_decides_anew(self, balance, then):
        held = Standing(tier=GOLD, since=on(1, 10), until=on(4, 10))

        assert qualification.settled(lasting("P3M"), LADDER, held, has(balance), on(4, 11)) == then

    def test_who_reaches_the_tier_anew_holds_it_longer(self):
        held = Standing(tier=SILVER, since=on(1, 10), until=on(4, 10))

        again = qualification.settled(lasting("P3M"), LADDER, held, has(1000, was=400), on(3, 1))
        more = qualification.settled(lasting("P3M"), LADDER, held, has(1500, was=1000), on(3, 1))

        assert again == Standing(tier=SILVER, since=on(1, 10), until=on(6, 1))
        assert more == held


class TestPointsInPeriod:
    def test_counts_at_once_until_the_period_ends(self):
        new = qualification.settled(monthly(), LADDER, Standing(), has(months={3: 1000}), on(3, 10))

        assert new == Standing(tier=SILVER, since=on(3, 10), until=on(3, 31))

    def test_or_until_the_next_one_ends(self):
        new = qualification.settled(
            monthly("END_OF_NEXT_PERIOD"), LADDER, Standing(), has(months={3: 1000}), on(3, 10)
        )

        assert new == Standing(tier=SILVER, since=on(3, 10), until=on(4, 30))

    def test_what_the_balance_is_does_not_matter(self):
        assert qualification.settled(monthly(), LADDER, Standing(), has(50_000), on(3, 10)) == Standing()

    def test_begins_with_the_next_period_where_the_programme_says_so(self):
        later = monthly(starts="NEXT_PERIOD")
        collected = has(months={3: 1000})

        during = qualification.settled(later, LADDER, Standing(), collected, on(3, 31))
        after = qualification.settled(later, LADDER, Standing(), collected, on(4, 1))
        over = qualification.settled(later, LADDER, after, collected, on(5, 1))

        assert during == Standing()
        assert after == Standing(tier=SILVER, since=on(4, 1), until=on(4, 30))
        assert over == Standing()

    def test_who_qualifies_again_in_time_keeps_it(self):
        two = monthly("END_OF_NEXT_PERIOD")
        held = Standing(tier=SILVER, since=on(3, 10), until=on(4, 30))

        kept = qualification.settled(two, LADDER, held, has(months={3: 1000, 4: 1200}), on(4, 20))

        assert kept == Standing(tier=SILVER, since=on(3, 10), until=on(5, 31))
        assert qualification.move(held, kept) is Move.PROLONGED

    def test_gold_of_march_and_silver_of_april_is_silver_in_may(self):
        two = monthly("END_OF_NEXT_PERIOD")
        months = has(months={3: 5000, 4: 1000})
        held = Standing(tier=GOLD, since=on(3, 10), until=on(4, 30))

        during = qualification.settled(two, LADDER, held, months, on(4, 30))
        after = qualification.settled(two, LADDER, held, months, on(5, 1))
        over = qualification.settled(two, LADDER, after, months, on(6, 1))

        assert during == held
        assert after == Standing(tier=SILVER, since=on(5, 1), until=on(5, 31))
        assert over == Standing()

    def test_an_extension_holds_it_into_the_next_period(self):
        held = Standing(tier=SILVER, since=on(3, 10), until=on(4, 7))
        extended = monthly(extend="P7D")
        months = has(months={3: 1000})

        assert qualification.settled(extended, LADDER, held, months, on(4, 7)) == held
        assert qualification.settled(extended, LADDER, held, months, on(4, 8)) == Standing()

    def test_knows_how_far_back_points_matter(self):
        assert qualification.earliest_day(monthly(), on(3, 10)) == on(3, 1)
        assert qualification.earliest_day(monthly("END_OF_NEXT_PERIOD"), on(3, 10)) == on(2, 1)
        assert qualification.earliest_day(monthly(starts="NEXT_PERIOD"), on(3, 10)) == on(2, 1)
        assert qualification.earliest_day(monthly(extend="P7D"), on(3, 7)) == on(2, 1)
        assert qualification.earliest_day(monthly(extend="P7D"), on(3, 8)) == on(3, 1)


class TestRefresh:
    """Contract loyalty 10.5: upgrades are possible, ends move, nobody falls."""

    def test_a_longer_term_gives_more_time_and_a_shorter_one_takes_it(self):
        held = Standing(tier=SILVER, since=on(1, 10), until=on(4, 10))

        longer = qualification.refreshed(lasting("P6M"), LADDER, held, has(1000), on(3, 1))
        shorter = qualification.refreshed(lasting("P1M"), LADDER, held, has(1000), on(3, 1))

        assert longer == Standing(tier=SILVER, since=on(1, 10), until=on(7, 10))
        assert shorter == Standing(tier=SILVER, since=on(1, 10), until=on(3, 1))
        assert qualification.move(held, longer, refreshed=True) is Move.EXPIRATION_CHANGED

    def test_nobody_falls(self):
        held = Standing(tier=GOLD, since=on(1, 10), until=on(4, 10))

        assert qualification.refreshed(DROP, LADDER, held, has(0), on(3, 1)) == held
        assert qualification.refreshed(monthly(), LADDER, held, has(), on(3, 1)).tier == GOLD

    def test_who_qualifies_for_more_rises(self):
        held = Standing(tier=SILVER, since=on(1, 10), until=on(4, 10))

        risen = qualification.refreshed(monthly(), LADDER, held, has(months={3: 6000}), on(3, 5))

        assert risen == Standing(tier=GOLD, since=on(3, 5), until=on(3, 31))

    def test_without_ends_the_end_goes_for_whoever_qualifies(self):
        held = Standing(tier=SILVER, since=on(1, 10), until=on(4, 10))

        assert qualification.refreshed(DROP, LADDER, held, has(1000), on(3, 1)) == Standing(
            tier=SILVER, since=on(1, 10)
        )


@pytest.mark.parametrize(
    ("held", "new", "move"),
    [
        (Standing(), Standing(), None),
        (Standing(), Standing(tier=SILVER), Move.JOINED),
        (Standing(tier=SILVER), Standing(), Move.LEFT),
        (Standing(tier=SILVER), Standing(tier=GOLD), Move.UPGRADED),
        (Standing(tier=GOLD), Standing(tier=SILVER), Move.DOWNGRADED),
        (Standing(tier=GOLD, until=on(3, 1)), Standing(tier=GOLD, until=on(4, 1)), Move.PROLONGED),
        (Standing(tier=GOLD, until=on(4, 1)), Standing(tier=GOLD, until=on(3, 1)), Move.EXPIRATION_CHANGED),
        (Standing(tier=GOLD, until=on(4, 1)), Standing(tier=GOLD), Move.EXPIRATION_CHANGED),
        (Standing(tier=GOLD, since=on(1, 1)), Standing(tier=GOLD, since=on(2, 1)), None),
    ],
)
def test_every_step_has_its_name(held, new, move):
    assert qualification.move(held, new) is move


def test_names_the_beginnings_of_periods():
    later = monthly(starts="NEXT_PERIOD")

    assert qualification.boundaries(later, on(1, 31), on(4, 1)) == [on(2, 1), on(3, 1), on(4, 1)]
    assert qualification.boundaries(later, on(2, 1), on(2, 28)) == []
    assert qualification.boundaries(DROP, on(1, 1), on(12, 31)) == []


ALL_TERMS = st.sampled_from(
    [
        DROP,
        lasting("P3M"),
        lasting("P10D"),
        monthly(),
        monthly("END_OF_NEXT_PERIOD"),
        monthly(starts="NEXT_PERIOD"),
        monthly(starts="NEXT_PERIOD", extend="P5D"),
    ]
)
STEPS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 25_000)), min_size=1, max_size=12)


@given(ALL_TERMS, STEPS)
def test_nobody_falls_before_the_end_and_asking_twice_changes_nothing(which, steps):
    held: Standing[Any] = Standing()
    today = on(1, 1)
    months: dict[int, int] = {}
    for days, points in steps:
        today = min(today + timedelta(days=days), on(12, 31))
        months[today.month] = months.get(today.month, 0) + points
        figures = has(points, months=months)

        new = qualification.settled(which, LADDER, held, figures, today)

        if held.tier is not None and held.until is not None and held.until >= today:
            assert new.tier is not None
            assert new.tier.points_from >= held.tier.points_from
        if new.tier is not None:
            assert new.since is not None
            assert new.since <= today
            assert new.until is None or new.until >= today
        assert qualification.settled(which, LADDER, new, figures, today) == new
        held = new
