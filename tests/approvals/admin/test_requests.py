from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from approvals import registry
from approvals.models import ApprovalRequest, Comment, Decision
from approvals.registry import EvidencePanel
from approvals.services import requests
from core.models import ProjectSettings
from promotions.models import Campaign
from tests.approvals.admin.test_inbox import browser_of
from tests.approvals.asked import ask, move, say
from tests.approvals.world import acting, person, policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia(db: None) -> User:
    return person("mia", "Marketer")


@pytest.fixture
def fin(db: None) -> User:
    return person("fin", "Finance")


def address(request: ApprovalRequest, what: str = "change") -> str:
    return f"/admin/approvals/approvalrequest/{request.pk}/{what}/"


def page_of(request: ApprovalRequest, who: User) -> str:
    answer = browser_of(who).get(address(request))
    assert answer.status_code == 200
    return answer.text


def post(request: ApprovalRequest, who: User, what: str, **data: Any) -> Any:
    return browser_of(who).post(address(request, what), data, follow=True)


def buttons(page: str) -> set[str]:
    return set(re.findall(r'name="verdict" value="(\w+)"', page))


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


def test_the_page_says_who_wants_what_and_why(mia: User, fin: User, now: datetime) -> None:
    policy("Finance", name="Deep ones")
    request = ask(mia, now, name="Spring")
    requests.resubmit(request_id=request.pk, actor=acting(mia), now=now, reason="The shelf\nis full")

    page = page_of(request, fin)

    for text in (
        "Change a campaign: Spring",
        "mia asked for this on",
        "The shelf\nis full",
        "Deep ones (version 1)",
        "It takes effect as soon as the last stage has approved it.",
        "Waits for fin",
    ):
        assert text in page
    assert buttons(page) == {"APPROVE", "REQUEST_CHANGES", "REJECT", "EMERGENCY"}
    assert 'name="revision" value="2"' in page


