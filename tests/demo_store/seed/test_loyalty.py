"""The club of the demo shop: what `seed_demo` gives to look at, and that it is proper business."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Sum
from django.utils import timezone

from demo_store.seed import loyalty
from loyalty.models import LoyaltyCard, PendingPoints, PointsTransaction, RewardRedemption
from promotions.models import Campaign, Reward
from tests.telling import tell

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def seed() -> None:
    call_command("seed_demo", stdout=StringIO())


def books() -> list[tuple[str, str, int]]:
    rows = PointsTransaction.objects.order_by("pk")
    return [tuple(row) for row in rows.values_list("card__voucher__code", "type", "amount")]


def test_a_club_lives_with_members_in_every_tier_and_points_of_every_kind() -> None:
    seed()

    club = Campaign.objects.get(name=loyalty.NAME)
    assert (club.lifecycle, club.earning_rules.count(), club.loyalty_tiers.count()) == ("LIVE", 4, 3)
    cards = LoyaltyCard.objects.filter(campaign=club)
    assert cards.count() == loyalty.MEMBERS
    assert set(cards.values_list("tier__name", flat=True)) == {"Deckhand", "Navigator", "Captain"}
    assert set(Reward.objects.values_list("type", flat=True)) == {"CAMPAIGN", "MATERIAL", "COIN"}
    assert Reward.objects.count() == 4
    assert set(RewardRedemption.objects.values_list("reward__type", flat=True)) >= {"CAMPAIGN", "COIN"}
    assert set(PointsTransaction.objects.values_list("type", flat=True)) >= {
        "PENDING_POINTS_ACTIVATION",
        "POINTS_ACCRUAL",
        "POINTS_ADDITION",
        "POINTS_EXPIRATION",
        "POINTS_REDEMPTION",
        "POINTS_REMOVAL",
        "POINTS_TRANSFER_IN",
        "POINTS_TRANSFER_OUT",
    }
    assert PointsTransaction.objects.filter(account="REVERSED").exists()
    assert set(PendingPoints.objects.values_list("state", flat=True)) >= {"PENDING", "ACTIVATED"}
    assert not PointsTransaction.objects.filter(created_at__gt=timezone.now()).exists()
    balances = cards.aggregate(total=Sum("balance"))["total"]
    assert balances == sum(amount for _, _, amount in books())


def test_neither_a_second_seeding_nor_the_dispatcher_moves_a_point() -> None:
    """Events of the past are still in the outbox when the house starts: they earn nothing twice."""
    seed()
    before = books()

    seed()
    tell()

    assert books() == before
