from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from approvals import registry
from approvals.models import ApprovalRequest
from approvals.registry import EvidencePanel
from approvals.services import requests
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


def test_what_should_be_otherwise_stands_on_top(mia: User, fin: User, now: datetime) -> None:
    policy("Finance")
    request = say(ask(mia, now), fin, "REQUEST_CHANGES", now, "26 <b>%</b> at most")

    assert "fin asks for changes: “26 &lt;b&gt;%&lt;/b&gt; at most”" in page_of(request, mia)


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
