from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from approvals.models import ApprovalRequest, Comment, Decision
from approvals.services import requests
from core.models import ProjectSettings
from promotions.models import Campaign
from tests.approvals.admin.test_inbox import browser_of
from tests.approvals.admin.test_requests import address, buttons, page_of, post
from tests.approvals.asked import ask
from tests.approvals.world import acting, person, policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia(db: None) -> User:
    return person("mia", "Marketer")


@pytest.fixture
def fin(db: None) -> User:
    return person("fin", "Finance")


def state() -> tuple[Any, ...]:
    """Everything that a post may touch."""
    request = ApprovalRequest.objects.get()
    return (
        request.state,
        request.revision,
        request.effective_at,
        request.reason,
        Decision.objects.count(),
        Comment.objects.count(),
        Campaign.objects.get().discount,
    )


@pytest.mark.parametrize(
    ("verdict", "comment", "after", "said"),
    [
        ("APPROVE", "", "APPLIED", "Approved: the change has taken effect."),
        ("REQUEST_CHANGES", "Less", "CHANGES_REQUESTED", "mia was asked for changes."),
        ("REJECT", "No", "REJECTED", "Rejected. Nothing was changed."),
    ],
)
def test_a_decision_does_one_thing(
    verdict: str, comment: str, after: str, said: str, mia: User, fin: User, now: datetime
) -> None:
    policy("Finance")
    request = ask(mia, now)
    before = state()

    answer = post(request, fin, "decide", verdict=verdict, revision=1, comment=comment)

    percent_off = 30 if after == "APPLIED" else 10
    assert state() == (after, *before[1:4], 1, 0, {**before[6], "percent_off": percent_off})
    assert answer.redirect_chain == [(address(request), 302)]
    assert answer.text.count(said) == 1
    assert Decision.objects.get().actor_id == str(fin.pk)


def test_who_saw_an_older_revision_is_refused_and_keeps_what_he_typed(
    mia: User, fin: User, now: datetime
) -> None:
    policy("Finance")
    request = ask(mia, now)
    requests.resubmit(request_id=request.pk, actor=acting(mia), now=now)
    before = state()

    answer = post(request, fin, "decide", verdict="APPROVE", revision=1, comment="Fine <b>with</b> me")

    assert state() == before
    assert "The request was changed since you looked at it" in answer.text
    assert "Fine &lt;b&gt;with&lt;/b&gt; me</textarea>" in answer.text
    assert 'name="revision" value="2"' in answer.text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Verdict: This field is required."),
        ({"verdict": "YES", "revision": 1}, "Verdict: Select a valid choice"),
        ({"verdict": "APPROVE"}, "Revision: This field is required."),
        ({"verdict": "APPROVE", "revision": "1e9"}, "Revision: Enter a whole number."),
        ({"verdict": "REJECT", "revision": 1}, "Comment: Say why."),
        ({"verdict": "EMERGENCY", "revision": 1, "comment": " "}, "Comment: Say why this cannot wait."),
        (
            {"verdict": "APPROVE", "revision": 1, "comment": "x" * 10_001},
            "Comment: Ensure this value has at most",
        ),
        ({"verdict": "APPROVE", "revision": 1, "comment": "\0"}, "Null characters are not allowed"),
    ],
)
def test_wrong_decisions_change_nothing(
    data: dict[str, Any], message: str, mia: User, fin: User, now: datetime
) -> None:
    policy("Finance")
    request = ask(mia, now)
    before = state()

    answer = post(request, fin, "decide", **data)

    assert (answer.status_code, state()) == (200, before)
    assert message in answer.text


@pytest.mark.parametrize("who", ["mia", "ben", "see", "cat"])
def test_whoever_is_not_asked_decides_nothing(who: str, mia: User, fin: User, now: datetime) -> None:
    others = {
        "ben": person("ben", "Marketer"),
        "see": person("see", "Viewer"),
        "cat": person("cat", "Category"),
    }
    policy("Finance")
    request = ask(mia, now)
    before = state()

    answer = post(request, {"mia": mia, **others}[who], "decide", verdict="APPROVE", revision=1)

    assert state() == before
    assert answer.status_code == (200 if who != "cat" else 403)
    assert buttons(answer.text) == set()


