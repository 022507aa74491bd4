from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from approvals.models import ApprovalRequest
from tests.approvals.asked import ask, say
from tests.approvals.test_inbox import copies
from tests.approvals.world import person, policy
from tests.factories.promotions import CampaignFactory, percent

pytestmark = pytest.mark.django_db

INBOX = "/admin/approvals/approvalrequest/"


def browser_of(who: User) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(User.objects.get(pk=who.pk))
    return browser


def listed(who: User, query: str = "") -> list[str]:
    """Titles in the order of the list."""
    page = browser_of(who).get(f"{INBOX}{query}")
    assert page.status_code == 200
    return re.findall(r'approval-title" href="[^"]+">Change a campaign: ([^<]+)</a>', page.text)


@pytest.fixture
def mia(db: None) -> User:
    return person("mia", "Marketer")


@pytest.fixture
def fin(db: None) -> User:
    return person("fin", "Finance")


def test_tabs_hold_what_they_say(mia: User, fin: User, now: datetime) -> None:
    policy("Finance")
    ask(mia, now, name="open")
    say(ask(mia, now, name="gone"), fin, "REJECT", now, "No")

    assert {tab: listed(fin, f"?tab={tab}") for tab in ("queue", "waiting", "decided", "all", "odd")} == {
        "queue": ["open"],
        "waiting": [],
        "decided": ["gone"],
        "all": ["gone", "open"],
        "odd": ["open"],
    }
    assert listed(mia, "?tab=waiting") == ["open"]


@pytest.mark.parametrize(
    ("tab", "text"),
    [
        ("queue", "Nothing waits for you"),
        ("waiting", "You wait for nobody"),
        ("decided", "Nothing was decided yet"),
    ],
)
def test_an_empty_tab_says_what_it_is_for(tab: str, text: str, fin: User) -> None:
    assert text in browser_of(fin).get(f"{INBOX}?tab={tab}").text


def test_what_is_due_first_stands_first(mia: User, fin: User, now: datetime) -> None:
    policy("Finance")
    for number, hours in enumerate((None, 9, 3)):
        request = ask(mia, now, name=f"{number}")
        due = None if hours is None else now + timedelta(hours=hours)
        ApprovalRequest.objects.filter(pk=request.pk).update(due_at=due)

    assert listed(fin) == ["2", "1", "0"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?tab=all&state__exact=REJECTED", ["gone"]),
        ("?tab=all&operation=campaigns.update", ["gone", "open"]),
        ("?tab=all&operation=budgets.create", []),
        ("?tab=all&requester_label__icontains=ben", ["gone"]),
        ("?tab=all&q=open", ["open"]),
        ("?q=nothing", []),
    ],
)
def test_filters_and_search(query: str, found: list[str], mia: User, fin: User, now: datetime) -> None:
    policy("Finance")
    ask(mia, now, name="open")
    say(ask(person("ben", "Marketer"), now, name="gone"), fin, "REJECT", now, "No")

    assert listed(fin, query) == found


def test_requests_about_the_same_thing_are_marked_and_listed_together(
    mia: User, fin: User, now: datetime
) -> None:
    policy("Finance")
    campaign = CampaignFactory(name="twice", discount=percent(10))
    ask(mia, now, campaign=campaign)
    ask(person("ben", "Marketer"), now, campaign=campaign, percent_off=40)
    ask(mia, now, name="once")

    page = browser_of(fin).get(INBOX).text
    link = re.search(r'approval-related" href="([^"]+)">1 other request about the same campaign', page)

    assert page.count("1 other request about the same campaign") == 2
    assert link is not None
    assert listed(fin, link[1].removeprefix(INBOX).replace("&amp;", "&")) == ["twice", "twice"]


def test_pages_and_queries_do_not_grow(
    mia: User, fin: User, now: datetime, count_queries: Callable[..., int]
) -> None:
    policy("Finance")
    first = ask(mia, now)
    browser = browser_of(fin)
    browser.get(INBOX)
    few = count_queries(lambda: browser.get(INBOX))
    copies(first, 110)

    many = count_queries(lambda: browser.get(INBOX))
    third = browser.get(f"{INBOX}?p=3").text

    assert many == few <= 20
    assert third.count("approval-title") == 11


def test_stage_and_due_time_in_words(mia: User, fin: User, now: datetime) -> None:
    person("fay", "Finance")
    policy("Category", "Finance", needed=2)
    person("cat", "Category")
    request = ask(mia, now)
    ApprovalRequest.objects.filter(pk=request.pk).update(stage=1, due_at=now)
    say(request, fin, "APPROVE", now)

    page = browser_of(person("fee", "Finance")).get(INBOX).text

    assert "Finance, 1 of 2 (stage 2 of 2)" in page
    assert "Overdue by" in page


def test_the_number_waiting_stands_in_the_sidebar_and_on_the_overview(
    mia: User, fin: User, now: datetime
) -> None:
    policy("Finance")
    ask(mia, now)
    ask(mia, now)

    pages = [browser_of(who).get("/admin/").text for who in (fin, mia)]

    waiting = [re.search(r"Waiting for you\s*(<span[^>]*>2</span>)?", page) for page in pages]
    assert [bool(found and found[1]) for found in waiting] == [True, False]
    assert [bool(re.search(r"sidebar-badge[^>]*>\s*2\s*<", page)) for page in pages] == [True, False]


def test_titles_and_names_are_text(mia: User, fin: User, now: datetime) -> None:
    policy("Finance")
    User.objects.filter(pk=mia.pk).update(username="<i>mia")
    request = ask(User.objects.get(pk=mia.pk), now, name='<script>alert("x")</script>')

    pages = [browser_of(fin).get(path).text for path in (INBOX, f"{INBOX}{request.pk}/change/")]

    for page in pages:
        assert "<script>alert(" not in page
        assert "<i>mia" not in page
        assert "&lt;script&gt;alert(" in page
