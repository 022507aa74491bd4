"""A reviewer works through his queue by keyboard; the requester answers; it also works with one thumb."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from approvals.models import ApprovalRequest, Decision
from promotions.models import Campaign
from tests.approvals.asked import ask
from tests.approvals.world import person, policy
from tests.journeys.conftest import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PASSWORD = "correct horse battery"
INBOX = "/admin/approvals/approvalrequest/"


@pytest.fixture
def asked() -> list[ApprovalRequest]:
    """Two requests in the queue of fin, the older one first."""
    person("fin", "Finance")
    mia = person("mia", "Marketer")
    policy("Finance")
    now: datetime = timezone.now()
    return [ask(mia, now, name="Spring"), ask(mia, now, name="Summer", percent_off=40)]


def focused(tab: Page) -> str:
    return str(tab.evaluate("document.activeElement.textContent.trim()"))


def press(tab: Page, *keys: str) -> None:
    for key in keys:
        tab.keyboard.press(key)


def test_approve_and_request_changes_without_a_mouse(tab: Page, asked: list[ApprovalRequest]) -> None:
    sign_in(tab, "fin", at=INBOX, password=PASSWORD)

    press(tab, "?")
    expect(tab.get_by_role("dialog", name="Keys")).to_be_visible()
    press(tab, "Escape")
    expect(tab.get_by_role("dialog", name="Keys")).to_be_hidden()

    press(tab, "j", "j", "k")
    assert focused(tab) == "Change a campaign: Spring"
    press(tab, "o")
    expect(tab.get_by_role("heading", name="Change a campaign: Spring", exact=True)).to_be_visible()
    tab.wait_for_load_state("networkidle")
    press(tab, "c")
    tab.keyboard.type("Covered. jk?")
    press(tab, "Tab")
    assert focused(tab) == "Approve"
    press(tab, "Enter")
    expect(tab.get_by_text("Approved: the change has taken effect.")).to_be_visible()
    tab.wait_for_load_state("networkidle")

    press(tab, "u")
    expect(tab.get_by_role("link", name="Change a campaign: Summer")).to_be_visible()
    expect(tab.get_by_role("link", name="Change a campaign: Spring")).to_have_count(0)
    tab.wait_for_load_state("networkidle")
    press(tab, "j", "Enter")
    expect(tab.get_by_role("heading", name="Change a campaign: Summer", exact=True)).to_be_visible()
    tab.wait_for_load_state("networkidle")
    press(tab, "c")
    tab.keyboard.type("30 % is enough")
    press(tab, "Tab", "Tab")
    assert focused(tab) == "Request changes"
    press(tab, "Enter")
    expect(tab.get_by_text("mia was asked for changes.")).to_be_visible()

    said = list(Decision.objects.order_by("pk").values_list("verdict", "comment"))
    assert said == [("APPROVE", "Covered. jk?"), ("REQUEST_CHANGES", "30 % is enough")]
    percents = [one.discount["percent_off"] for one in Campaign.objects.order_by("name")]
    assert percents == [30, 10]


def test_a_goes_to_the_decision(tab: Page, asked: list[ApprovalRequest]) -> None:
    sign_in(tab, "fin", at=INBOX, password=PASSWORD)
    tab.goto(f"{INBOX}{asked[0].pk}/change/")
    tab.wait_for_load_state("networkidle")

    press(tab, "a")

    assert focused(tab) == "Approve"
    assert not Decision.objects.exists()


def test_a_phone_decides_with_one_thumb(
    chromium: Browser, live_server: object, asked: list[ApprovalRequest]
) -> None:
    context = chromium.new_context(
        base_url=str(live_server), viewport={"width": 390, "height": 844}, has_touch=True
    )
    context.set_default_timeout(15_000)
    tab = context.new_page()
    sign_in(tab, "fin", at=INBOX, password=PASSWORD)
    tab.get_by_role("link", name="Change a campaign: Spring").tap()
    expect(tab.get_by_role("heading", name="Change a campaign: Spring", exact=True)).to_be_visible()

    decide = tab.get_by_role("link", name="Decide")
    box = decide.bounding_box()
    assert box is not None
    assert box["y"] > 844 / 2
    decide.tap()
    approve = tab.get_by_role("button", name="Approve", exact=True)
    expect(approve).to_be_in_viewport()
    wide = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    approve.tap()
    expect(tab.get_by_text("Approved: the change has taken effect.")).to_be_visible()
    context.close()

    assert wide <= 0
    assert Decision.objects.get().actor_id == str(User.objects.get(username="fin").pk)
