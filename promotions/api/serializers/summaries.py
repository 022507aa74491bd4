"""The summary of a campaign on the wire, by its kind (contract: semantics-core 15.5)."""

from __future__ import annotations

from typing import Any

from promotions.api.serializers.campaigns import campaign_base_output
from promotions.models import Campaign
from promotions.selectors.campaign_summaries import Summary


def summary_output(campaign: Campaign, found: Summary) -> dict[str, Any]:
    """Reads the category of the campaign: load it along (`selectors.campaigns.printable`)."""
    wire = {
        "object": "campaign_summary",
        "campaign": campaign_base_output(campaign),
        "redemptions": found.redemptions,
        "redemptions_succeeded": found.succeeded,
        "redemptions_failed": found.failed,
        "rollbacks": found.rollbacks,
        "rollbacks_succeeded": found.rollbacks,
        # A rollback that is refused leaves no row.
        "rollbacks_failed": 0,
        "validations": found.validated + found.not_validated,
        "validations_succeeded": found.validated,
        "validations_failed": found.not_validated,
        "orders_amount": found.orders_amount,
        "orders_rolledback_amount": found.orders_rolledback_amount,
    }
    if campaign.campaign_type != Campaign.CampaignType.PROMOTION:
        wire |= {
            "vouchers_created": found.vouchers_created,
            "vouchers_deleted": found.vouchers_deleted,
            "publications": found.published + found.not_published,
            "publications_succeeded": found.published,
            "publications_failed": found.not_published,
        }
    if found.cards is not None:
        return {**wire, **found.cards}
    return {
        **wire,
        "discounted_amount": found.discounted_amount,
        "rolledback_discounted_amount": found.rolledback_discounted_amount,
    }
