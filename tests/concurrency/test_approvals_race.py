"""Requests that are decided, changed and taken back by several at once (PROOFS: races; INVARIANTS A1)."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from approvals import registry
from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Decision
from approvals.services import carrying_out, decisions, requests
from core.actors import Actor
from core.errors import DomainError
from core.models import AuditEntry
from promotions.models import Campaign, Version
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.approvals.world import DEEP, acting, person, policy
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory, percent

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
State = ApprovalRequest.State
ROUNDS = 6


def asked(about: Campaign, by: Actor, percent_off: int = 30) -> ApprovalRequest:
    spec = CampaignSpec(values={"discount": percent(percent_off)})
    with pytest.raises(ApprovalRequired) as refused:
        campaigns.update(campaign_id=about.pk, spec=spec, actor=by, now=NOW)
    refused.value.settle()
    request = refused.value.request
    assert request is not None
    return request


def said(request: ApprovalRequest, who: Actor, verdict: str = "APPROVE", revision: int = 1) -> str:
    """What came of one decision: the state, or the key of the refusal."""
    try:
        decided = decisions.decide(
            request_id=request.pk,
            verdict=Decision.Verdict(verdict),
            revision=revision,
            comment="Now",
            actor=who,
            now=NOW,
        )
    except DomainError as refusal:
        return refusal.key
    return str(decided.state)


def tried(operation: Callable[[], Any]) -> str:
    try:
        operation()
    except DomainError as refusal:
        return refusal.key
    return "done"


def applied(request: ApprovalRequest) -> int:
    """How often the request was carried out, by what the service itself wrote."""
    return AuditEntry.objects.filter(action="campaign.updated", approval_id=request.public_id).count()


def marketer() -> Actor:
    return acting(person("mia", "User"))


def finance(number: int) -> list[Actor]:
    return [acting(person(f"finance-{n}", "Finance")) for n in range(number)]


def live() -> Campaign:
    made: Campaign = CampaignFactory(discount=percent(10))
    return made


def test_four_deciders_on_twenty_requests_carry_each_out_once(at_once: AtOnce) -> None:
    """A state machine without locks accepted 240 of 60 here."""
    policy("Finance", conditions=[DEEP])
    mia, deciders = marketer(), finance(4)
    filed = [asked(live(), mia) for _ in range(20)]

    answers = at_once([lambda who=who: [said(one, who) for one in filed] for who in deciders])

    counted = Counter(answer for several in answers for answer in several)
    assert counted == {"APPLIED": 20, "approval_already_decided": 60}
    assert {applied(one) for one in filed} == {1}
    assert Decision.objects.count() == 20
    assert set(ApprovalRequest.objects.values_list("state", flat=True)) == {State.APPLIED}
    assert all(campaign.discount == percent(30) for campaign in Campaign.objects.all())


@pytest.mark.parametrize("needed", [1, 2])
def test_two_say_yes_at_the_last_stage(at_once: AtOnce, needed: int) -> None:
    policy("Finance", needed=needed, conditions=[DEEP])
    mia, deciders = marketer(), finance(2)
    for _ in range(ROUNDS):
        request = asked(live(), mia)

        answers = at_once([lambda who=who, one=request: said(one, who) for who in deciders])

        expected = ["APPLIED", "approval_already_decided"] if needed == 1 else ["APPLIED", "PENDING"]
        assert sorted(answers) == expected
        assert (applied(request), request.decisions.count()) == (1, needed)


def test_the_same_person_twice_at_once_is_one_yes(at_once: AtOnce) -> None:
    policy("Finance", needed=2, conditions=[DEEP])
    mia, (one, _) = marketer(), finance(2)
    request = asked(live(), mia)

    answers = at_once([lambda: said(request, one)] * 4)

    assert Counter(answers) == {"PENDING": 1, "approval_already_said": 3}
    assert (applied(request), request.decisions.count()) == (0, 1)


def test_yes_and_no_at_once(at_once: AtOnce) -> None:
    policy("Finance", conditions=[DEEP])
    mia, (one, two) = marketer(), finance(2)
    for _ in range(ROUNDS):
        request = asked(live(), mia)

        answers = at_once([lambda r=request: said(r, one), lambda r=request: said(r, two, "REJECT")])

        assert set(answers) in (
            {"APPLIED", "approval_already_decided"},
            {"REJECTED", "approval_already_decided"},
        )
        assert applied(request) == ("APPLIED" in answers)


def test_approved_while_the_live_object_is_edited(at_once: AtOnce) -> None:
    """Either the yes came first and both changes hold, or the edit did and the request is out of date."""
    policy("Finance", conditions=[DEEP])
    mia, (one,), admin = marketer(), finance(1), acting(person("ada", "Admin"))
    seen: Counter[str] = Counter()
    for _ in range(ROUNDS):
        about = live()
        request = asked(about, mia)
        edit = CampaignSpec(metadata={"season": "late"})

        def edited(pk: int = about.pk, spec: CampaignSpec = edit) -> str:
            return tried(lambda: campaigns.update(campaign_id=pk, spec=spec, actor=admin, now=NOW))

        answer, other = at_once([lambda r=request: said(r, one), edited])

        about.refresh_from_db()
        request.refresh_from_db()
        seen[request.state] += 1
        # The edit meets the policy, too, once the discount is deep: then it waits for a yes itself.
        allowed = {"APPLIED": {"done", "approval_required"}, "approval_outdated": {"done"}, "STALE": {"done"}}
        assert other in allowed[answer]
        assert request.state == (State.APPLIED if answer == "APPLIED" else State.STALE)
        assert about.discount == percent(30 if answer == "APPLIED" else 10)
        assert about.metadata == ({"season": "late"} if other == "done" else {})
        assert applied(request) == (answer == "APPLIED")
    assert seen.total() == ROUNDS


def test_approved_while_it_is_proposed_anew(at_once: AtOnce) -> None:
    """A yes counts for the revision that was read, or not at all."""
    policy("Finance", conditions=[DEEP])
    mia, (one,) = marketer(), finance(1)
    for _ in range(ROUNDS):
        request = asked(live(), mia)

        def again(pk: int = request.pk) -> str:
            return tried(lambda: requests.resubmit(request_id=pk, actor=mia, now=NOW))

        answers = at_once([lambda r=request: said(r, one), again])

        request.refresh_from_db()
        if answers == ["APPLIED", "approval_already_decided"]:
            assert (request.revision, applied(request)) == (1, 1)
        else:
            assert answers == ["approval_outdated", "done"]
            assert (request.state, request.revision, applied(request)) == (State.PENDING, 2, 0)


def test_approved_while_it_is_withdrawn(at_once: AtOnce) -> None:
    policy("Finance", conditions=[DEEP])
    mia, (one,) = marketer(), finance(1)
    for _ in range(ROUNDS):
        about = live()
        request = asked(about, mia)

        def back(pk: int = request.pk) -> str:
            return tried(lambda: requests.withdraw(request_id=pk, actor=mia, now=NOW))

        answers = at_once([lambda r=request: said(r, one), back])

        about.refresh_from_db()
        assert answers in (["APPLIED", "approval_already_decided"], ["approval_already_decided", "done"])
        assert about.discount == percent(30 if answers[0] == "APPLIED" else 10)
        assert applied(request) == (answers[0] == "APPLIED")


def test_the_same_wish_sent_by_four_at_once_is_one_request(at_once: AtOnce) -> None:
    policy("Finance", conditions=[DEEP])
    mia, about = marketer(), live()

    found = at_once([lambda: asked(about, mia).pk] * 4)

    assert len(set(found)) == 1
    assert ApprovalRequest.objects.get().revisions.count() == 1
    assert AuditEntry.objects.filter(action="approval_request.created").count() == 1


def test_what_is_due_is_carried_out_once_by_four_workers(at_once: AtOnce) -> None:
    policy("Finance", conditions=[DEEP])
    mia, (one,) = marketer(), finance(1)
    filed = [asked(live(), mia) for _ in range(6)]
    for request in filed:
        requests.schedule(request_id=request.pk, effective_at=NOW + timedelta(1), actor=mia, now=NOW)
        assert said(request, one) == "APPROVED"

    at_once([lambda: carrying_out.carry_out_due(now=NOW + timedelta(1))] * 4)

    assert {applied(request) for request in filed} == {1}
    assert set(ApprovalRequest.objects.values_list("state", flat=True)) == {State.APPLIED}


class Stuck(DomainError):
    key = "stuck"
    message = "Stuck"


@pytest.mark.parametrize("error", [Stuck("half-way"), RuntimeError("a bug")])
def test_an_apply_that_fails_half_way_leaves_nothing(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal is kept on the request, which waits again; a bug undoes the decision, too."""
    policy("Finance", conditions=[DEEP])
    mia, (one, two) = marketer(), finance(2)
    about = live()
    request = asked(about, mia)
    operation = registry.operation("campaigns.update")
    versions = Version.objects.count()

    def half_way(**arguments: Any) -> Any:
        operation.service(**arguments)
        raise error

    with monkeypatch.context() as broken:
        broken.setitem(registry._operations, operation.name, dataclasses.replace(operation, service=half_way))
        if isinstance(error, DomainError):
            assert said(request, one) == State.PENDING
        else:
            with pytest.raises(RuntimeError):
                said(request, one)

    about.refresh_from_db()
    request.refresh_from_db()
    assert about.discount == percent(10)
    assert (applied(request), Version.objects.count()) == (0, versions)
    is_kept = isinstance(error, DomainError)
    assert (request.state, request.error) == (State.PENDING, "half-way" if is_kept else "")
    assert request.decisions.count() == is_kept
    assert said(request, two, revision=request.revision) == State.APPLIED
    about.refresh_from_db()
    assert (about.discount, applied(request)) == (percent(30), 1)