def test_without_words_the_difference_is_a_table(
    mia: User, fin: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_words", {})
    policy("Finance")

    page = page_of(ask(mia, now), fin)

    assert re.search(
        r"Discount › percent off</th><td[^>]*><span[^>]*>10</span></td><td[^>]*><span[^>]*>30<", page
    )


def test_with_words_the_difference_is_sentences(
    mia: User, fin: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_words", {"campaign": lambda *_: ["10 % becomes <30> %"]})
    policy("Finance")

    page = page_of(ask(mia, now), fin)

    assert "<li>10 % becomes &lt;30&gt; %</li>" in page
    assert "Value by value" in page


def test_panels_are_shown_and_one_that_fails_says_so(
    mia: User, fin: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> str:
        raise ZeroDivisionError

    found = {
        "good": EvidencePanel(name="good", title="Overlaps", render=lambda *_: "Two <others>"),
        "bad": EvidencePanel(name="bad", title="Forecast", render=fail),
        "none": EvidencePanel(name="none", title="Nothing here", render=lambda *_: ""),
    }
    monkeypatch.setattr(registry, "_panels", found)
    policy("Finance")

    page = page_of(ask(mia, now), fin)

    assert "<h2>Overlaps</h2>Two &lt;others&gt;" in page
    assert "This could not be worked out." in page
    assert "Nothing here" not in page


def test_every_state_has_a_page(mia: User, fin: User, now: datetime) -> None:
    policy("Finance")
    later = timezone.now() + timedelta(days=30)
    made = {
        name: ask(mia, now, name=name) for name in ("open", "back", "gone", "done", "old", "later", "taken")
    }
    say(made["back"], fin, "REQUEST_CHANGES", now, "Less")
    say(made["gone"], fin, "REJECT", now, "No")
    say(made["done"], fin, "APPROVE", now)
    requests.schedule(request_id=made["later"].pk, effective_at=later, actor=acting(mia), now=now)
    say(made["later"], fin, "APPROVE", now)
    requests.withdraw(request_id=made["taken"].pk, actor=acting(mia), now=now)
    move(made["old"], now)
    with pytest.raises(Exception, match="proposed anew"):
        say(made["old"], fin, "APPROVE", now)

    seen = {
        name: (
            ApprovalRequest.objects.get(pk=one.pk).state,
            buttons(page_of(one, fin)),
            re.findall(r'action="/admin/approvals/[^"]+/(\w+)/"', page_of(one, mia)),
        )
        for name, one in made.items()
    }

    every = {"APPROVE", "REQUEST_CHANGES", "REJECT", "EMERGENCY"}
    own = ["schedule", "resubmit", "withdraw", "comment"]
    assert seen == {
        "open": ("PENDING", every, own),
        "back": ("CHANGES_REQUESTED", set(), own),
        "gone": ("REJECTED", set(), ["comment"]),
        "done": ("APPLIED", set(), ["comment"]),
        "old": ("STALE", {"REJECT"}, own),
        "later": ("APPROVED", set(), ["withdraw", "comment"]),
        "taken": ("WITHDRAWN", set(), ["comment"]),
    }


def test_an_outdated_request_shows_three_columns(mia: User, fin: User, now: datetime) -> None:
    policy("Finance")
    request = ask(mia, now)
    campaign = Campaign.objects.get()
    campaign.discount = {**campaign.discount, "percent_off": 12}
    campaign.save(update_fields=["discount"])

    post(request, fin, "decide", verdict="APPROVE", revision=1, comment="")
    page = page_of(request, mia)

    row = re.search(r"percent off<small>Changed by both, differently</small></th>(.*?)</tr>", page, re.DOTALL)
    assert row is not None
    assert re.findall(r">(\w+)</td>", row[1]) == ["10", "12", "30"]
    assert "Bring it up to date" in page
    assert ApprovalRequest.objects.get().state == "STALE"


def test_who_approved_an_earlier_revision_sees_what_changed_since(
    mia: User, fin: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_words", {})
    person("fay", "Finance")
    policy("Finance", needed=2)
    request = say(ask(mia, now), fin, "APPROVE", now)
    for text in ("first", "second"):
        Campaign.objects.update(description=text)
        requests.resubmit(request_id=request.pk, actor=acting(mia), now=now)

    mine = page_of(request, fin)
    other = page_of(request, person("fox", "Finance"))
    chosen = browser_of(fin).get(f"{address(request)}?since=2").text

    assert "Changed since revision 1 <small>which you decided about" in mine
    assert "What is asked for is the same." in mine
    assert "Changed since revision 2<" in other
    assert "Changed since revision 2<" in chosen
    assert re.search(r"Description</th><td[^>]*><span[^>]*>first<.*?>second<", chosen)


@pytest.mark.parametrize(
    ("verdict", "comment", "after"),
    [
        ("APPROVE", "", "APPLIED"),
        ("REQUEST_CHANGES", "Less", "CHANGES_REQUESTED"),
        ("REJECT", "No", "REJECTED"),
    ],
)
def test_a_decision_does_one_thing(
    verdict: str, comment: str, after: str, mia: User, fin: User, now: datetime
) -> None:
    policy("Finance")
    request = ask(mia, now)
    before = state()

    answer = post(request, fin, "decide", verdict=verdict, revision=1, comment=comment)

    percent_off = 30 if after == "APPLIED" else 10
    assert state() == (after, *before[1:4], 1, 0, {**before[6], "percent_off": percent_off})
    assert answer.redirect_chain == [(address(request), 302)]
    assert Decision.objects.get().actor_id == str(fin.pk)


def test_what_should_be_otherwise_stands_on_top(mia: User, fin: User, now: datetime) -> None:
    policy("Finance")
    request = say(ask(mia, now), fin, "REQUEST_CHANGES", now, "26 <b>%</b> at most")

    assert "fin asks for changes: “26 &lt;b&gt;%&lt;/b&gt; at most”" in page_of(request, mia)


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
        ({"verdict": "REJECT", "revision": 1}, "say what should be otherwise"),
        ({"verdict": "EMERGENCY", "revision": 1, "comment": " "}, "say why this cannot wait"),
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
        ({"when": "at", "at": "2001-01-01T00:00"}, "must be in the future"),
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


def test_the_page_costs_the_same_with_a_long_discussion(
    mia: User, fin: User, now: datetime, count_queries: Callable[..., int]
) -> None:
    policy("Finance")
    request = ask(mia, now)
    browser = browser_of(fin)
    requests.comment(request_id=request.pk, text="@fin", mentions=[fin.pk], actor=acting(mia), now=now)
    browser.get(address(request))
    few = count_queries(lambda: browser.get(address(request)))
    for _ in range(30):
        requests.comment(request_id=request.pk, text="@fin", mentions=[fin.pk], actor=acting(mia), now=now)

    assert count_queries(lambda: browser.get(address(request))) == few
