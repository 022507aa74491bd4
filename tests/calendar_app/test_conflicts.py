"""What people say about a conflict, and which of them they see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from calendar_app.models import Conflict, ConflictDecision
from calendar_app.selectors import conflicts as known
from calendar_app.services import conflicts
from calendar_app.services.conflicts import ConflictChanged, ConflictIsGone, ConflictNotAccepted
from core import places
from core.actors import Actor, ActorKind, Role
from core.errors import InvalidPayload, MissingPermission, NotFound
from core.models import AuditEntry, OutboxEvent
from core.staff import as_actor
from tests.approvals.world import person
from tests.conftest import NOW
from tests.factories.areas import applies_in, area
from tests.factories.conflicts import DAY, WINDOW, conflict
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db

MIA = Actor(kind=ActorKind.USER, id="7", label="Mia", role=Role.USER, channel="ADMIN")


@pytest.fixture
def meeting(db: None) -> Conflict:
    return conflict(CampaignFactory(name="Spring"), CampaignFactory(name="Shoes"))


def accept(one: Conflict, **values: Any) -> Conflict:
    return conflicts.accept(
        **{"conflict_id": one.pk, "reason": "Meant so.", "actor": MIA, "now": NOW, **values}
    )


def untouched(one: Conflict) -> bool:
    before = one.state
    one.refresh_from_db()
    return one.state == before and not ConflictDecision.objects.exists() and not OutboxEvent.objects.exists()


def test_an_acceptance_says_who_when_and_why(meeting: Conflict) -> None:
    row = accept(meeting)

    assert (row.state, row.is_accepted) == ("ACCEPTED", True)
    said = ConflictDecision.objects.get()
    assert row.acceptance == said
    assert (said.verdict, said.reason, said.actor_label, said.actor_id, said.at, said.terms) == (
        "ACCEPTED",
        "Meant so.",
        "Mia",
        "7",
        NOW,
        meeting.terms,
    )
    entry = AuditEntry.objects.get(action="calendar.conflict_accepted")
    assert (entry.before, entry.after["state"], entry.after["reason"]) == (
        {"state": "OPEN"},
        "ACCEPTED",
        "Meant so.",
    )
    assert OutboxEvent.objects.get().name == "calendar.conflict_accepted"


def test_twice_is_once(meeting: Conflict) -> None:
    accept(meeting)
    accept(meeting, now=NOW + DAY)

    assert (ConflictDecision.objects.count(), OutboxEvent.objects.count()) == (1, 1)


def test_another_reason_is_kept_beside_the_first(meeting: Conflict) -> None:
    accept(meeting)
    row = accept(meeting, reason="Asked the shop.")

    assert row.acceptance is not None
    assert row.acceptance.reason == "Asked the shop."
    assert [one.reason for one in known.history_of(row)] == ["Asked the shop.", "Meant so."]


def test_can_be_taken_back(meeting: Conflict) -> None:
    accept(meeting)
    row = conflicts.reopen(conflict_id=meeting.pk, reason="It costs too much.", actor=MIA, now=NOW)

    assert (row.state, row.acceptance, row.reopened_because) == ("OPEN", None, "It costs too much.")
    assert [one.verdict for one in known.history_of(row)] == ["REOPENED", "ACCEPTED"]
    assert OutboxEvent.objects.order_by("-pk")[0].name == "calendar.conflict_reopened"
    with pytest.raises(ConflictNotAccepted):
        conflicts.reopen(conflict_id=meeting.pk, reason="Again.", actor=MIA, now=NOW)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_a_reason_is_needed(meeting: Conflict, reason: str) -> None:
    with pytest.raises(InvalidPayload):
        accept(meeting, reason=reason)

    assert untouched(meeting)


def test_what_was_not_seen_is_not_accepted(meeting: Conflict) -> None:
    with pytest.raises(ConflictChanged):
        accept(meeting, seen_terms="of before")

    assert untouched(meeting)
    assert accept(meeting, seen_terms=meeting.terms).state == "ACCEPTED"


def test_what_is_gone_is_not_accepted(meeting: Conflict) -> None:
    Conflict.objects.update(state="GONE", gone_at=NOW)
    meeting.refresh_from_db()

    with pytest.raises(ConflictIsGone):
        accept(meeting)

    assert untouched(meeting)


@pytest.mark.parametrize(
    ("group", "may"),
    [
        ("Administrator", True),
        ("Marketer", True),
        ("Reviewer", True),
        ("Finance", False),
        ("Support", False),
        ("Viewer", False),
        ("Merchant", False),
    ],
)
def test_who_may(meeting: Conflict, group: str, may: bool) -> None:
    actor = as_actor(person("somebody", group))

    assert actor.may("calendar.accept") is may
    if may:
        assert accept(meeting, actor=actor).state == "ACCEPTED"
        return
    with pytest.raises(MissingPermission):
        accept(meeting, actor=actor)
    assert untouched(meeting)


def test_what_was_said_stays(meeting: Conflict) -> None:
    accept(meeting)

    for change in (
        lambda: ConflictDecision.objects.update(reason="Never."),
        lambda: ConflictDecision.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_dearest_come_first() -> None:
    base = CampaignFactory()
    made = [
        conflict(base, CampaignFactory(), **values)
        for values in (
            {"severity": "LOW"},
            {"severity": "HIGH"},
            {"cost": 5, "severity": "LOW"},
            {"cost": 900},
            {"cost": 2000, "state": "GONE", "gone_at": NOW},
        )
    ]

    assert known.open_conflicts() == [made[3], made[2], made[1], made[0]]
    assert known.open_conflicts(most=1) == [made[3]]
    # Small overlaps are listed, and do not count.
    assert known.number_open() == 2


def test_those_of_a_campaign_and_those_among_some(django_assert_num_queries: Any) -> None:
    spring, shoes, third = CampaignFactory(), CampaignFactory(), CampaignFactory()
    one, two = conflict(spring, shoes), conflict(third, spring, starts_at=NOW + 10 * DAY, ends_at=None)
    closed = conflict(shoes)

    assert set(known.of_campaign(spring.pk)) == {one, two}
    assert known.number_of_campaign(shoes.pk) == 2
    with django_assert_num_queries(1):
        found = known.among([spring.pk, shoes.pk], NOW, NOW + 2 * DAY)
        assert [(row.left_campaign, row.right_campaign) for row in found] == [(spring, shoes), (shoes, None)]
    assert known.among([spring.pk], WINDOW[1], NOW + 9 * DAY) == []
    assert known.among([spring.pk], NOW + 99 * DAY, NOW + 100 * DAY) == [two]
    assert known.among([shoes.pk], NOW, WINDOW[0]) == []
    assert known.among([shoes.pk], NOW, WINDOW[0] + timedelta(seconds=1)) == [one, closed]


def test_whoever_works_in_an_area_sees_what_lies_there_on_both_sides() -> None:
    hamburg, munich = area("Hamburg"), area("Munich")
    here = [applies_in(CampaignFactory(), area=hamburg) for _ in range(2)]
    there = applies_in(CampaignFactory(), area=munich)
    own, half = conflict(here[0], here[1]), conflict(here[0], there)
    closed, everywhere = conflict(here[1]), conflict(CampaignFactory(), here[1])

    with places.limited_to(frozenset({places.area(hamburg.public_id)})):
        assert set(known.open_conflicts()) == {own, closed}
        with pytest.raises(NotFound):
            known.get(half.public_id)
        with pytest.raises(NotFound):
            accept(everywhere)
    assert known.get(half.public_id) == half


def test_what_is_long_gone_is_forgotten_unless_somebody_said_something(meeting: Conflict) -> None:
    accept(meeting)
    conflict(CampaignFactory(), CampaignFactory())
    Conflict.objects.update(state="GONE", gone_at=NOW)

    assert conflicts.prune(before=NOW) == 0
    assert conflicts.prune(before=NOW + DAY) == 1
    assert list(Conflict.objects.all()) == [meeting]
