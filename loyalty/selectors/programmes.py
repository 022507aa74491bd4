"""Loyalty programmes: campaigns of their kind."""

from __future__ import annotations

from core.errors import NotFound
from promotions.models import Campaign
from promotions.selectors import campaigns


def get(reference: str, *, from_bin: bool = False) -> Campaign:
    """The programme of a path, by its id or its name.

    :raises NotFound: there is none, or the campaign is something else.
    """
    found = campaigns.get(reference, from_bin=from_bin)
    if found.campaign_type != Campaign.CampaignType.LOYALTY_PROGRAM:
        raise NotFound.of("campaign", reference)
    return found
