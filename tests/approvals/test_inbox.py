from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from approvals.models import ApprovalRequest, Decision, Delegation
from approvals.selectors import inbox, people
from approvals.services import requests
from promotions.models import Campaign
from tests.approvals.asked import ask, move, say
from tests.approvals.world import acting, person, policy
from tests.factories.promotions import CampaignFactory, percent

pytestmark = pytest.mark.django_db


def titles(who: User, tab: str, now: datetime) -> set[str]:
    """Names of the campaigns whose requests stand in a tab."""
    condition = getattr(inbox.of(User.objects.get(pk=who.pk), now), tab)
    return {one.target_label for one in inbox.rows().filter(condition)}


def test_every_person_finds_what_he_may_decide_and_what_he_waits_for(now: datetime) -> None:
    mia, ben = person("mia", "Marketer"), person("ben", "Marketer")
    cat, fin, fay = person("cat", "Category"), person("fin", "Finance"), person("fay", "Finance")
    see, adm = person("see", "Viewer"), person("adm", "Administrator")
    policy("Category", "Finance", needed=1)
    first, second = ask(mia, now, name="first"), ask(ben, now, name="second")
    third, gone = ask(mia, now, name="third"), ask(mia, now, name="gone")
    say(second, cat, "APPROVE", now)
    say(third, cat, "REQUEST_CHANGES", now, "Less")
    say(gone, cat, "REJECT", now, "No")
    found = {
        who.username: (titles(who, "mine", now), titles(who, "waiting", now))
        for who in (mia, ben, cat, fin, fay, see, adm)
    }

    assert found == {
        "mia": (set(), {"first", "third"}),
        "ben": (set(), {"second"}),
        "cat": ({"first"}, {"second", "third"}),
        "fin": ({"second"}, set()),
        "fay": ({"second"}, set()),
        "see": (set(), set()),
        "adm": (set(), set()),
    }
    assert titles(see, "decided", now) == {"gone"}
    assert first.state == ApprovalRequest.State.PENDING


def test_who_stands_in_finds_it_only_while_the_other_is_away(now: datetime) -> None:
    mia, cat, sub = person("mia", "Marketer"), person("cat", "Category"), person("sub", "Viewer")
    policy("Category")
    ask(mia, now, name="first")
    day = timedelta(days=1)
    Delegation.objects.create(
        person=cat, stand_in=sub, starts_at=now + day, ends_at=now + 2 * day, created_at=now
    )

    found = [titles(sub, "mine", now + hours) for hours in (day - day / 24, day, 2 * day)]

    assert found == [set(), {"first"}, set()]


def test_who_called_it_an_emergency_waits_and_a_second_person_finds_it(now: datetime) -> None:
    mia, rev, fin = person("mia", "Marketer"), person("rev", "Reviewer"), person("fin", "Finance")
    person("cat", "Category")
    policy("Category")
    request = ask(mia, now, name="first")
    assert titles(fin, "mine", now) == set()

    say(request, rev, "EMERGENCY", now, "Now")

    assert (titles(rev, "mine", now), titles(rev, "waiting", now)) == (set(), {"first"})
    assert titles(fin, "mine", now) == {"first"}


def test_a_new_revision_comes_back_to_those_who_approved_the_old_one(now: datetime) -> None:
    mia, fin, fay = person("mia", "Marketer"), person("fin", "Finance"), person("fay", "Finance")
    policy("Finance", needed=2)
    request = ask(mia, now, name="first")
    say(request, fin, "APPROVE", now)
    assert titles(fin, "waiting", now) == {"first"}

    requests.resubmit(request_id=request.pk, actor=acting(mia), now=now)

    assert (titles(fin, "mine", now), titles(fin, "waiting", now)) == ({"first"}, set())
    assert titles(fay, "mine", now) == {"first"}


