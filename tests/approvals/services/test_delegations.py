from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User

from approvals.models import ApprovalRequest, Delegation
from approvals.selectors import people
from approvals.services import delegations
from approvals.services.delegations import AbsenceOver, AlreadyAway
from core.actors import Actor
from core.errors import InvalidPayload, MissingPermission, NotFound
from core.models import AuditEntry, OutboxEvent
from tests.approvals.world import acting, person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def away(
    who: User,
    stand_in: User,
    now: datetime,
    *,
    start: timedelta = DAY,
    end: timedelta = 3 * DAY,
    **more: Actor,
) -> Delegation:
    return delegations.create(
        person_id=who.pk,
        stand_in_id=stand_in.pk,
        starts_at=now + start,
        ends_at=now + end,
        actor=more.get("actor", acting(who)),
        now=now,
    )


def waiting(group: str = "Finance") -> ApprovalRequest:
    """A request that a group decides about; it need not be kept for that."""
    return ApprovalRequest(stages=[{"name": group, "group": group, "permission": "", "needed": 1}])


@pytest.mark.parametrize(
    ("moment", "decides"),
    [
        (DAY - timedelta(microseconds=1), None),
        (DAY, "fi"),
        (2 * DAY, "fi"),
        (3 * DAY - timedelta(microseconds=1), "fi"),
        (3 * DAY, None),
    ],
)
def test_the_stand_in_decides_exactly_while_the_person_is_away(
    now: datetime, moment: timedelta, decides: str | None
) -> None:
    finance, other = person("fi", "Finance"), person("otto", "User")
    away(finance, other, now)

    found = people.decides_as(waiting(), acting(other), now + moment)

    assert found == decides
    told = [one.username for one in people.deciders(waiting(), now + moment)]
    assert told == (["fi", "otto"] if decides else ["fi"])


def test_it_does_not_pass_on(now: datetime) -> None:
    finance, first, second = person("fi", "Finance"), person("f1", "User"), person("f2", "User")
    away(finance, first, now)
    away(first, second, now)

    then = now + 2 * DAY
    assert people.decides_as(waiting(), acting(first), then) == "fi"
    assert people.decides_as(waiting(), acting(second), then) is None
    assert [one.username for one in people.deciders(waiting(), then)] == ["fi", "f1"]


def test_who_left_gives_no_right_and_has_none(now: datetime) -> None:
    finance, other = person("fi", "Finance"), person("otto", "User")
    person("fo", "Finance")
    away(finance, other, now)
    then = now + 2 * DAY

    User.objects.filter(pk=finance.pk).update(is_staff=False)
    assert people.decides_as(waiting(), acting(other), then) is None
    User.objects.filter(pk=finance.pk).update(is_staff=True)
    User.objects.filter(pk=other.pk).update(is_staff=False)
    assert people.decides_as(waiting(), acting(other), then) is None
    assert [one.username for one in people.deciders(waiting(), then)] == ["fi", "fo"]


def test_nobody_stands_in_for_whoever_asked(now: datetime) -> None:
    """Or everybody could let a friend say yes to his own wish."""
    finance, other = person("fi", "Finance"), person("otto", "User")
    person("fo", "Finance")
    away(finance, other, now)
    request = waiting()
    request.requester_id = str(finance.pk)

    assert people.decides_as(request, acting(other), now + 2 * DAY) is None


def test_everybody_says_so_for_himself_administrators_for_anybody(now: datetime) -> None:
    ada, mia, otto = person("ada", "Admin"), person("mia", "User"), person("otto", "User")

    with pytest.raises(MissingPermission):
        away(mia, otto, now, actor=acting(otto))
    made = away(mia, otto, now, actor=acting(ada))
    with pytest.raises(MissingPermission):
        delegations.end(delegation_id=made.pk, actor=acting(otto), now=now)
    with pytest.raises(MissingPermission):
        change(made, otto, now, actor=acting(otto))

    assert Delegation.objects.get() == made
    assert list(AuditEntry.objects.values_list("action", "actor_label")) == [("delegation.created", "ada")]


