"""The benchmark's rows are what the ledger would have written, and its small run says what it should."""

from __future__ import annotations

from datetime import date

import pytest

from loyalty.models import LoyaltyCard, PointsLot, PointsTransaction
from loyalty.services import nightly
from tests.bench import loyalty_rows
from tests.bench.loyalty import ENDS, LATER
from tests.loyalty.members import adds_up, midnight

pytestmark = pytest.mark.django_db


def test_copies_of_a_card_add_up_and_only_those_that_are_due_have_a_night():
    club = loyalty_rows.programme()
    loyalty_rows.members(club, 30, due=7, ends=ENDS, later=LATER)
    cards = list(LoyaltyCard.objects.order_by("pk"))

    assert len(cards) == 30
    adds_up(cards)

    assert nightly.run(now=midnight(date(2026, 2, 26))) == 7
    assert PointsTransaction.objects.filter(type="POINTS_EXPIRATION").count() == 7
    assert PointsLot.objects.filter(remaining=0).count() == 7
    adds_up(cards)
