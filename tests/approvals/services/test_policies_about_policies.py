"""Policies that ask about policies, and that somebody can always say yes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from approvals import registry
from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Policy
from approvals.selectors import policies as known
from approvals.services import decisions, policies
from approvals.services.policies import LocksOut, PolicySpec
from core.actors import Actor
from core.models import AuditEntry
from tests.approvals.services.test_policies import admin, content, finance, made
from tests.approvals.world import acting, only_request, person

__all__ = ["admin", "finance"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ([{"group": "Legal"}], ".stages[0].group names a group without people: Legal"),
        ([{"group": "Finance", "needed": 3}], ".stages[0].needed asks for 3 people; Finance has 2"),
        ([{"group": "Finance", "needed": 2}, {"group": "Board"}], "nobody is left for Board"),
    ],
)
def test_in_force_somebody_must_be_able_to_say_yes(
    admin: User, finance: list[User], now: datetime, stages: list[Any], said: str
) -> None:
    person("gone", "Legal").groups.clear()
    finance[0].groups.add(*person("bo", "Board").groups.all())
    User.objects.get(username="bo").delete()

    with pytest.raises(LocksOut) as refused:
        made(acting(admin), now, stages=stages)
    waiting = made(acting(admin), now, stages=stages, is_active=False)
    with pytest.raises(LocksOut):
        policies.set_active(policy_id=waiting.pk, is_active=True, actor=acting(admin), now=now)

    assert said in refused.value.details
    assert known.in_force() == []


def test_who_may_not_sign_in_is_nobody(admin: User, finance: list[User], now: datetime) -> None:
    User.objects.filter(username__in=["fi", "fo"]).update(is_active=False)

    with pytest.raises(LocksOut, match="without people: Finance"):
        made(acting(admin), now)


def test_a_policy_about_policies_may_not_lock_the_house_out(admin: User, now: datetime) -> None:
    """The one administrator would have to say yes to himself."""
    with pytest.raises(LocksOut, match="Nobody could change policies any more: if ada asks"):
        made(acting(admin), now, operations=["policies.update"], conditions=[], stages=[{"group": "Admin"}])
    with pytest.raises(LocksOut, match="if ada asks"):
        made(acting(admin), now, operations=[], conditions=[], stages=[{"group": "Admin"}])
    # It never meets a change of a policy: those have no facts.
    made(acting(admin), now, operations=[], stages=[{"group": "Admin"}])

    assert Policy.objects.count() == 1


def test_two_policies_together_may_not_lock_the_house_out(admin: User, now: datetime) -> None:
    User.objects.filter(username="fo").delete()
    made(acting(admin), now, operations=["policies.update"], conditions=[])
    person("root", "Board").groups.clear()
    User.objects.get(username="fi").groups.add(*person("bo", "Board").groups.all())
    User.objects.filter(username="bo").update(is_active=False)

    with pytest.raises(LocksOut, match="for Board"):
        made(
            acting(admin),
            now,
            name="Board",
            operations=["policies.update"],
            conditions=[],
            stages=[{"group": "Board"}],
        )


def asks_about_policies(actor: Actor, now: datetime) -> Policy:
    spec = PolicySpec(name="House rules", content=content(operations=[], conditions=[]))
    return policies.create(spec=spec, actor=actor, now=now)


def say_yes(request: ApprovalRequest, who: User, now: datetime) -> ApprovalRequest:
    return decisions.decide(
        request_id=request.pk,
        verdict="APPROVE",  # type: ignore[arg-type]
        revision=request.revision,
        comment="",
        actor=acting(who),
        now=now,
    )


def test_policies_are_approved_by_policies(admin: User, finance: list[User], now: datetime) -> None:
    policy = asks_about_policies(acting(admin), now)
    wish = PolicySpec(content=content(operations=[], conditions=[], due_hours=48))

    with pytest.raises(ApprovalRequired) as refused:
        policies.update(policy_id=policy.pk, spec=wish, actor=acting(admin), now=now)
    refused.value.settle()
    policy.refresh_from_db()
    assert (policy.version, policy.content["due_hours"]) == (1, None)
    request = say_yes(only_request(), finance[0], now)

    policy.refresh_from_db()
    assert request.state == ApprovalRequest.State.APPLIED
    assert (policy.version, policy.content["due_hours"]) == (2, 48)
    assert registry.differences("policy", request.base, request.proposal) == ["Due after: never → 48 hours"]
    entry = AuditEntry.objects.get(action="policy.updated")
    assert (entry.actor_label, entry.approval_id) == ("ada", request.public_id)


@pytest.mark.parametrize("what", ["switch", "delete", "move", "create"])
def test_so_is_everything_else_done_to_policies(
    admin: User, finance: list[User], now: datetime, what: str
) -> None:
    policy = asks_about_policies(acting(admin), now)
    other = PolicySpec(name="Other", content=content())
    actor = acting(admin)
    calls: dict[str, Any] = {
        "switch": lambda: policies.set_active(policy_id=policy.pk, is_active=False, actor=actor, now=now),
        "delete": lambda: policies.delete(policy_id=policy.pk, actor=actor, now=now),
        "move": lambda: policies.move(policy_id=policy.pk, position=2, actor=actor, now=now),
        "create": lambda: policies.create(spec=other, actor=actor, now=now),
    }
    if what == "move":
        Policy.objects.create(name="Other", position=2, content=content().to_json(), created_at=now)

    with pytest.raises(ApprovalRequired) as refused:
        calls[what]()
    refused.value.settle()
    before = [one.name for one in known.in_force()]
    say_yes(only_request(), finance[0], now)

    after = [one.name for one in known.in_force()]
    assert before == ["House rules", "Other"][: 2 if what == "move" else 1]
    assert (
        after
        == {
            "switch": [],
            "delete": [],
            "move": ["Other", "House rules"],
            "create": ["House rules", "Other"],
        }[what]
    )


def test_what_is_out_of_force_is_changed_freely_and_put_in_force_by_others(
    admin: User, now: datetime
) -> None:
    asks_about_policies(acting(admin), now)
    draft = made(acting(admin), now, is_active=False)
    policies.update(
        policy_id=draft.pk, spec=PolicySpec(content=content(due_hours=8)), actor=acting(admin), now=now
    )

    with pytest.raises(ApprovalRequired) as refused:
        policies.set_active(policy_id=draft.pk, is_active=True, actor=acting(admin), now=now)

    refused.value.settle()
    request = only_request()
    said = registry.differences("policy", request.base, request.proposal)
    assert said == [
        "In force: no → yes",
        "From then on: For “Change a budget”, if the discount is at least 25\N{NO-BREAK SPACE}%, "
        "1 of Finance has to say yes within 8 hours.",
    ]


def test_a_request_keeps_the_version_it_was_filed_under(admin: User, now: datetime) -> None:
    policy = asks_about_policies(acting(admin), now)
    with pytest.raises(ApprovalRequired) as refused:
        made(acting(admin), now)
    Policy.objects.filter(pk=policy.pk).update(
        version=2, content=content(operations=[], stages=[{"group": "Finance", "needed": 2}]).to_json()
    )

    refused.value.settle()

    request = only_request()
    assert request.policies == [{"id": policy.public_id, "name": "House rules", "version": 1}]
    assert [stage["needed"] for stage in request.stages] == [1]