def test_an_emergency_needs_two_people_with_reasons(mia: User, fin: User, now: datetime) -> None:
    rev = person("rev", "Reviewer")
    person("cat", "Category")
    policy("Category")
    request = ask(mia, now)

    first = post(request, fin, "decide", verdict="EMERGENCY", revision=1, comment="Competitor")
    assert "One more person" in first.text
    assert ApprovalRequest.objects.get().state == "PENDING"
    assert "fin calls this an emergency: “Competitor”" in page_of(request, rev)

    post(request, rev, "decide", verdict="EMERGENCY", revision=1, comment="I see it, too")
    after = ApprovalRequest.objects.get()
    assert (after.state, after.is_emergency) == ("APPLIED", True)


def test_withdrawing_proposing_anew_and_setting_the_time(mia: User, fin: User, now: datetime) -> None:
    policy("Finance")
    request = ask(mia, now)
    ProjectSettings.objects.update(time_zone="Europe/Warsaw")

    post(request, mia, "schedule", when="at", at="2037-07-01T09:30")
    after = ApprovalRequest.objects.get()
    assert after.effective_at is not None
    assert after.effective_at.isoformat() == "2037-07-01T07:30:00+00:00"
    assert 'value="2037-07-01T09:30"' in page_of(request, mia)

    post(request, mia, "schedule", when="now")
    assert ApprovalRequest.objects.get().effective_at is None

    post(request, mia, "resubmit", reason="Because")
    after = ApprovalRequest.objects.get()
    assert (after.revision, after.reason, after.state) == (2, "Because", "PENDING")

    post(request, mia, "withdraw")
    assert ApprovalRequest.objects.get().state == "WITHDRAWN"
    assert Campaign.objects.get().discount["percent_off"] == 10


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"when": "at"}, "At: Say when."),
        ({"when": "at", "at": "soon"}, "Give a date and a time"),
        ({"when": "at", "at": "2001-01-01T00:00"}, "is past. Name a time to come."),
        ({}, "When: This field is required."),
    ],
)
def test_wrong_times_are_refused(data: dict[str, str], message: str, mia: User, now: datetime) -> None:
    policy("Finance")
    request = ask(mia, now)
    before = state()

    answer = post(request, mia, "schedule", **data)

    assert state() == before
    assert message in answer.text


@pytest.mark.parametrize("what", ["withdraw", "resubmit", "schedule"])
def test_what_is_the_requesters_is_refused_to_others(what: str, mia: User, now: datetime) -> None:
    policy("Finance")
    request = ask(mia, now)
    before = state()

    post(request, person("ben", "Marketer"), what, when="now", reason="Mine")

    assert state() == before


def test_a_comment_names_people_and_is_text(mia: User, fin: User, now: datetime) -> None:
    policy("Finance")
    request = ask(mia, now)

    answer = post(request, mia, "comment", text="@Fin, see <img src=x onerror=alert(1)> @nobody.")

    made = Comment.objects.get()
    assert made.mentions == [fin.pk]
    assert (
        '<strong class="approval-mention">@Fin</strong>, see &lt;img src=x onerror=alert(1)&gt; @nobody.'
        in (answer.text)
    )


def test_who_only_looks_does_not_write(mia: User, now: datetime) -> None:
    policy("Finance")
    request = ask(mia, now)
    see = person("see", "Viewer")

    answer = post(request, see, "comment", text="Me too")

    assert not Comment.objects.exists()
    assert "approvals.comment is needed" in answer.text
    assert 'name="text"' not in page_of(request, see)


def test_posts_need_the_token_of_the_page(mia: User, fin: User, now: datetime) -> None:
    policy("Finance")
    request = ask(mia, now)
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(fin)

    answer = browser.post(address(request, "decide"), {"verdict": "APPROVE", "revision": 1})

    assert answer.status_code == 403
    assert not Decision.objects.exists()


def test_a_decision_waits_for_the_second_step_where_it_is_asked_for(
    mia: User, fin: User, now: datetime
) -> None:
    policy("Finance")
    request = ask(mia, now)
    ProjectSettings.objects.update(second_factor_required_from="2020-01-01")

    answer = browser_of(fin).post(address(request, "decide"), {"verdict": "APPROVE", "revision": 1})

    assert (answer.status_code, "second-factor" in answer.headers["Location"]) == (302, True)
    assert not Decision.objects.exists()
