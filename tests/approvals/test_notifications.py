from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from approvals.models import ApprovalRequest, Delegation, Notification
from approvals.selectors import mentions
from approvals.selectors import notifications as known
from approvals.services import notifications, requests
from core import dispatch, events
from core.actors import Actor
from core.errors import InvalidPayload
from promotions.models import Campaign
from tests.approvals.asked import ask, deliver, move, say
from tests.approvals.world import acting, person, policy

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("tests")


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    settings.FANFARE_SENDS_MAIL = True


def told(who: User, *, since: int = 0) -> list[str]:
    rows = Notification.objects.filter(user=who, pk__gt=since).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def last() -> int:
    return Notification.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def test_those_who_decide_are_asked_stage_after_stage_and_nobody_else(now: datetime) -> None:
    mia, cat, fin = person("mia", "Marketer"), person("cat", "Category"), person("fin", "Finance")
    sub = person("sub", "Viewer")
    Delegation.objects.create(
        person=fin, stand_in=sub, starts_at=now, ends_at=now + timedelta(days=1), created_at=now
    )
    policy("Category", "Finance")

    request = ask(mia, now)
    deliver(now)
    assert (told(cat), told(fin), told(sub), told(mia)) == (["ASKED"], [], [], [])

    say(request, cat, "APPROVE", now)
    deliver(now)
    assert (told(cat), told(fin), told(sub), told(mia)) == (["ASKED"], ["ASKED"], ["ASKED"], ["DECIDED"])
    assert Notification.objects.get(user=cat).read_at == now

    say(request, fin, "APPROVE", now)
    deliver(now)
    assert told(mia) == ["DECIDED", "APPLIED"]
    assert not Notification.objects.filter(user__in=[cat, fin, sub], read_at=None).exists()


def test_an_event_that_is_delivered_twice_tells_once(now: datetime) -> None:
    mia, fin = person("mia", "Marketer"), person("fin", "Finance")
    policy("Finance")
    request = ask(mia, now)
    requests.comment(request_id=request.pk, text="Why?", mentions=[], actor=acting(fin), now=now)

    delivered = deliver(now)
    acted = [dispatch.deliver(delivery_id=pk, now=now) for pk in delivered]

    assert not any(acted)
    assert (told(fin), told(mia)) == (["ASKED"], ["COMMENTED"])


def test_news_that_comes_late_asks_those_who_decide_now_once(now: datetime) -> None:
    mia, cat, fin = person("mia", "Marketer"), person("cat", "Category"), person("fin", "Finance")
    policy("Category", "Finance")

    say(ask(mia, now), cat, "APPROVE", now)
    deliver(now)

    assert (told(cat), told(fin)) == ([], ["ASKED"])


@pytest.mark.parametrize(
    ("verdict", "word"), [("REQUEST_CHANGES", "asks for changes of"), ("REJECT", "rejected")]
)
def test_the_requester_reads_what_was_decided_and_why(verdict: str, word: str, now: datetime) -> None:
    mia, fin = person("mia", "Marketer"), person("fin", "Finance")
    policy("Finance")
    request = say(ask(mia, now, name="Spring"), fin, verdict, now, "Too\ndeep")

    deliver(now)

    found = Notification.objects.get(user=mia)
    assert (found.kind, found.text) == ("DECIDED", f"fin {word} Change a campaign: Spring: Too deep")
    assert found.request == request


def test_changes_are_always_mailed_to_whoever_asked(now: datetime) -> None:
    mia, fin = person("mia", "Marketer"), person("fin", "Finance")
    policy("Finance")
    notifications.choose(user_id=mia.pk, by_mail=[], in_app=[], actor=acting(mia), now=now)
    back, gone = ask(mia, now), ask(mia, now)
    say(back, fin, "REQUEST_CHANGES", now, "Less")
    say(gone, fin, "REJECT", now, "No")

    deliver(now)

    only = Notification.objects.get(user=mia)
    assert (only.request, only.mailed_at, only.read_at) == (back, None, now)


def test_everybody_gets_what_he_chose(now: datetime) -> None:
    mia = person("mia", "Marketer")
    mail, here, none, poor = (person(name, "Finance") for name in ("mail", "here", "none", "poor"))
    User.objects.filter(pk=poor.pk).update(email="")
    for who, by_mail, in_app in ((mail, ["ASKED"], []), (here, [], ["ASKED"]), (none, [], ["DECIDED"])):
        notifications.choose(user_id=who.pk, by_mail=by_mail, in_app=in_app, actor=acting(who), now=now)
    policy("Finance")

    ask(mia, now)
    deliver(now)

    assert {
        row.user.username: (row.mailed_at is None, row.read_at is None)
        for row in Notification.objects.select_related("user")
    } == {"mail": (True, False), "here": (False, True), "poor": (False, True)}
    assert [known.shown_to(who).count() for who in (mail, here, none, poor)] == [0, 1, 0, 1]
    assert list(known.unmailed(now).values_list("user", flat=True)) == [mail.pk]


def test_without_a_mail_server_nothing_waits_to_be_mailed(now: datetime, settings: Any) -> None:
    settings.FANFARE_SENDS_MAIL = False
    mia, fin = person("mia", "Marketer"), person("fin", "Finance")
    policy("Finance")
    ask(mia, now)

    deliver(now)

    assert told(fin) == ["ASKED"]
    assert not known.unmailed(now).exists()


