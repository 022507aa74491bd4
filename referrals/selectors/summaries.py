"""What a referral programme did in a period. Contract: referrals 15.6."""

from __future__ import annotations

from collections.abc import Mapping

from promotions.models import Campaign
from promotions.selectors import campaign_summaries
from promotions.selectors.campaign_summaries import Period
from referrals.models import Referral


def register() -> None:
    campaign_summaries.register(Campaign.CampaignType.REFERRAL_PROGRAM, of)


def of(campaign: Campaign, period: Period) -> Mapping[str, int]:
    """Who was recommended in it and counts. One query."""
    rows = Referral._base_manager.filter(
        period.of("created_at"), campaign=campaign, state=Referral.State.ACCEPTED
    )
    return {"referred_customers": rows.count()}
