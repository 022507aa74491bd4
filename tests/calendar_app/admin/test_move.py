"""The dialog that asks before a bar is moved: what it says, what it does, and the way back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from approvals.models import ApprovalRequest
from calendar_app.models import Crowding
from calendar_app.services import moving
from core.actors import Actor
from promotions.models import Campaign, Lifecycle, PromotionTier
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.approvals.world import person, policy
from tests.calendar_app.admin.conftest import said
from tests.factories.blackouts import BlackoutFactory
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, VoucherFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
FRAGMENT = {"X-Calendar": "dialog"}
START, END = datetime(2031, 3, 20, tzinfo=UTC), datetime(2031, 3, 27, tzinfo=UTC)


def text_of(answer: Any) -> str:
    class Page:
        text = answer.content.decode()

    return said(Page)


def url(row: Any, **query: Any) -> str:
    name = "tier" if isinstance(row, PromotionTier) else "campaign"
    return f"{reverse('admin:calendar_move')}?{urlencode({name: row.pk, **query})}"


@pytest.fixture
def mara() -> Client:
    browser = Client()
    browser.force_login(person("mara", "Marketer"))
    return browser


@pytest.fixture
def spring() -> Campaign:
    return CampaignFactory(name="Spring sale", starts_at=START, ends_at=END, lifecycle=Lifecycle.SCHEDULED)


def test_a_dropped_bar_is_asked_about(mara: Client, spring: Campaign) -> None:
    answer = mara.get(url(spring, edge="both", by="7d"), headers=FRAGMENT)

    assert answer.status_code == 200
    page = text_of(answer)
    assert "Move Spring sale" in page
    assert "Now: 20 Mar 2031 – 26 Mar 2031" in page
    assert 'value="2031-03-27T00:00"' in answer.content.decode()
    assert "It takes effect as soon as you confirm" in page
    assert "<html" not in answer.content.decode()
    assert Campaign.objects.get().starts_at == START


def test_says_what_becomes_of_codes(mara: Client, spring: Campaign) -> None:
    VoucherFactory(campaign=spring, published_at=START)
    VoucherFactory.create_batch(2, campaign=spring)
    VoucherFactory(campaign=spring, ends_at=END)

    page = text_of(mara.get(url(spring, edge="both", by="7d"), headers=FRAGMENT))

    assert "2 codes that nobody has yet follow." in page
    assert "1 code that customers have, or used, keeps the present dates (20 Mar 2031 – 26 Mar 2031)." in page
    assert "1 code with dates of its own stays as it is." in page


def test_says_what_becomes_of_windows_and_tiers(mara: Client) -> None:
    campaign = CampaignFactory(
        promotion=True, starts_at=START, ends_at=END, timeframe_interval="P1D", timeframe_duration="PT4H"
    )
    PromotionTierFactory(campaign=campaign, name="Early bird", ends_at=END)
    PromotionTierFactory(campaign=campaign)

    page = text_of(mara.get(url(campaign, edge="start", by="1d"), headers=FRAGMENT))

    assert "Its windows are counted from its start, so they move along with it." in page
    assert "It is open next from 21 Mar 2031, 00:00 until 21 Mar 2031, 04:00." in page
    assert "Early bird has dates of its own and stays where it is." in page


def test_says_that_nothing_opens_on_the_new_dates(mara: Client) -> None:
    """20 March 2031 is a Thursday."""
    campaign = CampaignFactory(starts_at=START, ends_at=END, days_of_week=[4])

    page = text_of(mara.get(url(campaign, edge="end", by="-6d"), headers=FRAGMENT))
    other = text_of(mara.get(url(campaign, edge="start", by="1d"), headers=FRAGMENT))

    assert "nobody would get anything" not in page
    assert "On the new dates none of them opens: nobody would get anything." in other


def test_confirmed_it_is_moved_and_can_be_taken_back(mara: Client, spring: Campaign) -> None:
    asked = {"starts_at": "2031-03-27T00:00", "ends_at": "2031-04-03T00:00", "campaign": spring.pk}
    answer = mara.post(reverse("admin:calendar_move"), asked, headers=FRAGMENT)

    assert "Spring sale now runs 27 Mar 2031 – 2 Apr 2031." in text_of(answer)
    assert Campaign.objects.get().starts_at == END
    (undo,) = re.findall(r'data-move-undo="([^"]+)"', answer.content.decode())

    back = mara.post(undo.replace("&amp;", "&"), {"_form_submitted": "on"}, headers=FRAGMENT)

    assert "data-move-undo" not in back.content.decode()
    row = Campaign.objects.get()
    assert (row.starts_at, row.ends_at) == (START, END)


def test_without_a_script_it_is_a_page_and_the_message_takes_back(mara: Client, spring: Campaign) -> None:
    page = mara.get(url(spring, starts_at="2031-03-21T00:00:00Z", ends_at="2031-03-28T00:00:00Z"))
    assert "<html" in page.content.decode()
    assert 'value="2031-03-28T00:00"' in page.content.decode()

    asked = {"starts_at": "2031-03-21T00:00", "ends_at": "2031-03-28T00:00", "campaign": spring.pk}
    answer = mara.post(reverse("admin:calendar_move"), asked, follow=True)

    assert 'class="fanfare-undo"' in answer.content.decode()
    assert Campaign.objects.get().starts_at == datetime(2031, 3, 21, tzinfo=UTC)


def test_dates_that_changed_meanwhile_are_refused(mara: Client, spring: Campaign) -> None:
    seen = moving.seen_of(START, END)
    Campaign.objects.update(ends_at=datetime(2031, 4, 30, tzinfo=UTC))

    drop = mara.get(url(spring, edge="both", by="7d", seen=seen), headers=FRAGMENT)
    sent = {"starts_at": "2031-03-27T00:00", "ends_at": "2031-04-03T00:00", "seen": seen}
    answer = mara.post(url(spring), sent, headers=FRAGMENT)

    for one in (drop, answer):
        assert "was moved by somebody else since you looked" in one.content.decode()
        assert "data-refused=" in one.content.decode()
    assert Campaign.objects.get().starts_at == START


def test_a_drop_into_a_blackout_is_refused_with_its_reason(mara: Client, spring: Campaign) -> None:
    BlackoutFactory(
        name="Stock-taking", starts_on=datetime(2031, 4, 1).date(), ends_on=datetime(2031, 4, 2).date()
    )

    answer = mara.get(url(spring, edge="both", by="7d"), headers=FRAGMENT)

    assert "data-refused=" in answer.content.decode()
    page = text_of(answer)
    assert "Blackout “Stock-taking” (1 Apr 2031 – 2 Apr 2031): nothing may run then." in page
    assert "Why: The warehouse counts." in page
    assert re.search(r"<button[^>]+move-do[^>]+disabled", answer.content.decode())


def test_a_soft_one_is_a_warning(mara: Client, spring: Campaign) -> None:
    BlackoutFactory(
        name="Fair",
        strength="SOFT",
        starts_on=datetime(2031, 4, 1).date(),
        ends_on=datetime(2031, 4, 2).date(),
    )

    answer = mara.get(url(spring, edge="both", by="7d"), headers=FRAGMENT)

    assert "data-refused=" not in answer.content.decode()
    assert "Blackout “Fair” (1 Apr 2031 – 2 Apr 2031): nothing should run then." in text_of(answer)


def test_says_who_has_to_say_yes_and_asks_them(mara: Client, spring: Campaign) -> None:
    person("olga", "Reviewer")
    policy("Reviewer", name="Dates")

    page = text_of(mara.get(url(spring, edge="both", by="7d"), headers=FRAGMENT))
    assert "Somebody has to say yes: Reviewer (olga)." in page
    assert "Ask for approval" in page

    sent = {"starts_at": "2031-03-27T00:00", "ends_at": "2031-04-03T00:00"}
    answer = mara.post(url(spring), sent, headers=FRAGMENT)

    assert "nothing is moved yet. It waits for Reviewer." in text_of(answer)
    assert ApprovalRequest.objects.get().operation == "campaigns.update"
    assert Campaign.objects.get().starts_at == START
    waits = text_of(mara.get(url(spring, edge="both", by="8d"), headers=FRAGMENT))
    assert "was proposed on the present dates" in waits


def test_what_runs_stops_or_begins_at_once(mara: Client) -> None:
    running = CampaignFactory(name="Now", ends_at=END)

    page = text_of(mara.get(url(running, starts_at="2031-01-01T00:00:00Z"), headers=FRAGMENT))

    assert "It runs now and stops as soon as this takes effect, until 1 Jan 2031, 00:00." in page


def test_who_may_only_look_is_told_so(spring: Campaign) -> None:
    viewer = Client()
    viewer.force_login(person("vera", "Viewer"))

    answer = viewer.get(url(spring, edge="both", by="7d"), headers=FRAGMENT)
    sent = viewer.post(url(spring), {"starts_at": "2031-03-27T00:00"}, headers=FRAGMENT)

    assert "You may look at it, and others may move it." in text_of(answer)
    assert sent.status_code == 403
    assert Campaign.objects.get().starts_at == START


@pytest.mark.parametrize(
    "query",
    ["campaign=999999", "campaign=x", "tier=999999", "campaign=1&tier=1", "campaign=" + "9" * 30],
)
def test_what_is_not_there_is_not_found(mara: Client, query: str) -> None:
    assert mara.get(f"{reverse('admin:calendar_move')}?{query}").status_code == 404


@pytest.mark.parametrize("by", ["soon", "99999d", "9d9", "", "-9999d", "9999d"])
def test_what_is_no_move_is_no_error(mara: Client, spring: Campaign, by: str) -> None:
    answer = mara.get(url(spring, edge="both", by=by), headers=FRAGMENT)

    assert answer.status_code == 200


@pytest.mark.parametrize("edge", ["middle", "", "END"])
def test_an_unknown_edge_is_refused(mara: Client, spring: Campaign, edge: str) -> None:
    answer = mara.get(url(spring, edge=edge, by="1d"), headers=FRAGMENT)

    assert "data-refused=" in answer.content.decode()


def test_dates_that_are_none_are_said_so(mara: Client, spring: Campaign) -> None:
    answer = mara.post(url(spring), {"starts_at": "yesterday", "ends_at": ""}, headers=FRAGMENT)

    assert "Write a day and a time." in text_of(answer)
    assert Campaign.objects.get().starts_at == START


def test_says_which_days_are_crowded_already(mara: Client, spring: Campaign) -> None:
    Crowding.objects.create(pk=Crowding.ONLY, live=1, created_at=START)
    for name in ("One", "Other"):
        CampaignFactory(name=name, starts_at=END, ends_at=datetime(2031, 3, 28, tzinfo=UTC))

    page = text_of(mara.get(url(spring, edge="both", by="7d"), headers=FRAGMENT))
    before = text_of(mara.get(url(spring, edge="both", by="-7d"), headers=FRAGMENT))

    assert "Crowded days 27 Mar 2031:" in page
    assert "Crowded days" not in before


def test_says_which_collisions_end_and_begin(mara: Client) -> None:
    """Within the time that the board looks ahead, whatever the day is."""
    now = timezone.now()
    ProductFactory(price=2_000)
    friends = CampaignFactory(name="Friends", starts_at=now + 10 * DAY, ends_at=now + 12 * DAY)
    mine = CampaignFactory(name="Members", starts_at=now + 10 * DAY, ends_at=now + 12 * DAY)

    away = text_of(mara.get(url(mine, edge="both", by="7d"), headers=FRAGMENT))
    stays = text_of(mara.get(url(mine, edge="end", by="7d"), headers=FRAGMENT))
    campaigns.update(
        campaign_id=friends.pk,
        spec=CampaignSpec(values={"starts_at": now + 20 * DAY, "ends_at": now + 22 * DAY}),
        actor=Actor.system("tests"),
        now=now,
    )
    into = text_of(mara.get(url(mine, edge="both", by="10d"), headers=FRAGMENT))

    assert "1 collision disappears Friends and Members meet" in away
    assert "1 collision stays Friends and Members meet" in stays
    assert "1 new collision Friends and Members meet" in into
