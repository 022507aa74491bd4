"""A referral programme with two referrers, and people who come by their codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework.test import APIClient

from core.actors import Actor
from promotions.models import Campaign, Reward
from referrals.models import ReferrerTier
from tests.factories.promotions import CampaignFactory

NOW = datetime.fromisoformat("2026-03-10T12:00:00+00:00")
ACTOR = Actor.system("tests")


def programme(api: APIClient, name: str = "Friends", **settings: Any) -> Campaign:
    """Live, with ten codes that take 10 % off."""
    voucher = settings.pop("voucher", {"discount": {"type": "PERCENT", "percent_off": 10}})
    body = {
        "name": name,
        "campaign_type": "REFERRAL_PROGRAM",
        "vouchers_count": 10,
        "voucher": {"type": "DISCOUNT_VOUCHER", **voucher},
        "referral_program": settings,
    }
    answer = api.post("/v1/campaigns", body, format="json")
    assert answer.status_code == 200, answer.content
    return Campaign.objects.get(public_id=answer.json()["id"])


def code_of(api: APIClient, campaign: Campaign, person: str) -> str:
    """Give a customer a code to recommend with."""
    body = {"campaign": {"name": campaign.name}, "customer": {"source_id": person}}
    answer = api.post("/v1/publications", body, format="json")
    assert answer.status_code == 200, answer.content
    return str(answer.json()["voucher"]["code"])


def comes(api: APIClient, code: str, person: str, *, amount: int = 10_000, **more: Any) -> Any:
    """Somebody buys with the code: the answer."""
    body = {
        "redeemables": [{"object": "voucher", "id": code}],
        "customer": {"source_id": person, **more},
        "order": {"amount": amount, "source_id": f"order-{person}-{amount}"},
    }
    return api.post("/v1/redemptions", body, format="json")


def coupon(name: str = "A coupon") -> Reward:
    campaign = CampaignFactory(name=f"{name} campaign", type=Campaign.Type.AUTO_UPDATE)
    return Reward.objects.create(name=name, type=Reward.Type.CAMPAIGN, campaign=campaign, created_at=NOW)


def points(api: APIClient, balance: int) -> Reward:
    """Points of a loyalty programme, topped up."""
    body = {
        "name": f"Club of {balance}",
        "campaign_type": "LOYALTY_PROGRAM",
        "type": "AUTO_UPDATE",
        "voucher": {"type": "LOYALTY_CARD", "loyalty_card": {"points": 0}},
    }
    answer = api.post("/v1/campaigns", body, format="json")
    assert answer.status_code == 200, answer.content
    club = Campaign.objects.get(public_id=answer.json()["id"])
    return Reward.objects.create(
        name=f"{balance} points",
        type=Reward.Type.CAMPAIGN,
        campaign=club,
        balance=balance,
        created_at=NOW,
    )


def each(campaign: Campaign, reward: Reward, name: str = "Each") -> ReferrerTier:
    return ReferrerTier.objects.create(campaign=campaign, name=name, reward=reward, created_at=NOW)


def minimum(campaign: Campaign, reward: Reward, count: int) -> ReferrerTier:
    return ReferrerTier.objects.create(
        campaign=campaign,
        name=f"{count} friends",
        criterion=ReferrerTier.Criterion.MINIMUM,
        minimum=count,
        reward=reward,
        created_at=NOW,
    )
