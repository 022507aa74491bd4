from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction

from approvals.models import Policy, PolicyVersion
from approvals.policies import Condition, PolicyContent, Stage
from approvals.policy_shapes import parse
from approvals.selectors import policies as known
from approvals.services import policies
from approvals.services.policies import PolicySpec
from core.actors import Actor
from core.errors import DomainError, DuplicateFound, InvalidPayload, MissingPermission, NotFound
from core.models import AuditEntry, OutboxEvent
from tests.approvals.world import DEEP, acting, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return person("ada", "Admin")


@pytest.fixture(autouse=True)
def finance(db: None) -> list[User]:
    return [person("fi", "Finance"), person("fo", "Finance")]


def content(**more: Any) -> PolicyContent:
    return parse(
        {
            "operations": ["budgets.update"],
            "stages": [{"group": "Finance", "needed": 1}],
            "conditions": [DEEP],
            **more,
        }
    )


def made(actor: Actor, now: datetime, name: str = "Deep", is_active: bool = True, **more: Any) -> Policy:
    spec = PolicySpec(name=name, content=content(**more))
    return policies.create(spec=spec, actor=actor, now=now, is_active=is_active)


def test_a_new_policy_comes_last_and_is_asked_at_once(admin: User, now: datetime) -> None:
    first = made(acting(admin), now)

    second = made(acting(admin), now, name="Second")

    assert (first.position, second.position) == (1, 2)
    assert [one.name for one in known.in_force()] == ["Deep", "Second"]
    asked = known.in_force()[0].content
    assert asked.stages == (Stage(name="Finance", group="Finance", needed=1),)
    assert asked.conditions == (Condition(fact="discount_percent", operator="at_least", value=25),)


def test_every_change_is_a_version_an_audit_row_and_an_event(admin: User, now: datetime) -> None:
    actor = acting(admin)
    policy = made(actor, now)
    again = content(due_hours=24)
    policies.update(policy_id=policy.pk, spec=PolicySpec(content=again), actor=actor, now=now)
    policies.set_active(policy_id=policy.pk, is_active=False, actor=actor, now=now)
    policies.set_active(policy_id=policy.pk, is_active=False, actor=actor, now=now)
    policies.delete(policy_id=policy.pk, actor=actor, now=now)

    found = list(PolicyVersion.objects.filter(policy=policy).order_by("number"))
    names = ["created", "updated", "disabled", "deleted"]
    assert [one.number for one in found] == [1, 2, 3, 4]
    assert [one.content["due_hours"] for one in found] == [None, 24, 24, 24]
    assert [one.is_active for one in found] == [True, True, False, False]
    assert len({one.sha256 for one in found[:3]}) == 3
    assert {one.actor_label for one in found} == {"ada"}
    actions = AuditEntry.objects.filter(entity_type="policy").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [f"policy.{name}" for name in names]
    events = OutboxEvent.objects.filter(entity_id=policy.public_id).order_by("sequence")
    assert list(events.values_list("name", flat=True)) == [f"policy.{name}" for name in names]
    changed = actions[1]
    assert (changed.before, changed.after) == ({"due_hours": None}, {"due_hours": 24})


def test_saving_the_same_again_is_no_version(admin: User, now: datetime) -> None:
    policy = made(acting(admin), now)

    spec = PolicySpec(name="Deep", content=content())
    policies.update(policy_id=policy.pk, spec=spec, actor=acting(admin), now=now)

    policy.refresh_from_db()
    assert policy.version == 1


def test_versions_are_final(admin: User, now: datetime) -> None:
    policy = made(acting(admin), now)

    with pytest.raises(DatabaseError), transaction.atomic():
        PolicyVersion.objects.filter(policy=policy).update(name="Other")


@pytest.mark.parametrize(
    ("moved", "position", "order", "changed"),
    [
        (0, 3, ["B", "C", "A", "D"], {"A", "B", "C"}),
        (3, 1, ["D", "A", "B", "C"], {"A", "B", "C", "D"}),
        (1, 2, ["A", "B", "C", "D"], set()),
        (2, 4, ["A", "B", "D", "C"], {"C", "D"}),
    ],
)
def test_moving(
    admin: User, now: datetime, moved: int, position: int, order: list[str], changed: set[str]
) -> None:
    rows = [made(acting(admin), now, name=name) for name in "ABCD"]

    policies.move(policy_id=rows[moved].pk, position=position, actor=acting(admin), now=now)

    assert [one.name for one in known.in_force()] == order
    assert list(known.ordered().values_list("position", flat=True)) == [1, 2, 3, 4]
    assert set(Policy.objects.filter(version=2).values_list("name", flat=True)) == changed


@pytest.mark.parametrize("position", [0, 2, -1])
def test_there_is_no_such_place(admin: User, now: datetime, position: int) -> None:
    policy = made(acting(admin), now)

    with pytest.raises(InvalidPayload, match="position"):
        policies.move(policy_id=policy.pk, position=position, actor=acting(admin), now=now)


def test_the_name_of_a_deleted_one_is_free_and_the_others_close_up(admin: User, now: datetime) -> None:
    first, second = made(acting(admin), now), made(acting(admin), now, name="Second")

    policies.delete(policy_id=first.pk, actor=acting(admin), now=now)
    made(acting(admin), now)

    assert list(known.ordered().values_list("name", "position")) == [("Second", 1), ("Deep", 2)]
    second.refresh_from_db()
    assert second.version == 2
    with pytest.raises(NotFound):
        policies.update(policy_id=first.pk, spec=PolicySpec(name="x"), actor=acting(admin), now=now)


