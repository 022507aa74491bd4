"""Policies change while requests are filed: each request is held to one version, as that version was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.contrib.auth.models import User

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Delegation, Policy, PolicyVersion
from approvals.policies import PolicyContent
from approvals.policy_shapes import parse
from approvals.services import delegations, policies
from approvals.services.delegations import AlreadyAway
from approvals.services.policies import PolicySpec
from promotions.services import budgets
from promotions.services.budgets import BudgetSpec
from tests.approvals.world import acting, person
from tests.conftest import NOW
from tests.factories.budgets import BudgetFactory

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
FILED, CHANGED = 12, 8


def content(people: int) -> PolicyContent:
    return parse(
        {"operations": ["budgets.update"], "stages": [{"group": "Finance", "needed": people}]},
    )


def made(name: str, ada: User, people: int = 1) -> Policy:
    spec = PolicySpec(name=name, content=content(people))
    return policies.create(spec=spec, actor=acting(ada), now=NOW)


def test_a_request_is_held_to_one_version_of_a_policy_that_changes_meanwhile(at_once: AtOnce) -> None:
    ada, mia = person("ada", "Admin"), person("mia", "Admin")
    for name in ("f1", "f2", "f3"):
        person(name, "Finance")
    policy = made("Budgets", ada)
    rows = [BudgetFactory() for _ in range(FILED)]
    asks, configures = acting(mia), acting(ada)

    def file(pk: int) -> None:
        spec = BudgetSpec(values={"limit": 200_000})
        try:
            budgets.update(budget_id=pk, spec=spec, actor=asks, now=NOW)
        except ApprovalRequired as refusal:
            refusal.settle()

    def change() -> None:
        for turn in range(CHANGED):
            spec = PolicySpec(content=content(1 + (turn + 1) % 3))
            policies.update(policy_id=policy.pk, spec=spec, actor=configures, now=NOW)

    at_once([lambda pk=row.pk: file(pk) for row in rows] + [change])

    policy.refresh_from_db()
    assert policy.version == 1 + CHANGED
    versions = {one.number: one for one in PolicyVersion.objects.filter(policy=policy)}
    assert sorted(versions) == list(range(1, policy.version + 1))
    requests = list(ApprovalRequest.objects.all())
    assert len(requests) == FILED
    for request in requests:
        (named,) = request.policies
        assert request.stages == versions[named["version"]].content["stages"]


def test_policies_that_are_moved_at_once_keep_one_place_each(at_once: AtOnce) -> None:
    ada = person("ada", "Admin")
    person("fi", "Finance")
    rows = [made(name, ada) for name in "ABCDEF"]
    actor = acting(ada)

    at_once(
        [
            lambda pk=row.pk, at=at: policies.move(
                policy_id=pk, position=1 + (at * 5) % 6, actor=actor, now=NOW
            )
            for at, row in enumerate(rows)
        ]
    )

    assert sorted(Policy.objects.values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6]
    for row in Policy.objects.all():
        newest = PolicyVersion.objects.get(policy=row, number=row.version)
        assert newest.position == row.position
        assert PolicyVersion.objects.filter(policy=row).count() == row.version


def test_two_absences_of_one_person_at_once_are_one(at_once: AtOnce) -> None:
    mia = person("mia", "User")
    deputies = [person(f"d{number}", "User") for number in range(6)]
    actor = acting(mia)

    def leave(stand_in: User) -> str:
        try:
            delegations.create(
                person_id=mia.pk,
                stand_in_id=stand_in.pk,
                starts_at=NOW,
                ends_at=NOW.replace(year=2027),
                actor=actor,
                now=NOW,
            )
        except AlreadyAway:
            return "refused"
        return "made"

    said = at_once([lambda one=one: leave(one) for one in deputies])

    assert sorted(said) == ["made", *["refused"] * 5]
    assert Delegation.objects.count() == 1
