from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Decision
from approvals.selectors import people
from approvals.services import deadlines, decisions, delegations, requests
from approvals.services.decisions import OwnRequest
from approvals.services.requests import RequestClosed
from core.actors import Actor
from core.errors import MissingPermission
from core.models import AuditEntry, OutboxEvent
from promotions.models import Budget
from promotions.services import budgets
from promotions.services.budgets import BudgetSpec
from tests.approvals.world import acting, person, policy
from tests.factories.budgets import BudgetFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def house(db: None) -> dict[str, User]:
    """A budget's change is asked of Finance, reminded after 8 hours; after 24 the board decides, too."""
    names = {"ada": "Admin", "fi": "Finance", "fo": "Finance", "bo": "Board", "vic": "Viewer"}
    found = {name: person(name, group) for name, group in names.items()}
    policy("Finance", needed=2, due_hours=24, remind_hours=8, escalate_to="Board")
    return found


def asked(who: User, now: datetime, limit: int = 200_000) -> ApprovalRequest:
    budget = Budget.objects.first() or BudgetFactory()
    spec = BudgetSpec(values={"limit": limit})
    with pytest.raises(ApprovalRequired) as refused:
        budgets.update(budget_id=budget.pk, spec=spec, actor=acting(who), now=now)
    refused.value.settle()
    found = refused.value.request
    assert found is not None
    return found


def decide(request: ApprovalRequest, who: User, now: datetime, verdict: str = "APPROVE") -> ApprovalRequest:
    return decisions.decide(
        request_id=request.pk,
        verdict=Decision.Verdict(verdict),
        revision=request.revision,
        comment="because",
        actor=acting(who),
        now=now,
    )


def told(name: str) -> list[Any]:
    return [event.payload["users"] for event in OutboxEvent.objects.filter(name=name).order_by("pk")]


def test_reminds_once_at_its_time_whoever_has_not_decided(house: dict[str, User], now: datetime) -> None:
    request = asked(house["ada"], now)
    decide(request, house["fi"], now + HOUR)

    assert deadlines.remind_due(now=now + 8 * HOUR - timedelta(microseconds=1)) == 0
    assert deadlines.remind_due(now=now + 8 * HOUR) == 1
    assert deadlines.remind_due(now=now + 9 * HOUR) == 0

    assert told("approval_request.reminded") == [[house["fo"].pk]]
    request.refresh_from_db()
    assert request.reminded_at == now + 8 * HOUR
    entry = AuditEntry.objects.get(action="approval_request.reminded")
    assert (entry.actor_label, entry.channel) == ("approvals", "TASK")


def test_a_stand_in_is_reminded_too(house: dict[str, User], now: datetime) -> None:
    asked(house["ada"], now)
    delegations.create(
        person_id=house["fi"].pk,
        stand_in_id=house["vic"].pk,
        starts_at=now + 7 * HOUR,
        ends_at=now + 48 * HOUR,
        actor=acting(house["fi"]),
        now=now,
    )

    deadlines.remind_due(now=now + 8 * HOUR)

    assert told("approval_request.reminded") == [[house[name].pk for name in ("fi", "fo", "vic")]]


def test_before_it_is_overdue_the_others_do_not_decide_afterwards_they_do(
    house: dict[str, User], now: datetime
) -> None:
    request = asked(house["ada"], now)

    with pytest.raises(MissingPermission):
        decide(request, house["bo"], now + 23 * HOUR)
    assert deadlines.escalate_overdue(now=now + 24 * HOUR - timedelta(microseconds=1)) == 0
    assert deadlines.escalate_overdue(now=now + 24 * HOUR) == 1
    assert deadlines.escalate_overdue(now=now + 25 * HOUR) == 0

    assert told("approval_request.escalated") == [[house["bo"].pk]]
    request.refresh_from_db()
    assert [one.username for one in people.deciders(request, now)] == ["fi", "fo", "bo"]
    decide(request, house["fi"], now + 26 * HOUR)
    request = decide(request, house["bo"], now + 26 * HOUR)
    assert request.state == ApprovalRequest.State.APPLIED
    with pytest.raises(RequestClosed):
        decide(request, house["fo"], now + 26 * HOUR)


