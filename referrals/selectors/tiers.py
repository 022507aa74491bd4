"""What referrers of a programme get."""

from __future__ import annotations

from django.db.models import QuerySet

from referrals.models import ReferrerTier


def of_programme(campaign_id: int) -> QuerySet[ReferrerTier]:
    """Those in force, in the order in which a referrer reaches them; with their rewards."""
    rows = ReferrerTier.objects.filter(campaign=campaign_id, deleted_at=None)
    return rows.select_related("reward__campaign", "segment", "campaign").order_by("minimum", "pk")
