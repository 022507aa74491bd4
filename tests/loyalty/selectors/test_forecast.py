from __future__ import annotations

from datetime import date

import pytest

from loyalty.models import PointsLot
from loyalty.selectors.forecast import Ending, forecast
from tests.loyalty.members import gave, member, programme

pytestmark = pytest.mark.django_db
EARNED, TODAY = date(2026, 1, 5), date(2026, 1, 20)


def test_says_month_by_month_what_ends_if_nobody_spends():
    club = programme()
    ann, ben = member(club, "A"), member(club, "B")
    gave(ann, 100, on=EARNED, until=date(2026, 1, 31))
    gave(ben, 40, on=EARNED, until=date(2026, 1, 31))
    gave(ann, 5, on=EARNED, until=date(2026, 3, 1))
    gave(ann, 6, on=EARNED, until=date(2026, 3, 31))
    gave(ann, 70, on=EARNED, until=date(2026, 4, 1))
    gave(ben, 8, on=EARNED)
    spent = gave(ben, 900, on=EARNED, until=date(2026, 2, 1))
    PointsLot.objects.filter(pk=spent.pk).update(remaining=0)

    found = forecast([club.pk], today=TODAY, months=3)

    assert found.months == (
        Ending(month=date(2026, 1, 1), points=140, cards=2),
        Ending(month=date(2026, 2, 1)),
        Ending(month=date(2026, 3, 1), points=11, cards=1),
    )
    assert (found.later, found.never) == (70, 8)


def test_what_should_have_ended_counts_for_this_month():
    club = programme()
    gave(member(club, "A"), 100, on=EARNED, until=date(2025, 12, 31))

    assert forecast([club.pk], today=TODAY, months=1).months == (
        Ending(month=date(2026, 1, 1), points=100, cards=1),
    )


def test_knows_only_the_programmes_that_are_asked_for(count_queries):
    gave(member(programme("Other"), "A"), 100, on=EARNED, until=date(2026, 1, 31))
    club = programme()

    assert forecast([club.pk], today=TODAY).months[0].points == 0
    assert count_queries(lambda: forecast([club.pk], today=TODAY)) == 1