def test_who_is_told_when_it_is_overdue_still_decides_only_about_others_wishes(
    house: dict[str, User], now: datetime
) -> None:
    house["bo"].groups.add(*house["ada"].groups.all())
    request = asked(house["bo"], now)
    deadlines.escalate_overdue(now=now + 24 * HOUR)

    request.refresh_from_db()
    with pytest.raises(OwnRequest):
        decide(request, house["bo"], now + 25 * HOUR)
    assert [one.username for one in people.deciders(request, now)] == ["fi", "fo"]
    assert told("approval_request.escalated") == [[]]


def test_who_stands_in_for_one_of_those_decides_too(house: dict[str, User], now: datetime) -> None:
    request = asked(house["ada"], now)
    delegations.create(
        person_id=house["bo"].pk,
        stand_in_id=house["vic"].pk,
        starts_at=now,
        ends_at=now + 48 * HOUR,
        actor=acting(house["bo"]),
        now=now,
    )
    assert people.decides_as(request, acting(house["vic"]), now + HOUR) is None
    deadlines.escalate_overdue(now=now + 24 * HOUR)

    request.refresh_from_db()
    assert people.decides_as(request, acting(house["vic"]), now + 25 * HOUR) == "bo"


@pytest.mark.parametrize("verdict", ["REJECT", "REQUEST_CHANGES"])
def test_what_waits_for_nobody_here_is_left_alone(
    house: dict[str, User], now: datetime, verdict: str
) -> None:
    decide(asked(house["ada"], now), house["fi"], now, verdict)

    assert deadlines.remind_due(now=now + 100 * HOUR) == 0
    assert deadlines.escalate_overdue(now=now + 100 * HOUR) == 0


def test_a_new_revision_has_its_time_anew(house: dict[str, User], now: datetime) -> None:
    request = asked(house["ada"], now)
    deadlines.remind_due(now=now + 8 * HOUR)
    deadlines.escalate_overdue(now=now + 24 * HOUR)

    again = requests.resubmit(request_id=request.pk, actor=acting(house["ada"]), now=now + 30 * HOUR)

    assert people.decides_as(again, acting(house["bo"]), now + 31 * HOUR) is None
    assert deadlines.remind_due(now=now + 37 * HOUR) == 0
    assert deadlines.remind_due(now=now + 38 * HOUR) == 1
    assert deadlines.escalate_overdue(now=now + 54 * HOUR) == 1


def test_without_a_group_to_tell_nothing_is_escalated(now: datetime) -> None:
    person("fi", "Finance")
    policy("Finance", due_hours=24)
    asked(person("ada", "Admin"), now)

    assert deadlines.escalate_overdue(now=now + 100 * HOUR) == 0
    assert deadlines.remind_due(now=now + 100 * HOUR) == 0


def test_many_are_reminded_a_batch_at_a_time_the_longest_waiting_first(
    house: dict[str, User], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "MOST_AT_ONCE", 2)
    made = [asked(house["ada"], now - hours * HOUR, 200_000 + hours) for hours in (0, 2, 1)]

    late = now + 100 * HOUR
    assert [deadlines.remind_due(now=late) for _ in range(3)] == [2, 1, 0]

    names = OutboxEvent.objects.filter(name="approval_request.reminded").order_by("pk")
    assert list(names.values_list("entity_id", flat=True)) == [made[i].public_id for i in (1, 2, 0)]


def test_the_process_is_the_houses_own(house: dict[str, User], now: datetime) -> None:
    asked(house["ada"], now)

    deadlines.escalate_overdue(now=now + 24 * HOUR)

    event = OutboxEvent.objects.get(name="approval_request.escalated")
    system = Actor.system("approvals")
    assert (event.actor_kind, event.actor_id) == (system.kind.value, system.id)
