from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from calendar_app.models import Crowding, HolidayRegion
from calendar_app.selectors import holidays
from calendar_app.selectors.holidays import Day
from core import places
from core.models import AuditEntry
from tests.conftest import NOW
from tests.factories.areas import area, works_in

pytestmark = pytest.mark.django_db
REGIONS = "/admin/calendar_app/holidayregion/"
CROWDING = "/admin/calendar_app/crowding/"
JANUARY = (date(2026, 1, 1), date(2026, 1, 6))


def test_marketers_choose_whose_holidays_stand_on_the_calendar(page_as: Callable[[str], Client]) -> None:
    browser = page_as("User")

    answer = browser.post(f"{REGIONS}add/", {"region": "DE-BY", "area": ""})

    assert answer.status_code == 302
    assert holidays.between(*JANUARY) == [
        Day(date(2026, 1, 1), "New Year's Day", "Germany, Bayern"),
        Day(date(2026, 1, 6), "Epiphany", "Germany, Bayern"),
    ]
    region = HolidayRegion.objects.get()
    with time_machine.travel(NOW, tick=False):
        listing, page = browser.get(REGIONS).text, browser.get(f"{REGIONS}{region.pk}/change/").text
    assert "Germany, Bayern" in listing
    assert "Good Friday" in listing
    assert "Christmas Day" in page
    entry = AuditEntry.objects.get(action="holiday_region.created")
    assert entry.after == {"country": "DE", "subdivision": "BY", "area": None}


def test_one_region_is_chosen_once_and_can_be_given_up(page_as: Callable[[str], Client]) -> None:
    browser = page_as("User")
    browser.post(f"{REGIONS}add/", {"region": "PL-", "area": ""})

    again = browser.post(f"{REGIONS}add/", {"region": "PL-", "area": ""})
    unknown = browser.post(f"{REGIONS}add/", {"region": "XX-", "area": ""})

    assert "are shown there already" in again.text
    assert unknown.status_code == 200
    region = HolidayRegion.objects.get()
    browser.post(f"{REGIONS}{region.pk}/change/", {"region": "AT-", "area": ""})
    assert HolidayRegion.objects.get().country == "AT"
    browser.post(f"{REGIONS}{region.pk}/delete/", {"post": "yes"})
    assert not HolidayRegion.objects.exists()


def test_as_long_as_nobody_chose_those_of_the_areas_count(page_as: Callable[[str], Client]) -> None:
    area("South", country="DE")
    area("Nowhere")

    assert [(day.date.day, day.where) for day in holidays.between(*JANUARY)] == [(1, "Germany (South)")]

    page_as("User").post(f"{REGIONS}add/", {"region": "AT-", "area": ""})
    assert [(day.date.day, day.where) for day in holidays.between(*JANUARY)] == [
        (1, "Austria"),
        (6, "Austria"),
    ]


def test_one_day_of_several_places_is_one() -> None:
    for country in ("DE", "AT"):
        HolidayRegion.objects.create(country=country, created_at=NOW)

    assert holidays.between(*JANUARY)[0].where == "Austria, Germany"


def test_they_speak_the_language_of_the_page() -> None:
    HolidayRegion.objects.create(country="DE", created_at=NOW)

    with translation.override("de"):
        assert holidays.between(*JANUARY)[0].name == "Neujahr"


def test_who_works_in_one_area_sees_what_counts_there_and_changes_nothing(
    page_as: Callable[[str], Client],
) -> None:
    north, south = area("North"), area("South")
    for country, where in (("DE", north), ("AT", south), ("PL", None)):
        HolidayRegion.objects.create(country=country, area=where, created_at=NOW)

    with places.limited_to(frozenset({places.area(north.public_id)})):
        assert [day.where for day in holidays.between(*JANUARY)][0] == "Germany (North), Poland"

    browser = page_as("Restricted marketer")
    works_in(_person(browser), area=north)
    listing = browser.get(REGIONS).text
    assert "Germany" in listing
    assert "Austria" not in listing
    assert browser.post(f"{REGIONS}add/", {"region": "FR-", "area": ""}).status_code == 403
    assert browser.post(f"{CROWDING}add/", {"live": "1"}).status_code == 403
    assert HolidayRegion.objects.count() == 3


def _person(browser: Client) -> Any:
    return User.objects.get(pk=browser.session["_auth_user_id"])


def test_viewers_look_and_change_nothing(page_as: Callable[[str], Client]) -> None:
    browser = page_as("Viewer")

    assert browser.get(REGIONS).status_code == 200
    assert browser.post(f"{REGIONS}add/", {"region": "FR-", "area": ""}).status_code == 403
    assert not HolidayRegion.objects.exists()


def test_limits_of_a_day_are_set_in_one_form(page_as: Callable[[str], Client]) -> None:
    browser = page_as("User")
    first = browser.get(CROWDING, follow=True)
    assert 'value="5"' in first.text

    browser.post(f"{CROWDING}add/", {"live": "12", "per_audience": "", "budget": "1500.00"})

    row = Crowding.objects.get()
    assert (row.live, row.per_audience, row.budget) == (12, None, 150_000)
    assert browser.get(CROWDING)["Location"] == f"{CROWDING}1/change/"
    browser.post(f"{CROWDING}1/change/", {"live": "", "per_audience": "3", "budget": ""})
    row.refresh_from_db()
    assert (row.live, row.per_audience, row.budget) == (None, 3, None)
    assert AuditEntry.objects.filter(action="crowding.updated").count() == 2
    refused = browser.post(f"{CROWDING}1/change/", {"live": "0", "per_audience": "", "budget": ""})
    assert refused.status_code == 200
    assert Crowding.objects.get().per_audience == 3
