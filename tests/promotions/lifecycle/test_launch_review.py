"""The launch of a draft that others have to say yes to: the whole way, and its bends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Decision
from approvals.services import carrying_out, decisions, requests
from approvals.services.decisions import SeenOutdated
from core.actors import Actor
from promotions.models import Campaign, Voucher
from promotions.selectors import launching
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.approvals.world import DEEP, acting, only_request, person, policy
from tests.factories.promotions import percent
from tests.promotions.lifecycle.drafting import audited, draft, now_stands, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia() -> Actor:
    return acting(person("mia", "User"))


@pytest.fixture
def finance() -> User:
    policy("Finance", conditions=[DEEP])
    return person("fi", "Finance")


def deep(mia: Actor, now: datetime, **values: Any) -> Campaign:
    return draft(mia, now, discount=percent(30), **values)


def ask(campaign: Campaign, actor: Actor, now: datetime) -> ApprovalRequest:
    with pytest.raises(ApprovalRequired) as refused:
        campaigns.launch(campaign_id=campaign.pk, actor=actor, now=now)
    refused.value.settle()
    found = launching.asking(campaign, now)
    assert found is not None
    return found.request


def say(
    request: ApprovalRequest, who: User, verdict: str, now: datetime, comment: str = ""
) -> ApprovalRequest:
    request = ApprovalRequest.objects.get(pk=request.pk)
    return decisions.decide(
        request_id=request.pk,
        verdict=Decision.Verdict(verdict),
        revision=request.revision,
        comment=comment,
        actor=acting(who),
        now=now,
    )


def edit(campaign: Campaign, actor: Actor, now: datetime, **values: Any) -> None:
    campaigns.update(campaign_id=campaign.pk, spec=CampaignSpec(values=values), actor=actor, now=now)


def test_what_nobody_asks_about_is_launched_at_once(mia: Actor, finance: User, now: datetime) -> None:
    campaign = draft(mia, now)

    campaigns.launch(campaign_id=campaign.pk, actor=mia, now=now)

    assert now_stands(campaign) == "LIVE"
    assert not ApprovalRequest.objects.exists()


def test_drafting_and_editing_ask_nobody(mia: Actor, finance: User, now: datetime) -> None:
    campaign = deep(mia, now)
    edit(campaign, mia, now, discount=percent(90))

    assert now_stands(campaign) == "DRAFT"
    assert not ApprovalRequest.objects.exists()


def test_from_the_draft_over_the_review_to_customers(mia: Actor, finance: User, now: datetime) -> None:
    campaign = deep(mia, now, count=3)

    request = ask(campaign, mia, now)
    in_review = (now_stands(campaign), Voucher.objects.count())
    request = say(request, finance, "APPROVE", now)

    assert in_review == ("IN_REVIEW", 0)
    assert request.state == ApprovalRequest.State.APPLIED
    assert (now_stands(campaign), Voucher.objects.filter(campaign=campaign).count()) == ("LIVE", 3)
    way = ["created", "submitted", "approved", "launched", "vouchers.added"]
    assert audited(campaign) == told(campaign) == [f"campaign.{step}" for step in way]


def test_who_decides_sees_that_it_begins_to_run_and_how_many_codes(
    mia: Actor, finance: User, now: datetime
) -> None:
    request = ask(deep(mia, now, count=3), mia, now)

    assert (request.base["active"], request.proposal["active"]) == (False, True)
    assert request.base["codes"] == request.proposal["codes"] == request.facts["codes"] == 3
    assert {key for key in request.proposal if request.base.get(key) != request.proposal[key]} == {"active"}


def test_the_one_code_is_seen_too(mia: Actor, finance: User, now: datetime) -> None:
    campaign = deep(mia, now, code="WELCOME")
    request = ask(campaign, mia, now)

    say(request, finance, "APPROVE", now)

    assert request.proposal["one_code"] == "WELCOME"
    assert list(Voucher.objects.values_list("code", flat=True)) == ["WELCOME"]


def test_an_edit_during_the_review_has_to_be_submitted_again(
    mia: Actor, finance: User, now: datetime
) -> None:
    campaign = deep(mia, now, count=3, starts_at=now + timedelta(days=1))
    request = ask(campaign, mia, now)
    edit(campaign, mia, now, discount=percent(40))
    found = launching.asking(campaign, now)
    assert found is not None
    assert found.is_outdated

    with pytest.raises(SeenOutdated) as refused:
        say(request, finance, "APPROVE", now)
    assert refused.value.key == "approval_outdated"
    assert (now_stands(campaign), only_request().state) == ("IN_REVIEW", "STALE")
    assert not Voucher.objects.exists()
    requests.resubmit(request_id=request.pk, actor=mia, now=now)
    say(request, finance, "APPROVE", now)

    assert now_stands(campaign) == "SCHEDULED"
    assert Campaign.objects.get().discount == percent(40)


@pytest.mark.parametrize(
    "values",
    [{"planned_codes": 4}, {"description": "Another"}, {"ends_at": datetime(2099, 1, 1).astimezone()}],
)
def test_any_edit_counts(values: dict[str, Any], mia: Actor, finance: User, now: datetime) -> None:
    campaign = deep(mia, now, count=3)
    request = ask(campaign, mia, now)
    edit(campaign, mia, now, **values)

    with pytest.raises(SeenOutdated):
        say(request, finance, "APPROVE", now)

    assert now_stands(campaign) == "IN_REVIEW"


def test_submitting_again_from_its_page_is_the_same_request_anew(
    mia: Actor, finance: User, now: datetime
) -> None:
    campaign = deep(mia, now)
    first = ask(campaign, mia, now)
    say(first, finance, "REQUEST_CHANGES", now, "Less, please")
    waiting = now_stands(campaign)
    edit(campaign, mia, now, discount=percent(25))

    second = ask(campaign, mia, now)

    assert waiting == "CHANGES_REQUESTED"
    assert (second.pk, second.revision, second.state) == (first.pk, 2, "PENDING")
    assert now_stands(campaign) == "IN_REVIEW"
    assert second.proposal["discount"]["percent_off"] == 25


def test_a_rejected_one_can_be_changed_and_submitted_anew(mia: Actor, finance: User, now: datetime) -> None:
    campaign = deep(mia, now)
    first = ask(campaign, mia, now)
    say(first, finance, "REJECT", now, "No")
    rejected = now_stands(campaign)

    second = ask(campaign, mia, now)

    assert (rejected, now_stands(campaign)) == ("REJECTED", "IN_REVIEW")
    assert second.pk != first.pk


def test_a_request_that_is_withdrawn_leaves_a_draft(mia: Actor, finance: User, now: datetime) -> None:
    campaign = deep(mia, now)
    request = ask(campaign, mia, now)

    requests.withdraw(request_id=request.pk, actor=mia, now=now)

    assert now_stands(campaign) == "DRAFT"
    assert told(campaign)[-1] == "campaign.taken_back"


def test_an_approved_one_waits_for_its_time(mia: Actor, finance: User, now: datetime) -> None:
    campaign, later = deep(mia, now), now + timedelta(hours=5)
    request = ask(campaign, mia, now)
    requests.schedule(request_id=request.pk, effective_at=later, actor=mia, now=now)
    say(request, finance, "APPROVE", now)
    waiting = (now_stands(campaign), Voucher.objects.count())

    carrying_out.carry_out_due(now=later - timedelta(seconds=1))
    early = now_stands(campaign)
    carrying_out.carry_out_due(now=later)
    carrying_out.carry_out_due(now=later)

    assert (waiting, early) == (("APPROVED", 0), "APPROVED")
    assert (now_stands(campaign), Voucher.objects.count()) == ("LIVE", 3)


def test_an_edit_while_it_waits_for_its_time_stops_the_launch(
    mia: Actor, finance: User, now: datetime
) -> None:
    campaign, later = deep(mia, now), now + timedelta(hours=5)
    request = ask(campaign, mia, now)
    requests.schedule(request_id=request.pk, effective_at=later, actor=mia, now=now)
    say(request, finance, "APPROVE", now)
    edit(campaign, mia, now, discount=percent(90))

    carrying_out.carry_out_due(now=later)

    assert (now_stands(campaign), only_request().state) == ("IN_REVIEW", "STALE")
    assert not Voucher.objects.exists()


def test_of_two_requests_the_furthest_counts(mia: Actor, finance: User, now: datetime) -> None:
    campaign, tom = deep(mia, now), acting(person("tom", "User"))
    first, second = ask(campaign, mia, now), ask(campaign, tom, now)
    assert first.pk != second.pk

    say(first, finance, "REJECT", now, "No")
    one_left = now_stands(campaign)
    say(second, finance, "APPROVE", now)

    assert (one_left, now_stands(campaign)) == ("IN_REVIEW", "LIVE")


def test_a_launch_that_fails_goes_back_to_review(mia: Actor, finance: User, now: datetime) -> None:
    campaign = deep(mia, now, ends_at=now + timedelta(hours=1))
    request = ask(campaign, mia, now)

    request = say(request, finance, "APPROVE", now + timedelta(hours=2))

    assert (request.state, now_stands(campaign)) == ("PENDING", "IN_REVIEW")
    assert "end is past" in request.error
    assert not Voucher.objects.exists()


def test_a_deleted_draft_is_not_launched(mia: Actor, finance: User, now: datetime) -> None:
    campaign = deep(mia, now)
    request = ask(campaign, mia, now)
    campaigns.delete(campaign_id=campaign.pk, force=False, actor=mia, now=now)

    with pytest.raises(SeenOutdated):
        say(request, finance, "APPROVE", now)

    assert now_stands(campaign) == "ARCHIVED"


def test_more_time_after_the_end_is_asked_about_as_any_change(
    mia: Actor, finance: User, now: datetime
) -> None:
    campaign = deep(mia, now, ends_at=now + timedelta(hours=1))
    say(ask(campaign, mia, now), finance, "APPROVE", now)
    later = now + timedelta(days=1)
    edit_spec = CampaignSpec(values={"ends_at": later + timedelta(days=1)})

    with pytest.raises(ApprovalRequired) as refused:
        campaigns.update(campaign_id=campaign.pk, spec=edit_spec, actor=mia, now=later)
    refused.value.settle()
    request = ApprovalRequest.objects.get(operation="campaigns.update")
    say(request, finance, "APPROVE", later)

    assert now_stands(campaign) == "LIVE"


def test_whom_a_launch_would_ask(mia: Actor, finance: User, now: datetime) -> None:
    campaign = deep(mia, now)

    assert launching.asked(campaign, mia, now) == ["Finance"]
    assert launching.asked(draft(mia, now, name="Small"), mia, now) == []
    assert now_stands(campaign) == "DRAFT"
