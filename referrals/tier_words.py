"""What referrers get, in plain words."""

from __future__ import annotations

from core import words
from promotions.models import Campaign, Reward
from referrals.models import ReferrerTier


def occasion(tier: ReferrerTier) -> str:
    """For each referral · once, for 5 referrals"""
    if tier.criterion == ReferrerTier.Criterion.EACH:
        return "for each referral"
    return f"once, for {words.count(tier.minimum, 'referral')}"


def what(reward: Reward) -> str:
    """A mug · 100 points of Coffee Club · a code of Summer"""
    campaign, balance = reward.campaign, reward.balance or 0
    if campaign is None:
        return reward.name
    if campaign.campaign_type == Campaign.CampaignType.LOYALTY_PROGRAM:
        return f"{words.count(balance, 'point')} of {campaign.name}"
    if campaign.campaign_type == Campaign.CampaignType.GIFT_VOUCHERS:
        return f"{words.money(balance)} on a card of {campaign.name}"
    return f"a code of {campaign.name}"


def whole(tier: ReferrerTier) -> str:
    """For each referral: 100 points of Coffee Club; only for VIPs"""
    text = f"{occasion(tier)}: {what(tier.reward)}"
    return f"{text}; only for {tier.segment.name}" if tier.segment is not None else text
