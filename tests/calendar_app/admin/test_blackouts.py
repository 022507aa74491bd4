"""The pages of blackouts, seasons and notes: what people of each kind see and do there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from calendar_app.models import Blackout, CalendarNote, Season
from core.models import AuditEntry
from promotions.models import Lifecycle
from tests.calendar_app.admin.conftest import said
from tests.factories.blackouts import BlackoutFactory, CalendarNoteFactory, SeasonFactory
from tests.factories.promotions import CampaignFactory, CategoryFactory

pytestmark = pytest.mark.django_db

BLACKOUTS, SEASONS = "/admin/calendar_app/blackout/", "/admin/calendar_app/season/"
NOTES = "/admin/calendar_app/calendarnote/"
FORM = {
    "name": "Stock-taking",
    "reason": "The warehouse counts",
    "by": "days",
    "starts_on": "2031-12-24",
    "ends_on": "2031-12-26",
    "repeats_yearly": "on",
    "strength": "HARD",
    "forbids": "RUN",
}
PageAs = Callable[[str], Client]


def text_of(answer: Any) -> str:
    class Page:
        text = answer.content.decode()

    return said(Page)


def test_finance_closes_days_of_every_year(page_as: PageAs) -> None:
    shoes = CategoryFactory(name="Shoes")
    scope = {"categories": [shoes.public_id], "campaign_types": ["PROMOTION"]}

    answer = page_as("Finance").post(f"{BLACKOUTS}add/", {**FORM, **scope})

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    row = Blackout.objects.get()
    assert (row.starts_on, row.ends_on, row.repeats_yearly) == (date(2031, 12, 24), date(2031, 12, 26), True)
    assert (row.categories, row.campaign_types) == ([shoes.public_id], ["PROMOTION"])
    assert AuditEntry.objects.filter(action="blackout.created").count() == 1


def test_exact_times_take_the_place_of_days(page_as: PageAs) -> None:
    row = BlackoutFactory()
    times = {"by": "times", "starts_at": "2031-12-24T18:00", "ends_at": "2031-12-25T06:00"}

    answer = page_as("Reviewer").post(f"{BLACKOUTS}{row.pk}/change/", {**FORM, **times})

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    row.refresh_from_db()
    assert (row.starts_on, row.ends_on, row.repeats_yearly) == (None, None, False)
    assert row.starts_at == datetime(2031, 12, 24, 18, tzinfo=UTC)


def test_a_refusal_is_an_error_of_the_form(admin_page: Client) -> None:
    answer = admin_page.post(f"{BLACKOUTS}add/", {**FORM, "ends_on": "2031-12-01"})

    assert "The last day must not be before the first one." in text_of(answer)
    assert not Blackout.objects.exists()


def test_says_before_saving_what_it_meets(page_as: PageAs) -> None:
    CampaignFactory(name="Winter sale", ends_at=datetime(2032, 1, 6, tzinfo=UTC))
    CampaignFactory(name="Planned", is_active=False, lifecycle=Lifecycle.DRAFT)
    CampaignFactory(name="Summer", ends_at=datetime(2031, 8, 1, tzinfo=UTC))
    browser = page_as("Finance")

    page = text_of(browser.get(f"{BLACKOUTS}hits/", FORM))
    unfinished = text_of(browser.get(f"{BLACKOUTS}hits/", {**FORM, "ends_on": ""}))
    nothing = text_of(browser.get(f"{BLACKOUTS}hits/", {**FORM, "campaign_types": ["GIFT_VOUCHERS"]}))

    assert "2 campaigns on these dates." in page
    assert "Winter sale Running 24 Dec 2031, 00:00" in page
    assert "Summer" not in page
    assert "Say the first and the last day." in unfinished
    assert "No campaign runs, or is planned, on these dates." in nothing
    assert not Blackout.objects.exists()


def test_saved_it_says_so_again_and_nothing_stops(page_as: PageAs) -> None:
    campaign = CampaignFactory(name="Winter sale")

    answer = page_as("Finance").post(f"{BLACKOUTS}add/", FORM, follow=True)

    assert "Winter sale goes on as before: it is a conflict on the calendar." in text_of(answer)
    campaign.refresh_from_db(fields=["is_active"])
    assert campaign.is_active


def test_a_marketer_reads_them(page_as: PageAs) -> None:
    row = BlackoutFactory(name="Counting", repeats_yearly=True)
    CampaignFactory(name="Winter sale")
    browser = page_as("Marketer")

    listed = text_of(browser.get(BLACKOUTS))
    page = text_of(browser.get(f"{BLACKOUTS}{row.pk}/change/"))

    assert "Counting 1 Apr 2026 – 2 Apr 2026, every year from then on Nothing may run Everything" in listed
    assert "Winter sale" in page
    assert browser.get(f"{BLACKOUTS}add/").status_code == 403
    assert browser.post(f"{BLACKOUTS}{row.pk}/change/", FORM).status_code == 403
    assert Blackout.objects.get().name == "Counting"


def test_lifting_one_leaves_its_history(page_as: PageAs) -> None:
    row = BlackoutFactory()

    page_as("Finance").post(f"{BLACKOUTS}{row.pk}/delete/", {"post": "yes"})

    assert Blackout.objects.get().deleted_at is not None
    assert AuditEntry.objects.get().action == "blackout.deleted"


def test_the_list_asks_as_often_for_many(admin_page: Client, django_assert_max_num_queries: Any) -> None:
    BlackoutFactory.create_batch(3)
    with django_assert_max_num_queries(60) as few:
        admin_page.get(BLACKOUTS)
    BlackoutFactory.create_batch(12)
    with django_assert_max_num_queries(len(few.captured_queries)):
        admin_page.get(BLACKOUTS)


def test_seasons_and_notes_are_made_changed_and_deleted(page_as: PageAs) -> None:
    browser = page_as("Marketer")
    season = {"name": "Easter", "starts_on": "2031-04-01", "ends_on": "2031-04-14", "colour": "rose"}
    note = {"text": "Fair in Kiel", "starts_on": "2031-04-02", "ends_on": ""}

    for url, form in ((SEASONS, season), (NOTES, note)):
        answer = browser.post(f"{url}add/", form)
        assert answer.status_code == 302, answer.context["adminform"].form.errors
    easter, fair = Season.objects.get(), CalendarNote.objects.get()
    assert (easter.colour, fair.ends_on, fair.author) == ("rose", date(2031, 4, 2), "marketer-person")

    browser.post(f"{SEASONS}{easter.pk}/change/", {**season, "colour": "sky"})
    browser.post(f"{NOTES}{fair.pk}/change/", {**note, "text": "Fair in Bremen"})
    easter.refresh_from_db()
    fair.refresh_from_db()
    assert (easter.colour, fair.text) == ("sky", "Fair in Bremen")
    assert "Easter 1 Apr 2031 – 14 Apr 2031" in text_of(browser.get(SEASONS))
    assert "Fair in Bremen 2 Apr 2031 marketer-person" in text_of(browser.get(NOTES))

    for url, row in ((SEASONS, easter), (NOTES, fair)):
        browser.post(f"{url}{row.pk}/delete/", {"post": "yes"})
    assert not Season.objects.exists()
    assert not CalendarNote.objects.exists()


def test_a_viewer_changes_none_of_them(page_as: PageAs) -> None:
    season, note = SeasonFactory(), CalendarNoteFactory()
    browser = page_as("Viewer")

    for url, row in ((SEASONS, season), (NOTES, note)):
        assert browser.get(f"{url}{row.pk}/change/").status_code == 200
        assert browser.get(f"{url}add/").status_code == 403
        assert browser.post(f"{url}{row.pk}/delete/", {"post": "yes"}).status_code == 403
