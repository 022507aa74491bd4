"""Write-protected campaigns: people may change them in the admin, programs may not. Contract: 15.4."""

from __future__ import annotations

from core.actors import Actor, ActorKind
from core.errors import ResourceProtected
from promotions.models import Campaign


def refuse_protected(campaign: Campaign, actor: Actor) -> None:
    """:raises ResourceProtected: the campaign is protected and the actor comes over the API."""
    if campaign.protected and actor.kind is ActorKind.API_KEY:
        raise ResourceProtected(
            f"Campaign {campaign.name} is write-protected.",
            resource_id=campaign.public_id,
            resource_type="campaign",
        )
