"""Alert rules and what they look at, for tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from commerce.models import Customer
from insights.alert_kinds import TERMS
from insights.models import AlertRule
from promotions.models import Campaign, Redemption
from tests.factories.promotions import CREATED_AT

Kind = AlertRule.Kind


def rule(kind: AlertRule.Kind, **values: Any) -> AlertRule:
    """With the usual numbers of the kind; told to nobody."""
    usual = {name: asked.usual for name, asked in TERMS[kind].numbers.items()}
    return AlertRule.objects.create(
        **{"name": f"Rule {kind}", "kind": kind, "created_at": CREATED_AT, **usual, **values}
    )


def redemptions(
    number: int,
    *,
    at: datetime,
    campaign: Campaign | None = None,
    refused: str = "",
    customer: Customer | None = None,
) -> None:
    """So many attempts at one instant, successful or `refused` for a reason."""
    is_refused = bool(refused)
    Redemption.objects.bulk_create(
        Redemption(
            redeemed_at=at,
            result=Redemption.Result.FAILURE if is_refused else Redemption.Result.SUCCESS,
            status=Redemption.Status.FAILED if is_refused else Redemption.Status.SUCCEEDED,
            related_object_type=Redemption.RelatedObject.VOUCHER,
            campaign=campaign,
            customer=customer,
            failure_code=refused,
        )
        for _ in range(number)
    )
