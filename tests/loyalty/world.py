"""A programme with one row of everything, for tests that go through all pages."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models

from commerce.models import Customer, Product
from loyalty.models import EarningRule, Programme, RewardRedemption
from promotions.models import Redemption, Reward, RewardAssignment
from tests.conftest import NOW
from tests.loyalty.books import Type, line, programme
from tests.loyalty.members import member, pends, tier


def club(mark: str, customer: Customer, product: Product) -> Iterator[models.Model]:
    """A rule, a tier, a member with points and pending ones, and a reward that waits to be handed over."""
    campaign = programme(f"{mark} club")
    yield Programme.objects.get(pk=campaign.pk)
    yield EarningRule.objects.create(
        campaign=campaign,
        event="order.paid",
        loyalty={"type": "FIXED", "points": 5},
        banner=f"{mark} banner",
        created_at=NOW,
    )
    yield tier(campaign, f"{mark} level", 0)
    card = member(campaign, f"{mark}-card", customer)
    line(card, Type.ACCRUAL, 50, NOW.date())
    yield pends(card, 5, until=NOW.date())
    yield card
    reward = Reward.objects.create(
        name=f"{mark} reward", type=Reward.Type.MATERIAL, product=product, created_at=NOW
    )
    yield reward
    offered = RewardAssignment.objects.create(reward=reward, campaign=campaign, points=5, created_at=NOW)
    yield offered
    redemption = Redemption.objects.create(
        voucher_id=card.pk,
        voucher_code=f"{mark}-card",
        campaign=campaign,
        customer=customer,
        result=Redemption.Result.SUCCESS,
        status=Redemption.Status.SUCCEEDED,
        related_object_type=Redemption.RelatedObject.VOUCHER,
        redeemed_at=NOW,
        credits=5,
    )
    yield RewardRedemption.objects.create(
        redemption=redemption,
        card=card,
        reward=reward,
        assignment=offered,
        points=5,
        state=RewardRedemption.State.PENDING,
        created_at=NOW,
    )
