"""A campaign's pool of codes: may there be more, and how many are there? Contract: semantics-core 15.3."""

from __future__ import annotations

from typing import Final

from django.db.models import F

from promotions.models import Campaign
from promotions.services.definitions import InvalidCampaign

MOST_CODES: Final = 10_000_000


def refuse_closed(campaign: Campaign) -> None:
    """:raises InvalidCampaign: this campaign takes no (more) codes now."""
    if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
        raise InvalidCampaign("A promotion has tiers, no codes.")
    if campaign.is_draft:
        raise InvalidCampaign("The campaign is a draft: it gets its codes when it is launched.")
    if campaign.type == Campaign.Type.STANDALONE:
        raise InvalidCampaign("A campaign with one generic code takes no more codes.")
    if campaign.generation_status == Campaign.GenerationStatus.IN_PROGRESS:
        raise InvalidCampaign("Codes of this campaign are being generated. Try again when that is done.")


def count_in(*, campaign_id: int, count: int) -> None:
    """Add to `vouchers_count`, last in the transaction, because everybody wants this row.

    :raises InvalidCampaign: the pool would exceed its size, or the campaign was deleted in the meantime.
    """
    room = Campaign.objects.filter(
        pk=campaign_id, deleted_at=None, vouchers_count__lte=MOST_CODES - count
    ).update(vouchers_count=F("vouchers_count") + count)
    if not room:
        raise full()


def count_in_beyond(*, campaign_id: int, count: int) -> None:
    """Like `count_in`, for codes made as they are given out: there may be any number of these."""
    Campaign.objects.filter(pk=campaign_id).update(vouchers_count=F("vouchers_count") + count)


def full() -> InvalidCampaign:
    return InvalidCampaign(f"A campaign may have at most {MOST_CODES:,} codes.")


def count_out(*, campaign_id: int, count: int) -> None:
    Campaign.objects.filter(pk=campaign_id, vouchers_count__gte=count).update(
        vouchers_count=F("vouchers_count") - count
    )
