"""What a member can get, at the prices of the tier that he holds on the day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from loyalty.models import LoyaltyCard, LoyaltyTier, TierMapping
from loyalty.selectors import member_rewards
from promotions.models import Reward, RewardAssignment, Voucher
from tests.conftest import NOW
from tests.factories.commerce import ProductFactory
from tests.loyalty.members import member, programme

pytestmark = pytest.mark.django_db


def test_a_tier_prices_rewards_to_its_last_day_whether_the_night_came_or_not() -> None:
    club = programme()
    card = member(club, "A")
    gold = LoyaltyTier.objects.create(campaign=club, name="Gold", points_from=0, created_at=NOW)
    reward = Reward.objects.create(
        name="Mug", type=Reward.Type.MATERIAL, product=ProductFactory(), created_at=NOW
    )
    offered = RewardAssignment.objects.create(reward=reward, campaign=club, points=100, created_at=NOW)
    TierMapping.objects.create(
        tier=gold, assignment=offered, type=TierMapping.Type.MULTIPLY, multiplier=Decimal("0.5")
    )
    LoyaltyCard.objects.filter(pk=card.pk).update(tier=gold, tier_until=date(2026, 3, 10))
    voucher = Voucher.objects.get(pk=card.pk)

    def price(at: datetime) -> int | None:
        return member_rewards.offers([(voucher, offered)], now=at)[voucher.pk, offered.pk].points

    assert price(NOW) == 50
    assert price(NOW + timedelta(days=1)) == 100
    assert [one.points for one in member_rewards.of(card, now=NOW)] == [50]
    assert [one.points for one in member_rewards.of(card, now=NOW + timedelta(days=1))] == [100]
