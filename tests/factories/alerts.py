"""Alert rules and what they look at, for tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from commerce.models import Customer
from insights.alert_kinds import TERMS
from insights.models import Alert, AlertRule
from promotions.models import Campaign, Redemption
from tests.conftest import NOW
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


def raised(of: AlertRule, subject: str, **values: Any) -> Alert:
    """An open alert of a rule about launches, or what `values` say."""
    campaign = values.get("campaign")
    figures = {
        "name": campaign.name if campaign else "Spring",
        "campaign_id": campaign.public_id if campaign else None,
        "launched_at": "2026-03-09T12:00:00.000Z",
        "hours": 24,
    }
    usual = {"severity": of.severity, "figures": figures, "raised_at": NOW, "seen_at": NOW}
    return Alert.objects.create(rule=of, subject=subject, **{**usual, **values})
