from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals import context, gate, registry
from approvals.gate import ApprovalRequired, gated
from approvals.models import ApprovalRequest, Policy
from approvals.policies import PolicyContent
from approvals.registry import Operation, Subject
from approvals.services import simulations
from core.actors import Actor, ActorKind, Role
from core.errors import DomainError, MissingPermission
from core.models import AuditEntry, OutboxEvent
from promotions.approval_trials import CAMPAIGN
from promotions.models import Campaign
from promotions.models.campaigns import Lifecycle
from promotions.services import campaigns
from tests.approvals.test_policies import CONTENTS, KNOWN, numbered
from tests.approvals.world import DEEP, acting, person, policy
from tests.factories.promotions import CampaignFactory, percent

pytestmark = pytest.mark.django_db
NAMES = ("campaigns.update", "campaigns.create")


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Gated services of these names that do nothing, about facts that the caller says."""
    monkeypatch.setattr(registry, "_operations", {})
    monkeypatch.setattr(gate, "_gated", {})
    found: dict[str, Any] = {}
    for name in NAMES:

        def service(*, facts: dict[str, Any], actor: Actor, now: datetime) -> str:
            assert context.is_open()
            return "done"

        def describe(arguments: Any, result: Any, before: Subject | None) -> Subject:
            facts = arguments["facts"] if before is not None else {}
            return Subject(type="thing", content={"changed": before is not None}, facts=facts)

        operation = Operation(
            name=name, label=name, permission="budgets.modify", service=service, describe=describe
        )
        registry.register(operation)
        found[name] = gated(name)(service)
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    contents=st.lists(CONTENTS, max_size=3),
    facts=KNOWN,
    role=st.sampled_from([Role.ADMIN, Role.USER, Role.VIEWER]),
    name=st.sampled_from(NAMES),
)
def test_says_what_the_gate_then_does(
    services: dict[str, Any],
    now: datetime,
    contents: list[PolicyContent],
    facts: dict[str, Any],
    role: Role,
    name: str,
) -> None:
    Policy.objects.all().delete()
    for at, one in enumerate(numbered(contents)):
        Policy.objects.create(name=one.name, position=at, content=one.content.to_json(), created_at=now)
    actor = Actor(kind=ActorKind.USER, id="1", label="somebody", role=role)

    found = simulations.by_hand(operation=name, role=role, facts=facts, now=now)

    said, needed, _ = asked(lambda: services[name](facts=facts, actor=actor, now=now))
    assert (said, needed) == (told(found), found.needed)


def asked(call: Callable[[], Any]) -> tuple[str, Any, Any]:
    """What the gate makes of it: done, refused or asked, with who has to say yes, and the facts."""
    try:
        call()
    except MissingPermission:
        return "refused", None, None
    except ApprovalRequired as refusal:
        return "asked", refusal.proposal.needed, refusal.proposal.facts
    return "done", None, None


def told(found: simulations.Simulation) -> str:
    if found.is_refused:
        return "refused"
    return "done" if found.needed is None else "asked"


def draft(depth: int, **more: Any) -> Campaign:
    return CampaignFactory(discount=percent(depth), lifecycle=Lifecycle.DRAFT, is_active=False, **more)


def simulated(campaign: Campaign, now: datetime, role: Role = Role.USER) -> simulations.Simulation:
    return simulations.tried(trial=CAMPAIGN, id=campaign.public_id, role=role, now=now)


def test_what_runs_is_judged_as_it_is(now: datetime) -> None:
    person("fi", "Finance")
    policy("Finance", conditions=[DEEP], due_hours=24)
    campaign = CampaignFactory(discount=percent(30))

    found = simulated(campaign, now)

    assert found.operation.name == "campaigns.update"
    assert found.facts["discount_percent"] == 30
    assert found.needed is not None
    assert [(stage.group, [one.username for one in people]) for stage, people in found.deciders] == [
        ("Finance", ["fi"])
    ]
    shallow = CampaignFactory(discount=percent(20))
    assert simulated(shallow, now).needed is None


@pytest.mark.parametrize("depth", [20, 30])
@pytest.mark.parametrize("group", ["User", "Admin", "Viewer"])
def test_a_draft_is_judged_by_launching_it_and_stays_a_draft(now: datetime, depth: int, group: str) -> None:
    person("fi", "Finance")
    policy("Finance", conditions=[DEEP], operations=("campaigns.launch",))
    policy("Finance", name="Two", needed=2, roles=("ADMIN",))
    campaign, somebody = draft(depth), acting(person("mia", group))

    found = simulated(campaign, now, Role(somebody.role))

    campaign.refresh_from_db()
    assert (campaign.lifecycle, campaign.is_active) == (Lifecycle.DRAFT, False)
    assert not ApprovalRequest.objects.exists()
    assert not AuditEntry.objects.exists()
    assert not OutboxEvent.objects.exists()
    assert found.operation.name == "campaigns.launch"
    said, needed, facts = asked(lambda: campaigns.launch(campaign_id=campaign.pk, actor=somebody, now=now))
    assert (said, needed) == (told(found), found.needed)
    assert said != "asked" or facts == found.facts
    expected = {"Viewer": "refused", "Admin": "asked", "User": "asked" if depth == 30 else "done"}
    assert said == expected[group]


def test_a_draft_that_cannot_be_launched_says_why(now: datetime) -> None:
    campaign = draft(30, ends_at=now)

    with pytest.raises(DomainError):
        simulated(campaign, now)


def test_what_is_paused_is_judged_by_resuming_it(now: datetime) -> None:
    policy("Finance", operations=("campaigns.switch",))
    campaign = CampaignFactory(lifecycle=Lifecycle.PAUSED, is_active=False)

    found = simulated(campaign, now)

    assert (found.operation.name, found.needed is not None) == ("campaigns.switch", True)


def test_each_policy_says_why(now: datetime) -> None:
    policy("Finance", conditions=[DEEP, {"fact": "codes", "operator": "at_least", "value": 10}])

    found = simulations.by_hand(
        operation="campaigns.update", role=Role.USER, facts={"discount_percent": 30}, now=now
    )

    (judgement,) = found.judgements
    assert judgement.applies is False
    assert [(value, holds) for _, value, holds in judgement.checks] == [(30, True), (None, False)]


def test_says_if_policies_together_leave_nobody(now: datetime) -> None:
    person("fi", "Finance", "Board")
    policy("Finance")
    policy("Board", name="Board")

    found = simulations.by_hand(operation="campaigns.update", role=Role.USER, facts={}, now=now)

    assert found.short == "Board"


def test_who_may_not_do_it_alone_sees_who_may(now: datetime) -> None:
    person("fi", "Finance")

    found = simulations.by_hand(operation="budgets.update", role=Role.USER, facts={}, now=now)

    assert found.needed is not None
    assert [(stage.permission, [one.username for one in people]) for stage, people in found.deciders] == [
        ("budgets.modify", ["fi"])
    ]
