"""Rewards for referrers are made, changed and taken away; a policy may want somebody's yes first."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from core.errors import DomainError
from core.models import AuditEntry, OutboxEvent
from promotions.models import Campaign, Reward
from referrals.models import ReferrerTier
from referrals.services import tiers
from referrals.services.tiers import TierSpec
from tests.referrals.world import ACTOR, NOW, coupon, points, programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def friends(api: APIClient) -> Campaign:
    return programme(api)


def made(friends: Campaign, reward: Reward, name: str = "Each", minimum: int | None = None) -> ReferrerTier:
    spec = TierSpec(name=name, reward=reward.public_id, minimum=minimum)
    return tiers.create(campaign_id=friends.pk, spec=spec, actor=ACTOR, now=NOW)


def test_a_reward_is_made_changed_and_taken_away(api: APIClient, friends: Campaign) -> None:
    hundred, gift = points(api, 100), coupon()
    tier = made(friends, hundred)
    spec = TierSpec(name="Fifth", reward=gift.public_id, minimum=5)
    tiers.update(tier_id=tier.pk, spec=spec, actor=ACTOR, now=NOW)
    tier.refresh_from_db()
    assert (tier.name, tier.criterion, tier.minimum, tier.reward) == ("Fifth", "MINIMUM", 5, gift)

    tiers.delete(tier_id=tier.pk, actor=ACTOR, now=NOW)

    names = AuditEntry.objects.filter(action__startswith="referral_tier").order_by("pk")
    assert [row.action.partition(".")[2] for row in names] == ["created", "updated", "deleted"]
    assert OutboxEvent.objects.filter(name__startswith="campaign.referral_tier").count() == 3
    with pytest.raises(DomainError, match="not_found"):
        tiers.delete(tier_id=tier.pk, actor=ACTOR, now=NOW)
    assert made(friends, gift, "Fifth", 5).pk != tier.pk


def test_what_cannot_be_is_refused_and_nothing_is_left(api: APIClient, friends: Campaign) -> None:
    reward = points(api, 100)
    made(friends, reward)
    coin = Reward.objects.create(
        name="Pay", type=Reward.Type.COIN, exchange_ratio=1, points_ratio=100, created_at=NOW
    )

    for spec, key in (
        (TierSpec(name="Each", reward=reward.public_id), "duplicate_found"),
        (TierSpec(name=" ", reward=reward.public_id), "invalid_payload"),
        (TierSpec(name="Other", reward="rew_none"), "not_found"),
        (TierSpec(name="Other", reward=coin.public_id), "invalid_payload"),
        (TierSpec(name="Other", reward=reward.public_id, minimum=0), "invalid_payload"),
        (TierSpec(name="Other", reward=reward.public_id, segment="seg_none"), "not_found"),
    ):
        with pytest.raises(DomainError) as refused:
            tiers.create(campaign_id=friends.pk, spec=spec, actor=ACTOR, now=NOW)
        assert refused.value.key == key

    assert ReferrerTier.objects.count() == 1


def test_only_referral_programmes_have_them(api: APIClient) -> None:
    reward = points(api, 100)
    assert reward.campaign is not None

    with pytest.raises(DomainError, match="not_found"):
        made(reward.campaign, reward)