def test_a_name_is_given_once(admin: User, now: datetime) -> None:
    made(acting(admin), now)

    with pytest.raises(DuplicateFound):
        made(acting(admin), now)

    assert Policy.objects.count() == 1


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"operations": ["budgets.burn"]}, ".operations names an unknown operation: budgets.burn"),
    ({"operations": "budgets.update"}, ".operations must be an array"),
    ({"operations": [3]}, ".operations must be an array of strings"),
    ({"roles": ["KING"]}, ".roles names an unknown role: KING"),
    ({"stages": []}, ".stages is required"),
    ({"stages": None}, ".stages must be an array"),
    ({"stages": [3]}, ".stages[0] must be an object"),
    ({"stages": [{"group": "Nobody"}]}, ".stages[0].group names an unknown group: Nobody"),
    ({"stages": [{"group": "Finance", "needed": 0}]}, ".stages[0].needed must be a whole number"),
    ({"stages": [{"group": "Finance", "needed": "2"}]}, ".stages[0].needed must be a whole number"),
    ({"stages": [{"group": "Finance", "needed": True}]}, ".stages[0].needed must be a whole number"),
    ({"stages": [{"group": "Finance", "permission": "x.y"}]}, ".stages[0].permission names an unknown"),
    ({"stages": [{"group": "Finance", "extra": 1}]}, ".stages[0].extra is not known"),
    ({"stages": [{"group": 3}]}, ".stages[0].group must be the name of a group"),
    (
        {"conditions": [{"fact": "mood", "operator": "is", "value": 1}]},
        ".conditions[0].fact names an unknown",
    ),
    ({"conditions": [{"fact": "budget", "operator": "is_any_of", "value": 1}]}, ".conditions[0].operator"),
    ({"conditions": [{"fact": "budget", "operator": "at_least"}]}, ".conditions[0].value is required"),
    ({"conditions": [{**DEEP, "value": "much"}]}, ".conditions[0].value must be a number"),
    ({"conditions": [{**DEEP, "value": True}]}, ".conditions[0].value must be a number"),
    ({"conditions": [{**DEEP, "value": float("inf")}]}, ".conditions[0].value must be a number"),
    ({"conditions": [{**DEEP, "value": -1}]}, ".conditions[0].value must be a number from 0"),
    ({"conditions": [{**DEEP, "value": 1.234}]}, ".conditions[0].value must have two decimals"),
    ({"conditions": [{**DEEP, "fact": "budget", "value": 1.5}]}, "whole number of minor units"),
    ({"conditions": [{**DEEP, "fact": "codes", "value": 1.5}]}, "must be a whole number"),
    ({"conditions": [DEEP, {"fact": "has_no_budget", "operator": "is", "value": "yes"}]}, ".conditions[1]"),
    ({"conditions": [{"fact": "segments", "operator": "is_any_of", "value": []}]}, "at least one"),
    ({"conditions": [{"fact": "segments", "operator": "is_any_of", "value": "VIP"}]}, "must be an array"),
    ({"conditions": [{"fact": "segments", "operator": "is", "value": ["VIP"]}]}, "must be a text"),
    ({"conditions": [DEEP] * 21}, ".conditions must have at most 20 items"),
    ({"due_hours": 0}, ".due_hours must be a whole number"),
    ({"due_hours": "24"}, ".due_hours must be a whole number"),
    ({"due_hours": 24, "remind_hours": 24}, ".remind_hours must be less than .due_hours"),
    ({"escalate_to": "Finance"}, ".escalate_to needs .due_hours"),
    ({"due_hours": 24, "escalate_to": "Nobody"}, ".escalate_to names an unknown group: Nobody"),
    ({"allows_emergency": "no"}, ".allows_emergency must be a boolean"),
    ({"colour": "red"}, ".content.colour is not known"),
]


@pytest.mark.parametrize(("more", "said"), WRONG, ids=[said for _, said in WRONG])
def test_refuses_what_does_not_fit_by_its_name(
    admin: User, now: datetime, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidPayload) as refused:
        made(acting(admin), now, **more)

    assert said in refused.value.details
    assert refused.value.status == 400
    assert not Policy.objects.exists()


@pytest.mark.parametrize("group", ["User", "Viewer", "Finance", "Reviewer", "Merchant", "Support"])
def test_only_who_configures_approvals_changes_policies(admin: User, now: datetime, group: str) -> None:
    policy, actor = made(acting(admin), now), acting(person("mia", group))
    spec = PolicySpec(name="Other", content=content())

    for call in (
        lambda: policies.create(spec=spec, actor=actor, now=now),
        lambda: policies.update(policy_id=policy.pk, spec=spec, actor=actor, now=now),
        lambda: policies.set_active(policy_id=policy.pk, is_active=False, actor=actor, now=now),
        lambda: policies.move(policy_id=policy.pk, position=1, actor=actor, now=now),
        lambda: policies.delete(policy_id=policy.pk, actor=actor, now=now),
    ):
        with pytest.raises(MissingPermission):
            call()

    assert [(one.name, one.version) for one in known.in_force()] == [("Deep", 1)]


def test_bad_input_writes_nothing(admin: User, now: datetime) -> None:
    policy = made(acting(admin), now)
    entries = AuditEntry.objects.count()

    for spec in (PolicySpec(name=" "), PolicySpec(name="x" * 121), PolicySpec(description="x" * 2_001)):
        with pytest.raises(DomainError):
            policies.update(policy_id=policy.pk, spec=spec, actor=acting(admin), now=now)

    policy.refresh_from_db()
    assert (policy.version, policy.name, AuditEntry.objects.count()) == (1, "Deep", entries)
