from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.auth.models import User

from approvals.models import ApprovalRequest, Notification, NotificationSettings
from approvals.services import notifications
from core.models import AuditEntry
from tests.approvals.admin.test_inbox import browser_of
from tests.approvals.asked import ask
from tests.approvals.world import person, policy

pytestmark = pytest.mark.django_db

PAGE = "/admin/notifications/"


@pytest.fixture
def request_(now: datetime) -> ApprovalRequest:
    policy("Finance")
    return ask(person("mia", "Marketer"), now)


@pytest.fixture
def fin(db: None) -> User:
    return person("fin", "Finance")


def write(request: ApprovalRequest, who: User, now: datetime, text: str = "Decide") -> Notification:
    kind = Notification.Kind.ASKED
    (made,) = notifications.write(request=request, kind=kind, text=text, users=[who], now=now)
    return made


def test_everybody_sees_his_own_as_text(request_: ApprovalRequest, fin: User, now: datetime) -> None:
    write(request_, fin, now, "Look: <script>alert(1)</script>")
    write(request_, person("other", "Finance"), now, "For somebody else")

    page = browser_of(fin).get(PAGE).text

    assert "Look: &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "For somebody else" not in page
    assert re.search(r"sidebar-badge[^>]*>\s*1\s*<", page)


def test_opening_one_reads_it_and_leads_to_its_request(
    request_: ApprovalRequest, fin: User, now: datetime
) -> None:
    made, other = write(request_, fin, now), write(request_, fin, now)

    answer = browser_of(fin).post(f"{PAGE}{made.pk}/open/")

    assert answer.headers["Location"] == f"/admin/approvals/approvalrequest/{request_.pk}/change/"
    assert list(Notification.objects.filter(read_at=None)) == [other]


def test_nobody_reads_those_of_others(request_: ApprovalRequest, fin: User, now: datetime) -> None:
    made = write(request_, fin, now)

    answer = browser_of(person("other", "Finance")).post(f"{PAGE}{made.pk}/open/")

    assert answer.status_code == 404
    assert Notification.objects.get().read_at is None


def test_reading_all_reads_only_ones_own(request_: ApprovalRequest, fin: User, now: datetime) -> None:
    other = person("other", "Finance")
    for who in (fin, fin, other):
        write(request_, who, now)

    browser_of(fin).post(f"{PAGE}read/")

    assert [row.user for row in Notification.objects.filter(read_at=None)] == [other]
    assert "You have read everything." in browser_of(fin).get(f"{PAGE}?unread").text


def test_choices_are_kept_and_shown(fin: User) -> None:
    browser = browser_of(fin)

    browser.post(f"{PAGE}settings/", {"in_app": ["ASKED", "FAILED"], "by_mail": ["MENTIONED"]})
    page = browser.get(f"{PAGE}settings/").text

    kept = NotificationSettings.objects.get()
    assert (kept.user, kept.in_app, kept.by_mail) == (fin, ["ASKED", "FAILED"], ["MENTIONED"])
    assert re.findall(r'name="(\w+)" value="(\w+)"[^>]*checked', page) == [
        ("in_app", "ASKED"),
        ("by_mail", "MENTIONED"),
        ("in_app", "FAILED"),
    ]
    assert (
        AuditEntry.objects.filter(action="notification_settings.updated", actor_id=str(fin.pk)).count() == 1
    )


def test_a_wrong_choice_is_refused(fin: User) -> None:
    answer = browser_of(fin).post(f"{PAGE}settings/", {"by_mail": ["SHOUTED"]}, follow=True)

    assert "There is no kind of notification" in answer.text
    assert not NotificationSettings.objects.exists()


def test_many_are_shown_in_pages_of_thirty(
    request_: ApprovalRequest, fin: User, now: datetime, count_queries: Callable[..., int]
) -> None:
    browser = browser_of(fin)
    write(request_, fin, now)
    browser.get(PAGE)
    few = count_queries(lambda: browser.get(PAGE))
    for _ in range(44):
        write(request_, fin, now)

    assert count_queries(lambda: browser.get(PAGE)) == few
    assert [browser.get(f"{PAGE}?p={p}").text.count("approval-news-text") for p in (1, 2, "odd")] == [
        30,
        15,
        30,
    ]
