"""Campaigns for the simulator of policies: drafts are launched, paused ones resumed, others changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from approvals.registry import Trial
from core.actors import Actor
from promotions.models import Campaign
from promotions.selectors import campaigns as known
from promotions.services.campaigns import CampaignSpec

_OFFERED: Final = 200


def _choices() -> list[tuple[str, str]]:
    """The newest ones, with their state."""
    rows = Campaign.objects.filter(deleted_at=None).order_by("-created_at", "-pk")[:_OFFERED]
    return [(row.public_id, f"{row.name} ({row.get_lifecycle_display().lower()})") for row in rows]


def _proposed(public_id: str, actor: Actor, now: datetime) -> tuple[str, dict[str, Any]]:
    campaign = known.get(public_id)
    given = {"campaign_id": campaign.pk, "actor": actor, "now": now}
    if campaign.is_draft:
        return "campaigns.launch", given
    if campaign.is_active:
        return "campaigns.update", {**given, "spec": CampaignSpec(values={})}
    return "campaigns.switch", {**given, "is_active": True}


CAMPAIGN: Final = Trial(
    name="campaign",
    label="Campaigns",
    permission="campaigns.read",
    choices=_choices,
    proposed=_proposed,
)
