from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Decision
from approvals.services import decisions, requests
from approvals.services.decisions import OwnRequest, SeenOutdated
from core.errors import MissingPermission
from core.models import AuditEntry, OutboxEvent
from promotions.models import Campaign
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.approvals.world import DEEP, acting, only_request, person, policy
from tests.factories.promotions import CampaignFactory, percent

pytestmark = pytest.mark.django_db


def deeper(percent_off: int = 30) -> CampaignSpec:
    return CampaignSpec(values={"discount": percent(percent_off)})


def ask(campaign: Campaign, actor: Any, now: datetime, spec: CampaignSpec | None = None) -> ApprovalRequest:
    with pytest.raises(ApprovalRequired) as refused:
        campaigns.update(campaign_id=campaign.pk, spec=spec or deeper(), actor=actor, now=now)
    refused.value.settle()
    return only_request()


def decide(request: ApprovalRequest, who: Any, verdict: str, now: datetime, **more: Any) -> ApprovalRequest:
    given = {"comment": "", "revision": request.revision, **more}
    return decisions.decide(
        request_id=request.pk, verdict=Decision.Verdict(verdict), actor=acting(who), now=now, **given
    )


def test_what_needs_a_yes_changes_nothing_and_becomes_a_request(now: datetime) -> None:
    marketer = person("mia", "User")
    campaign = CampaignFactory(discount=percent(10))
    policy("Finance", conditions=[DEEP])

    request = ask(campaign, acting(marketer), now)

    campaign.refresh_from_db()
    assert campaign.discount == percent(10)
    assert not AuditEntry.objects.filter(action="campaign.updated").exists()
    assert not OutboxEvent.objects.filter(name="campaign.updated").exists()
    assert request.state == ApprovalRequest.State.PENDING
    assert (request.operation, request.target_id) == ("campaigns.update", campaign.public_id)
    assert request.base["discount"]["percent_off"] == 10
    assert request.proposal["discount"]["percent_off"] == 30
    assert request.facts["discount_percent"] == 30


def test_the_last_yes_runs_the_service_once_as_the_requester(now: datetime) -> None:
    marketer, boss, finance = person("mia", "User"), person("bo", "Category"), person("fi", "Finance")
    campaign = CampaignFactory(discount=percent(10))
    policy("Category", "Finance", conditions=[DEEP])
    request = ask(campaign, acting(marketer), now)

    request = decide(request, boss, "APPROVE", now)
    assert (request.state, request.stage) == (ApprovalRequest.State.PENDING, 1)
    request = decide(request, finance, "APPROVE", now)

    campaign.refresh_from_db()
    assert request.state == ApprovalRequest.State.APPLIED
    assert campaign.discount == percent(30)
    entry = AuditEntry.objects.get(action="campaign.updated")
    assert (entry.actor_label, entry.approval_id) == ("mia", request.public_id)


def test_what_no_policy_meets_is_done_at_once(now: datetime) -> None:
    campaign = CampaignFactory(discount=percent(10))
    policy("Finance", conditions=[DEEP])

    campaigns.update(campaign_id=campaign.pk, spec=deeper(20), actor=acting(person("mia", "User")), now=now)

    campaign.refresh_from_db()
    assert campaign.discount == percent(20)
    assert not ApprovalRequest.objects.exists()


def test_nobody_decides_about_his_own_request(now: datetime) -> None:
    both = person("mia", "User", "Finance")
    campaign = CampaignFactory(discount=percent(10))
    policy("Finance", conditions=[DEEP])
    request = ask(campaign, acting(both), now)

    with pytest.raises(OwnRequest):
        decide(request, both, "APPROVE", now)

    assert not Decision.objects.exists()


def test_only_the_stage_that_is_asked_decides(now: datetime) -> None:
    campaign = CampaignFactory(discount=percent(10))
    finance = person("fi", "Finance")
    person("bo", "Category")
    policy("Category", "Finance", conditions=[DEEP])
    request = ask(campaign, acting(person("mia", "User")), now)

    with pytest.raises(MissingPermission):
        decide(request, finance, "APPROVE", now)


def test_a_live_object_that_moved_makes_the_request_stale_and_keeps_the_object(now: datetime) -> None:
    campaign = CampaignFactory(discount=percent(10))
    finance = person("fi", "Finance")
    policy("Finance", conditions=[DEEP])
    request = ask(campaign, acting(person("mia", "User")), now)
    campaigns.update(campaign_id=campaign.pk, spec=deeper(15), actor=acting(person("ada", "Admin")), now=now)

    with pytest.raises(SeenOutdated):
        decide(request, finance, "APPROVE", now)

    request.refresh_from_db()
    campaign.refresh_from_db()
    assert request.state == ApprovalRequest.State.STALE
    assert campaign.discount == percent(15)


def test_a_proposal_made_anew_voids_what_was_said(now: datetime) -> None:
    marketer, one, two = person("mia", "User"), person("f1", "Finance"), person("f2", "Finance")
    campaign = CampaignFactory(discount=percent(10))
    policy("Finance", needed=2, conditions=[DEEP])
    request = ask(campaign, acting(marketer), now)
    request = decide(request, one, "APPROVE", now)

    again = requests.resubmit(request_id=request.pk, actor=acting(marketer), now=now)
    again = decide(again, two, "APPROVE", now)

    assert (again.revision, again.state) == (2, ApprovalRequest.State.PENDING)
    campaign.refresh_from_db()
    assert campaign.discount == percent(10)
