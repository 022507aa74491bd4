"""Referrals, and what they bring, on the wire. Ours: the contract publishes neither."""

from __future__ import annotations

from typing import Any

from core.instants import format_instant, format_optional
from referrals.models import Referral, ReferrerTier


def referral_output(row: Referral) -> dict[str, Any]:
    """Who came by whom, and whether it counts. Both customers, programme and code are loaded along."""
    return {
        "id": row.public_id,
        "campaign_id": row.campaign.public_id,
        "voucher_id": row.voucher.public_id,
        "referrer_id": row.referrer.public_id,
        "referee_id": row.referee.public_id,
        "related_object_type": row.cause,
        "status": row.state,
        "findings": [{"key": one["key"], "message": one["message"]} for one in row.findings],
        "reason": row.reason or None,
        "decided_at": format_optional(row.decided_at),
        "created_at": format_instant(row.created_at),
        "updated_at": format_optional(row.updated_at),
        "object": "referral",
    }


def tier_output(tier: ReferrerTier) -> dict[str, Any]:
    """A reward for referrers; its reward and segment are loaded along."""
    return {
        "id": tier.public_id,
        "name": tier.name,
        "criterion": tier.criterion,
        "minimum": tier.minimum,
        "reward_id": tier.reward.public_id,
        "segment_id": tier.segment.public_id if tier.segment is not None else None,
        "created_at": format_instant(tier.created_at),
        "updated_at": format_optional(tier.updated_at),
        "object": "referral_tier",
    }