def change(
    made: Delegation, stand_in: User, now: datetime, *, actor: Actor, end: timedelta = 3 * DAY
) -> Delegation:
    return delegations.update(
        delegation_id=made.pk,
        stand_in_id=stand_in.pk,
        starts_at=made.starts_at,
        ends_at=made.starts_at - DAY + end,
        actor=actor,
        now=now,
    )


def test_refuses_what_is_no_absence(now: datetime) -> None:
    mia, otto = person("mia", "User"), person("otto", "User")
    gone = person("gone", "User")
    User.objects.filter(pk=gone.pk).update(is_staff=False)

    for stand_in, start, end, said in (
        (mia, DAY, 2 * DAY, "stand_in must be somebody else"),
        (gone, DAY, 2 * DAY, "stand_in must be somebody who may sign in"),
        (otto, 2 * DAY, 2 * DAY, "ends_at must be after .starts_at"),
        (otto, -2 * DAY, timedelta(0), "ends_at must be in the future"),
    ):
        with pytest.raises(InvalidPayload, match=said):
            away(mia, stand_in, now, start=start, end=end)

    assert not Delegation.objects.exists()
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(
    ("start", "end", "overlaps"),
    [(0, 1, False), (0, 2, True), (1, 3, True), (2, 4, True), (0, 4, True), (3, 4, False)],
)
def test_one_stand_in_at_a_time(now: datetime, start: int, end: int, overlaps: bool) -> None:
    mia, otto, olga = person("mia", "User"), person("otto", "User"), person("olga", "User")
    away(mia, otto, now)

    if overlaps:
        with pytest.raises(AlreadyAway, match="otto stands in already"):
            away(mia, olga, now, start=start * DAY, end=end * DAY)
    else:
        away(mia, olga, now, start=start * DAY, end=end * DAY)

    assert Delegation.objects.count() == (1 if overlaps else 2)


def test_changing_it_says_what_was_and_what_is(now: datetime) -> None:
    mia, otto, olga = person("mia", "User"), person("otto", "User"), person("olga", "User")
    made = away(mia, otto, now)

    change(made, olga, now, actor=acting(mia))
    change(made, olga, now, actor=acting(mia))

    entry = AuditEntry.objects.get(action="delegation.updated")
    assert (entry.before, entry.after) == ({"stand_in": "otto"}, {"stand_in": "olga"})
    event = OutboxEvent.objects.get(name="delegation.updated")
    assert event.payload == {"person": mia.pk, "stand_in": olga.pk}


def test_who_is_back_earlier_ends_it_and_what_was_stays_known(now: datetime) -> None:
    finance, other = person("fi", "Finance"), person("otto", "User")
    made = away(finance, other, now)

    delegations.end(delegation_id=made.pk, actor=acting(finance), now=now + 2 * DAY)

    made.refresh_from_db()
    assert made.ends_at == now + 2 * DAY
    assert people.decides_as(waiting(), acting(other), now + 2 * DAY) is None
    with pytest.raises(AbsenceOver):
        delegations.end(delegation_id=made.pk, actor=acting(finance), now=now + 2 * DAY)
    with pytest.raises(AbsenceOver):
        change(made, other, now + 4 * DAY, actor=acting(finance))


def test_what_has_not_begun_is_taken_back(now: datetime) -> None:
    mia, otto = person("mia", "User"), person("otto", "User")
    made = away(mia, otto, now)

    delegations.end(delegation_id=made.pk, actor=acting(mia), now=now)

    assert not Delegation.objects.exists()
    with pytest.raises(NotFound):
        delegations.end(delegation_id=made.pk, actor=acting(mia), now=now)
    names = OutboxEvent.objects.order_by("pk").values_list("name", flat=True)
    assert list(names) == ["delegation.created", "delegation.deleted"]
