"""A bar of the calendar is dragged, stretched and moved by keyboard; what is refused jumps back."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from promotions.models import Campaign, Lifecycle
from tests.factories.blackouts import BlackoutFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.journeys.conftest import person, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

MONTH = date(2031, 3, 1)
START, END = datetime(2031, 3, 10, tzinfo=UTC), datetime(2031, 3, 14, tzinfo=UTC)
URL = f"/admin/calendar/?view=month&on={MONTH}&lanes=type"


@pytest.fixture
def spring() -> Campaign:
    campaign = CampaignFactory(
        name="Spring sale", starts_at=START, ends_at=END, lifecycle=Lifecycle.SCHEDULED
    )
    VoucherFactory(campaign=campaign, published_at=START)
    return campaign


def bar_of(tab: Page, campaign: Campaign) -> Locator:
    return tab.locator(f".cal-bar[data-key='campaign:{campaign.pk}']").first


def day_width(tab: Page) -> float:
    """A track is a month wide."""
    return float(
        tab.evaluate(
            "() => document.querySelector('.cal-track').getBoundingClientRect().width"
            " / Number(document.querySelector('[data-calendar-grid]').dataset.units)"
        )
    )


def drag(tab: Page, what: Locator, days: int) -> None:
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 8, y, steps=2)
    tab.mouse.move(x + days * day_width(tab), y, steps=8)
    tab.mouse.up()


def dates(campaign: Campaign) -> tuple[datetime | None, datetime | None]:
    row = Campaign.objects.get(pk=campaign.pk)
    return row.starts_at, row.ends_at


def week(campaign: Campaign, number: int) -> None:
    assert dates(campaign) == (START + timedelta(weeks=number), END + timedelta(weeks=number))


def test_drag_stretch_and_take_back(tab: Page, spring: Campaign) -> None:
    person("mara", "Marketer")
    sign_in(tab)
    tab.goto(URL)
    dialog = tab.locator("#calendar-move")

    drag(tab, bar_of(tab, spring), 7)
    expect(dialog.get_by_role("heading", name="Move Spring sale")).to_be_visible()
    expect(dialog.get_by_label("Starts")).to_have_value("2031-03-17T00:00")
    expect(dialog.get_by_text("1 code that customers have, or used, keeps the present dates")).to_be_visible()
    week(spring, 0)
    dialog.get_by_role("button", name="Move it").click()
    notice = tab.locator("#calendar-notice")
    expect(notice.get_by_text("Spring sale now runs 17 Mar 2031 – 20 Mar 2031.")).to_be_visible()
    week(spring, 1)

    notice.get_by_role("button", name="Undo").click()
    expect(notice.get_by_text("Spring sale now runs 10 Mar 2031 – 13 Mar 2031.")).to_be_visible()
    week(spring, 0)

    expect(bar_of(tab, spring)).to_have_attribute(
        "data-seen", "2031-03-10T00:00:00.000Z/2031-03-14T00:00:00.000Z"
    )
    drag(tab, bar_of(tab, spring).locator(".cal-grip-end"), 2)
    expect(dialog.get_by_label("Ends")).to_have_value("2031-03-16T00:00")
    dialog.get_by_label("Ends").fill("2031-03-17T12:00")
    dialog.get_by_label("Ends").blur()
    expect(dialog.get_by_label("Ends")).to_have_value("2031-03-17T12:00")
    dialog.get_by_role("button", name="Move it").click()
    expect(notice.get_by_text("Spring sale now runs 10 Mar 2031 – 17 Mar 2031.")).to_be_visible()
    assert dates(spring) == (START, datetime(2031, 3, 17, 12, tzinfo=UTC))


def test_by_keyboard_and_a_way_back(tab: Page, spring: Campaign) -> None:
    person("mara", "Marketer")
    sign_in(tab)
    tab.goto(URL)
    bar = bar_of(tab, spring)

    bar.locator(".cal-open").focus()
    for _ in range(3):
        tab.keyboard.press("Alt+ArrowRight")
    expect(bar).to_have_attribute("data-moved", "3 days later")
    tab.keyboard.press("Escape")
    expect(bar).not_to_have_attribute("data-moved", "3 days later")

    for _ in range(7):
        tab.keyboard.press("Alt+ArrowLeft")
    expect(bar).to_have_attribute("data-moved", "7 days earlier")
    tab.keyboard.press("Enter")
    dialog = tab.locator("#calendar-move")
    expect(dialog.get_by_label("Starts")).to_have_value("2031-03-03T00:00")
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    week(spring, 0)

    bar.locator(".cal-open").focus()
    tab.keyboard.press("Alt+Shift+ArrowRight")
    expect(bar).to_have_attribute("data-moved", "End: 1 day later")
    tab.keyboard.press("Enter")
    dialog.get_by_role("button", name="Move it").press("Enter")
    expect(tab.locator("#calendar-notice").get_by_text("10 Mar 2031 – 14 Mar 2031")).to_be_visible()
    assert dates(spring) == (START, END + timedelta(days=1))


def test_what_is_refused_jumps_back_with_its_reason(tab: Page, spring: Campaign) -> None:
    person("mara", "Marketer")
    BlackoutFactory(name="Stock-taking", starts_on=date(2031, 3, 18), ends_on=date(2031, 3, 18))
    sign_in(tab)
    tab.goto(URL)
    bar = bar_of(tab, spring)
    place = bar.bounding_box()

    drag(tab, bar, 7)

    notice = tab.get_by_role("alert")
    expect(notice.get_by_text("Blackout “Stock-taking” (18 Mar 2031)")).to_be_visible()
    expect(notice.get_by_text("Why: The warehouse counts.")).to_be_visible()
    expect(tab.locator("#calendar-move")).to_be_hidden()
    expect(bar).not_to_have_class(re.compile("is-moving|is-refused"))
    assert bar.bounding_box() == place
    week(spring, 0)

    # Somebody else moves it meanwhile: the page is old.
    Campaign.objects.update(ends_at=END + timedelta(days=1))
    drag(tab, bar, -7)
    expect(notice.get_by_text("was moved by somebody else since you looked")).to_be_visible()
    assert dates(spring) == (START, END + timedelta(days=1))