@pytest.fixture
def crowd(now: datetime) -> list[User]:
    """People of all kinds, and requests of many of them at many stages."""
    day = timedelta(days=1)
    people_ = [
        person("mia", "Marketer"),
        person("both", "Marketer", "Finance"),
        person("cat", "Category"),
        person("fin", "Finance"),
        person("rev", "Reviewer"),
        person("see", "Viewer"),
        person("boss", "Board"),
        person("adm", "Administrator"),
        User.objects.create_superuser("root", "root@example.com", "x"),
        person("nobody"),
        person("sub", "Viewer"),
        person("sub2", "Marketer"),
    ]
    by_name = {one.username: one for one in people_}
    User.objects.create_user("left", is_active=False, is_staff=True)
    policies = [
        policy("Finance", name="one"),
        policy("Category", "Board", name="two"),
        policy("Empty", name="three"),
    ]
    for one in policies:
        one.is_active = False
        one.save()
    for one in policies:
        type(one).objects.update(is_active=False)
        type(one).objects.filter(pk=one.pk).update(is_active=True)
        for who in ("mia", "both", "sub2", "adm"):
            ask(by_name[who], now, name=f"{one.name} {who}", percent_off=20)
    for number, request in enumerate(ApprovalRequest.objects.order_by("pk")):
        if number % 3 == 1:
            ApprovalRequest.objects.filter(pk=request.pk).update(
                last_editor_id=str(by_name["fin"].pk), escalated_at=now, escalate_to="Board"
            )
        if number % 4 == 2:
            deciders = people.deciders(request, now)
            say(request, deciders[0], "APPROVE", now)
    for absent, stand_in in (("fin", "sub"), ("cat", "sub2"), ("adm", "see"), ("boss", "mia")):
        Delegation.objects.create(
            person=by_name[absent],
            stand_in=by_name[stand_in],
            starts_at=now,
            ends_at=now + day,
            created_at=now,
        )
    return people_


def test_the_queue_is_what_the_services_would_let_each_person_decide(
    crowd: list[User], now: datetime
) -> None:
    wrong: dict[str, Any] = {}
    sizes = []
    for who in crowd:
        listed = set(inbox.rows().filter(inbox.of(who, now).mine).values_list("pk", flat=True))
        may = {one.pk for one in ApprovalRequest.objects.all() if may_decide(one, who, now)}
        sizes.append(len(may))
        if listed != may:
            wrong[who.username] = (listed, may)

    assert wrong == {}
    assert sum(sizes) > 15


def may_decide(request: ApprovalRequest, who: User, now: datetime) -> bool:
    """As `decisions.decide` asks."""
    actor = acting(who)
    said = Decision.objects.filter(request=request, revision=request.revision, actor_id=actor.id)
    return (
        request.state == ApprovalRequest.State.PENDING
        and actor.id not in (request.requester_id, request.last_editor_id)
        and not said.exists()
        and people.decides_as(request, actor, now) is not None
    )


def test_rows_say_how_many_approved_and_what_else_is_open(now: datetime) -> None:
    mia, ben = person("mia", "Marketer"), person("ben", "Marketer")
    fin = person("fin", "Finance")
    person("fay", "Finance")
    policy("Finance", needed=2)
    campaign = CampaignFactory(discount=percent(10))
    one = ask(mia, now, campaign=campaign)
    ask(ben, now, campaign=campaign, percent_off=40)
    ask(ben, now)
    say(one, fin, "APPROVE", now)

    found = list(inbox.rows().order_by("pk").values_list("said_yes", "related"))

    assert found == [(1, 1), (0, 1), (0, 0)]


def test_the_number_of_queries_does_not_grow(count_queries: Callable[..., int], now: datetime) -> None:
    mia, fin = person("mia", "Marketer"), person("fin", "Finance")
    policy("Finance")
    first = ask(mia, now)
    few = count_queries(lambda: list(inbox.rows().filter(inbox.of(User.objects.get(pk=fin.pk), now).mine)))
    copies(first, 60)

    many = count_queries(lambda: list(inbox.rows().filter(inbox.of(User.objects.get(pk=fin.pk), now).mine)))

    assert many == few <= 7
    assert inbox.number_waiting(User.objects.get(pk=fin.pk), now) == 61


def copies(request: ApprovalRequest, number: int) -> None:
    """As many more like it."""
    fields = {
        field.attname: getattr(request, field.attname)
        for field in ApprovalRequest._meta.concrete_fields
        if field.name not in {"id", "public_id", "fingerprint", "target_id"}
    }
    ApprovalRequest.objects.bulk_create(
        ApprovalRequest(**{**fields, "fingerprint": f"copy {n}", "target_id": f"copy-{n}"})
        for n in range(number)
    )


def test_an_outdated_request_waits_for_whoever_asked(now: datetime) -> None:
    mia, fin = person("mia", "Marketer"), person("fin", "Finance")
    policy("Finance")
    request = ask(mia, now, name="first")
    move(request, now)
    with pytest.raises(Exception, match="proposed anew"):
        say(request, fin, "APPROVE", now)

    assert titles(fin, "mine", now) == set()
    assert titles(mia, "waiting", now) == {"first"}
    assert Campaign.objects.get().discount == percent(10)
