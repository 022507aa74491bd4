"""What a programme did in a period, in points. Contract: semantics-core 15.5."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Case, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from loyalty.models import LoyaltyCard, PendingPoints, PointsTransaction
from promotions.models import Campaign
from promotions.selectors import campaign_summaries
from promotions.selectors.campaign_summaries import Period

Type, State = PointsTransaction.Type, PendingPoints.State


def register() -> None:
    campaign_summaries.register(Campaign.CampaignType.LOYALTY_PROGRAM, of)


def of(campaign: Campaign, period: Period) -> Mapping[str, int]:
    """By the names on the wire, in three queries. `points_deleted` is what deleted cards had left."""
    lines = PointsTransaction._base_manager.filter(period.of("created_at"), campaign=campaign)
    moved: dict[str, int] = dict(lines.order_by().values_list("type").annotate(Sum("amount")))
    gone = LoyaltyCard._base_manager.filter(
        period.of("voucher__deleted_at"), campaign=campaign, voucher__deleted_at__isnull=False
    )
    return {
        "created_vouchers_points": moved.get(Type.ISSUED, 0),
        "points_deleted": gone.aggregate(left=Coalesce(Sum("balance"), 0))["left"],
        "points_subtracted": -moved.get(Type.REMOVAL, 0),
        "points_added": moved.get(Type.ADDITION, 0),
        "points_rewarded": moved.get(Type.ACCRUAL, 0) + moved.get(Type.ACTIVATION, 0),
        "points_redeemed": -moved.get(Type.REDEMPTION, 0),
        "points_rolledback": moved.get(Type.REFUND, 0),
        "points_expired": -moved.get(Type.EXPIRATION, 0),
        "points_transferred_out": -moved.get(Type.TRANSFER_OUT, 0),
        "points_transferred_in": moved.get(Type.TRANSFER_IN, 0),
        **_pending(campaign, period),
    }


def _pending(campaign: Campaign, period: Period) -> dict[str, int]:
    """An entry was as large as what was earned, or larger if somebody added to it; what it has less now was
    subtracted when it was last touched.
    """
    first = Greatest(F("points"), Coalesce("earning__points", "points"))
    begun, ended = period.of("created_at"), period.of("updated_at")

    def total(of: Any, when: Q) -> Any:
        return Coalesce(Sum(Case(When(when, then=of), default=Value(0))), 0)

    rows = PendingPoints._base_manager.filter(campaign=campaign)
    found: dict[str, int] = rows.annotate(first=first).aggregate(
        pending_points_added=total(F("first"), begun if begun else Q(pk__isnull=False)),
        pending_points_subtracted=total(F("first") - F("points"), ended & Q(points__lt=F("first"))),
        pending_points_activated=total(F("points"), ended & Q(state=State.ACTIVATED)),
        pending_points_canceled=total(F("points"), ended & Q(state=State.CANCELED)),
    )
    return found
