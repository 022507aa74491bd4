"""From a collision to the request for approval: drafted, dragged to the next week, submitted with evidence.

On the way a date that is closed refuses a drop, and one that is better left alone is warned about.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from approvals.models import ApprovalRequest
from promotions.models import Campaign
from tests.approvals.world import policy
from tests.factories.blackouts import BlackoutFactory
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import CampaignFactory, percent
from tests.journeys.conftest import person, sign_in
from tests.journeys.test_calendar_move import bar_of, drag

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

DAY = timedelta(days=1)


@pytest.fixture
def month() -> date:
    """The month after the next one: all of it lies ahead, and is drawn as a whole."""
    later = timezone.now().date().replace(day=1) + 64 * DAY
    return later.replace(day=1)


def at(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)


def draft_in_steps(tab: Page, starts: date, ends: date) -> None:
    """Up to the page that asks whether everything is right."""
    tab.goto("/admin/promotions/campaign/wizard/new/type/")
    tab.get_by_label("One code for everybody").check()
    tab.fill("#id_name", "Members")
    tab.get_by_role("button", name="Save and continue").first.click()
    tab.fill("#id_percent_off", "25")
    tab.get_by_role("button", name="Time").click()
    tab.fill("#id_starts_at", f"{starts}T00:00")
    tab.fill("#id_ends_at", f"{ends}T00:00")
    tab.get_by_role("button", name="Codes").click()
    tab.fill("#id_code", "MEMBERS25")
    tab.get_by_role("button", name="Save", exact=True).click()


def test_a_collision_ends_by_dragging_and_the_request_says_so(tab: Page, month: date) -> None:
    ninth = month + 8 * DAY
    ProductFactory(name="Mug", price=2_000)
    CampaignFactory(
        name="Friends week", discount=percent(20), starts_at=at(ninth), ends_at=at(ninth + 7 * DAY),
        lifecycle="SCHEDULED",
    )  # fmt: skip
    BlackoutFactory(name="Stock-taking", starts_on=ninth - 6 * DAY, ends_on=ninth - 6 * DAY)
    BlackoutFactory(
        name="Fair", reason="The stand needs everybody", strength="SOFT",
        starts_on=ninth + 8 * DAY, ends_on=ninth + 8 * DAY,
    )  # fmt: skip
    person("mara", "Marketer")
    person("olga", "Reviewer")
    policy("Reviewer", name="Launches")
    sign_in(tab)

    # Drafted: the collision is seen beside the form.
    draft_in_steps(tab, ninth + DAY, ninth + 3 * DAY)
    beside = tab.locator("[data-collisions]")
    expect(beside).to_contain_text("Friends week")
    tab.get_by_role("button", name="Review").click()
    tab.get_by_role("button", name="Save as a draft").click()
    expect(tab.get_by_text("Members is saved as a draft")).to_be_visible()
    draft = Campaign.objects.get(name="Members")

    # Dropped on a closed date it jumps back; a week later the collision is gone.
    tab.goto(f"/admin/calendar/?view=month&on={month}&lanes=type")
    drag(tab, bar_of(tab, draft), -7)
    notice = tab.get_by_role("alert")
    expect(notice).to_contain_text("Blackout “Stock-taking”")
    expect(notice).to_contain_text("Why: The warehouse counts.")
    assert Campaign.objects.get(pk=draft.pk).starts_at == at(ninth + DAY)
    notice.get_by_role("button", name="Close").click()

    drag(tab, bar_of(tab, draft), 7)
    dialog = tab.locator("#calendar-move")
    expect(dialog.get_by_role("heading", name="1 collision disappears")).to_be_visible()
    expect(dialog).to_contain_text("Friends week")
    expect(dialog).to_contain_text("Blackout “Fair”")
    dialog.get_by_role("button", name="Move it").click()
    expect(tab.locator("#calendar-notice")).to_contain_text("Members now runs")
    assert Campaign.objects.get(pk=draft.pk).starts_at == at(ninth + 8 * DAY)

    # Whoever decides sees what is left.
    tab.goto(f"/admin/promotions/campaign/{draft.pk}/change/")
    tab.get_by_role("link", name=re.compile("Submit for review")).first.click()
    tab.locator("#dialog").get_by_role("button", name="Submit").click()
    expect(tab.get_by_text("Members is submitted for review.")).to_be_visible(timeout=15_000)
    request = ApprovalRequest.objects.get()
    sign_in(tab, "olga", at=f"/admin/approvals/approvalrequest/{request.pk}/change/")
    expect(tab.get_by_role("heading", name="What it would collide with")).to_be_visible()
    page = tab.locator("body")
    expect(page).to_contain_text("Members runs on")
    expect(page).to_contain_text("when it should not: Fair.")
    expect(page).not_to_contain_text("Friends week")
