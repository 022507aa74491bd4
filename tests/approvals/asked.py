"""Requests as people file them: a campaign of 10 percent that somebody wants deeper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Decision
from approvals.services import decisions
from core import dispatch
from core.models import EventDelivery
from promotions.models import Campaign
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.approvals.world import acting
from tests.factories.promotions import CampaignFactory, percent


def ask(
    who: User, now: datetime, *, campaign: Campaign | None = None, percent_off: int = 30, **values: Any
) -> ApprovalRequest:
    """`who` wants a campaign deeper; some policy must be in force."""
    campaign = campaign or CampaignFactory(discount=percent(10), **values)
    spec = CampaignSpec(values={"discount": percent(percent_off)})
    with pytest.raises(ApprovalRequired) as refused:
        campaigns.update(campaign_id=campaign.pk, spec=spec, actor=acting(who), now=now)
    refused.value.settle()
    assert refused.value.request is not None
    return refused.value.request


def say(
    request: ApprovalRequest, who: User, verdict: str, now: datetime, comment: str = ""
) -> ApprovalRequest:
    present = ApprovalRequest.objects.get(pk=request.pk)
    return decisions.decide(
        request_id=present.pk,
        verdict=Decision.Verdict(verdict),
        revision=present.revision,
        comment=comment,
        actor=acting(who),
        now=now,
    )


def move(request: ApprovalRequest, now: datetime) -> None:
    """Somebody whom no policy asks changes the campaign that a request is about."""
    campaign = Campaign.objects.get(public_id=request.target_id)
    Campaign.objects.filter(pk=campaign.pk).update(description="Moved", updated_at=now)


def deliver(now: datetime) -> list[int]:
    """Hand all events to the subscribers; returns the deliveries."""
    done: list[int] = []
    while dispatch.plan(now=now) or EventDelivery.objects.exclude(pk__in=done).exists():
        waiting = list(EventDelivery.objects.exclude(pk__in=done).values_list("pk", flat=True))
        for pk in waiting:
            dispatch.deliver(delivery_id=pk, now=now)
        done += waiting
    assert not EventDelivery.objects.exclude(last_error="").exists()
    return done
