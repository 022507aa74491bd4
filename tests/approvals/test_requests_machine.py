"""Requests under any sequence of steps, against a model of plain data (PROOFS L4).

Invariants: applied at most once and only with the yeses of its revision; nobody decides about his own; what
runs changes only by free edits and by requests that were carried out, and is then what was seen.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from approvals import codec
from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Decision, Policy
from approvals.policies import PolicyContent, Stage
from approvals.services import carrying_out, decisions, requests
from core.errors import DomainError
from core.models import AuditEntry
from promotions import approval_contents as contents
from promotions.models import Campaign, Lifecycle
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.approvals.requests_model import GROUPS, STAGES, Content, House, Wish
from tests.approvals.world import DEEP, acting, person, policy
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory, percent
from tests.nightly import IS_NIGHTLY

PEOPLE = st.sampled_from(["f1", "f2", "c1", "c2", "ada", "mia"])
ASKING = st.sampled_from(["mia", "mia", "ada"])
CHANGES = st.one_of(
    st.sampled_from([5, 20, 25, 30, 40]).map(lambda number: {"percent": number}),
    st.integers(0, 2).map(lambda number: {"note": number}),
)
VERDICTS = st.sampled_from(["APPROVE"] * 5 + ["REQUEST_CHANGES", "REJECT", "EMERGENCY"])


class RequestsMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.house = House(NOW)
        self.requests: list[ApprovalRequest] = []
        self.seen: dict[int, str] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize()
    def open_house(self) -> None:
        names = {"ada": "Admin", "mia": "User"}
        people = {name: person(name, names.get(name, group)) for name, group in GROUPS.items()}
        self.users: dict[str, User] = people
        self.live = CampaignFactory(discount=percent(10), metadata={"note": 0})
        self.draft = CampaignFactory(
            discount=percent(10), metadata={"note": 0}, is_active=False, lifecycle=Lifecycle.DRAFT
        )
        self.policy: Policy = policy(*STAGES, conditions=[DEEP])

    @rule(who=ASKING, change=CHANGES)
    def edit_live(self, who: str, change: Content) -> None:
        wish = self.house.ask(who, change)
        filed = self._filed(who, change)

        assert (filed is None) == (wish is None)
        if filed is not None and wish is not None:
            self.requests += [filed] if wish.number == len(self.requests) else []
            assert filed.pk == self.requests[wish.number].pk

    @rule(change=CHANGES)
    def edit_draft(self, change: Content) -> None:
        """Free, whatever it says."""
        self.house.draft = {**self.house.draft, **change}
        self._update(self.draft, "mia", change)

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), who=PEOPLE, verdict=VERDICTS, is_late=st.sampled_from([False] * 6 + [True]))
    def decide(self, data: st.DataObject, who: str, verdict: str, is_late: bool) -> None:
        wish, request = self._one(data)
        revision = wish.revision - is_late
        expected = self.house.decide(wish, who, verdict, revision)

        def decided() -> str:
            made = decisions.decide(
                request_id=request.pk,
                verdict=Decision.Verdict(verdict),
                revision=revision,
                comment="Because",
                actor=acting(self.users[who]),
                now=self.house.now,
            )
            return str(made.state)

        assert _told(decided) == expected
        self._note_what_runs()

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), who=st.sampled_from(["mia", "mia", "ada", "f1"]))
    def resubmit(self, data: st.DataObject, who: str) -> None:
        wish, request = self._one(data)
        expected = self.house.resubmit(wish, who)
        sent = {"request_id": request.pk, "actor": acting(self.users[who]), "now": self.house.now}

        assert _told(lambda: requests.resubmit(**sent) and "done") == expected

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), who=st.sampled_from(["mia", "f1", "c1"]))
    def withdraw(self, data: st.DataObject, who: str) -> None:
        wish, request = self._one(data)
        expected = self.house.withdraw(wish, who)
        sent = {"request_id": request.pk, "actor": acting(self.users[who]), "now": self.house.now}

        assert _told(lambda: requests.withdraw(**sent) and "done") == expected

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), who=st.sampled_from(["mia", "f2", "c1"]), hours=st.sampled_from([None, -1, 5, 24]))
    def schedule(self, data: st.DataObject, who: str, hours: int | None) -> None:
        wish, request = self._one(data)
        at = None if hours is None else self.house.now + timedelta(hours=hours)
        expected = self.house.schedule(wish, who, at)
        sent = {"request_id": request.pk, "actor": acting(self.users[who]), "now": self.house.now}

        assert _told(lambda: requests.schedule(**sent, effective_at=at) and "done") == expected

    @rule(hours=st.sampled_from([1, 6, 30]))
    def clock_forward(self, hours: int) -> None:
        self.house.wait(self.house.now + timedelta(hours=hours))
        carrying_out.carry_out_due(now=self.house.now)
        self._note_what_runs()

    @rule(threshold=st.sampled_from([15, 25, 35]), finance=st.sampled_from([1, 2]))
    def change_policy(self, threshold: int, finance: int) -> None:
        """What was filed keeps its stages; what is proposed anew gets the new ones."""
        self.house.threshold, self.house.finance = threshold, finance
        stages = [Stage(name=name, group=name) for name in STAGES[:1]]
        stages.append(Stage(name=STAGES[1], group=STAGES[1], needed=finance))
        content = PolicyContent(stages=tuple(stages)).to_json()
        self.policy.content = {**content, "conditions": [{**DEEP, "value": threshold}]}
        self.policy.save(update_fields=["content"])

    @invariant()
    def what_runs_is_what_was_allowed(self) -> None:
        for campaign, expected in ((self.live, self.house.live), (self.draft, self.house.draft)):
            row = Campaign.objects.get(pk=campaign.pk)
            assert row.discount is not None
            found = {"percent": row.discount["percent_off"], "note": row.metadata["note"]}
            assert found == expected

    @invariant()
    def requests_stand_where_they_should(self) -> None:
        rows = ApprovalRequest.objects.order_by("pk").values_list(
            "state", "revision", "stage", "effective_at"
        )
        assert list(rows) == [(one.state, one.revision, one.stage, one.at) for one in self.house.wishes]

    @invariant()
    def each_is_applied_once_with_the_yeses_of_its_revision(self) -> None:
        for request in ApprovalRequest.objects.prefetch_related("decisions"):
            carried_out = AuditEntry.objects.filter(
                action="campaign.updated", approval_id=request.public_id
            ).count()
            assert carried_out == (request.state == ApprovalRequest.State.APPLIED)
            said = request.decisions.all()
            assert not any(one.actor_id == request.requester_id for one in said)
            if carried_out:
                assert _is_enough(request, [one for one in said if one.revision == request.revision])

    def _filed(self, who: str, change: Content) -> ApprovalRequest | None:
        try:
            self._update(self.live, who, change)
        except ApprovalRequired as refused:
            refused.settle()
            return refused.request
        return None

    def _update(self, campaign: Campaign, who: str, change: Content) -> None:
        given: dict[str, Any] = {}
        if "percent" in change:
            given["values"] = {"discount": percent(change["percent"])}
        if "note" in change:
            given["metadata"] = {"note": change["note"]}
        campaigns.update(
            campaign_id=campaign.pk,
            spec=CampaignSpec(**given),
            actor=acting(self.users[who]),
            now=self.house.now,
        )

    def _one(self, data: st.DataObject) -> tuple[Wish, ApprovalRequest]:
        number = data.draw(st.integers(0, len(self.requests) - 1))
        return self.house.wishes[number], self.requests[number]

    def _note_what_runs(self) -> None:
        """Right after the last request of a step was carried out, what runs has the digest that was seen."""
        new = [
            one
            for one in ApprovalRequest.objects.filter(state=ApprovalRequest.State.APPLIED).order_by(
                "effective_at", "pk"
            )
            if one.pk not in self.seen
        ]
        for request in new:
            self.seen[request.pk] = request.proposal_sha256
        if new:
            assert codec.digest(contents.campaign(self.live.pk)) == new[-1].proposal_sha256


def _told(operation: Callable[[], Any]) -> str:
    try:
        return str(operation())
    except DomainError as refusal:
        return refusal.key


def _is_enough(request: ApprovalRequest, said: list[Decision]) -> bool:
    if request.is_emergency:
        return len({one.actor_id for one in said if one.verdict == Decision.Verdict.EMERGENCY}) >= 2
    return all(
        len({one.actor_id for one in said if one.stage == place and one.verdict == Decision.Verdict.APPROVE})
        >= stage["needed"]
        for place, stage in enumerate(request.stages)
    )


@pytest.mark.slow
def test_requests_under_any_sequence_of_steps(db: None) -> None:
    """`FANFARE_NIGHTLY=1`: twenty times as many stories, and longer ones."""
    examples, steps = (200, 50) if IS_NIGHTLY else (10, 30)
    run_state_machine_as_test(
        RequestsMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
