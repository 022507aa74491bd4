"""Tells commerce who recommended whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from commerce import recommendations
from commerce.recommendations import Recommended
from referrals.models import Referral


def register() -> None:
    recommendations.register(read)


def read(customers: Collection[int]) -> Mapping[int, Sequence[Recommended]]:
    """In one query; of referrals that count, in programmes that are not in the bin."""
    rows = Referral._base_manager.filter(
        referee__in=customers, state=Referral.State.ACCEPTED, campaign__deleted_at=None
    )
    found: defaultdict[int, list[Recommended]] = defaultdict(list)
    for row in rows.select_related("campaign", "referrer", "redemption", "event").order_by("pk"):
        found[row.referee_id].append(_received(row))
    return found


def _received(row: Referral) -> Recommended:
    cause = row.redemption or row.event
    return Recommended(
        campaign_id=row.campaign.public_id,
        referrer_id=row.referrer.public_id,
        related_object_id=cause.public_id if cause is not None else row.public_id,
        related_object_type="redemption" if row.redemption is not None else "custom_event",
        at=row.created_at,
    )
