"""What a clone of a programme gets: the rewards for referrers. Referrals stay with the original."""

from __future__ import annotations

from datetime import datetime

from core.actors import Actor
from promotions.models import Campaign
from promotions.services import cloning
from referrals.models import ReferrerTier


def register() -> None:
    cloning.register(copy)


def copy(original: Campaign, clone: Campaign, actor: Actor, now: datetime) -> None:
    """Copy what belongs to a programme into its clone, a draft; other campaigns have nothing of it."""
    rows = ReferrerTier._base_manager.filter(campaign=original, deleted_at=None).order_by("pk")
    ReferrerTier.objects.bulk_create(
        ReferrerTier(
            campaign=clone,
            name=row.name,
            criterion=row.criterion,
            minimum=row.minimum,
            reward_id=row.reward_id,
            segment_id=row.segment_id,
            created_at=now,
        )
        for row in rows
    )