def test_a_kind_that_there_is_not_is_refused(now: datetime) -> None:
    mia = person("mia", "Marketer")

    with pytest.raises(InvalidPayload):
        notifications.choose(user_id=mia.pk, by_mail=["SHOUTED"], in_app=[], actor=acting(mia), now=now)

    assert known.wishes_of([mia.pk]) == {}


def test_a_proposal_made_anew_asks_again(now: datetime) -> None:
    mia, fin, fay = person("mia", "Marketer"), person("fin", "Finance"), person("fay", "Finance")
    policy("Finance", needed=2)
    request = say(ask(mia, now), fin, "APPROVE", now)
    deliver(now)
    before = last()

    requests.resubmit(request_id=request.pk, actor=acting(mia), now=now)
    deliver(now)

    assert (told(fin, since=before), told(fay, since=before)) == (["ASKED"], ["ASKED"])


def test_mentioned_people_and_those_who_took_part_are_told_of_a_comment(now: datetime) -> None:
    mia, fin, fay = person("mia", "Marketer"), person("fin", "Finance"), person("fay", "Finance")
    see, gone = person("See", "Viewer"), person("gone", "Finance")
    policy("Finance", needed=2)
    request = say(ask(mia, now), fin, "APPROVE", now)
    deliver(now)
    before = last()
    User.objects.filter(pk=gone.pk).update(is_active=False)
    text = "@see, what do you say? (@gone, mail@fay.example, @nobody.)"

    named = [user.pk for user in mentions.people(text)]
    requests.comment(request_id=request.pk, text=text, mentions=named, actor=acting(fay), now=now)
    deliver(now)

    found = {who.username: told(who, since=before) for who in (mia, fin, fay, see, gone)}
    assert found == {"mia": ["COMMENTED"], "fin": ["COMMENTED"], "fay": [], "See": ["MENTIONED"], "gone": []}


def test_an_outdated_request_tells_whoever_asked(now: datetime) -> None:
    mia, fin = person("mia", "Marketer"), person("fin", "Finance")
    policy("Finance")
    request = ask(mia, now)
    move(request, now)
    with pytest.raises(Exception, match="proposed anew"):
        say(request, fin, "APPROVE", now)

    deliver(now)

    assert (told(mia), known.unread(fin)) == (["FAILED"], 0)


def test_a_change_that_fails_tells_whoever_asked_and_asks_again(now: datetime) -> None:
    mia, fin = person("mia", "Marketer"), person("fin", "Finance")
    policy("Finance")
    request = ask(mia, now)
    deliver(now)
    before = last()
    ApprovalRequest.objects.filter(pk=request.pk).update(error="The budget is gone", revision=2)
    with_event(request, "approval_request.failed", now)

    deliver(now)

    assert (told(mia, since=before), told(fin, since=before)) == (["FAILED"], ["ASKED"])


def test_an_emergency_calls_for_a_second_person_and_tells_those_who_were_passed_over(now: datetime) -> None:
    mia, cat = person("mia", "Marketer"), person("cat", "Category")
    rev, fin = person("rev", "Reviewer"), person("fin", "Finance")
    policy("Category")
    request = ask(mia, now, name="Spring")
    say(request, rev, "EMERGENCY", now, "Competitor")
    deliver(now)
    assert (told(fin), told(rev)) == (["ASKED"], [])
    before = last()

    say(request, fin, "EMERGENCY", now, "I see it, too")
    deliver(now)

    assert (told(mia, since=before), told(cat, since=before)) == (["APPLIED"], ["APPLIED"])
    text = Notification.objects.filter(user=cat).latest("pk").text
    assert text == "In an emergency, without you: rev and fin approved Change a campaign: Spring."
    assert Campaign.objects.get().discount["percent_off"] == 30


@pytest.mark.parametrize(("name", "kind"), [("reminded", "REMINDED"), ("escalated", "ESCALATED")])
def test_reminders_reach_the_people_whom_they_name(name: str, kind: str, now: datetime) -> None:
    mia, fin = person("mia", "Marketer"), person("fin", "Finance")
    policy("Finance")
    request = ask(mia, now)
    deliver(now)
    before = last()
    with_event(request, f"approval_request.{name}", now, users=[str(fin.pk), "gone", 10**9])

    deliver(now)

    assert (told(fin, since=before), told(mia, since=before)) == ([kind], [])


def test_a_scheduled_change_is_told_when_it_is_approved_set_and_cancelled(now: datetime) -> None:
    mia, fin = person("mia", "Marketer"), person("fin", "Finance")
    policy("Finance")
    request = ask(mia, now)
    later = now + timedelta(days=2)
    requests.schedule(request_id=request.pk, effective_at=later, actor=acting(fin), now=now)
    say(request, fin, "APPROVE", now)
    requests.withdraw(request_id=request.pk, actor=acting(fin), now=now)

    deliver(now)

    texts = list(Notification.objects.filter(user=mia).order_by("pk").values_list("text", flat=True))
    assert told(mia) == ["DECIDED"] * 3
    assert "takes effect: on 12 Mar" in texts[0]
    assert "It takes effect on 12 Mar" in texts[1]
    assert texts[2].startswith("fin cancelled ")


def with_event(request: ApprovalRequest, name: str, now: datetime, **payload: Any) -> None:
    events.emit(name, entity=request, actor=SYSTEM, now=now, payload=payload)
