from __future__ import annotations

from django.db import models

from core.models import Assignment
from core.models.areas import constraints_of, written_down
from promotions.models.campaigns import Campaign


class CampaignAssignment(Assignment):
    """Where a campaign applies, and who of those that are limited to areas sees it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="assignments")

    class Meta:
        constraints = constraints_of("campaign", "campaign_assignment")
        triggers = (
            written_down(
                table="promotions_campaignassignment",
                owner="campaign",
                owner_table="promotions_campaign",
            ),
        )
