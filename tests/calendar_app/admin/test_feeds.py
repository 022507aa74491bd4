from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from calendar_app.models import Feed
from core.models import Area
from promotions.models import Campaign
from tests.factories.promotions import CampaignFactory, CategoryFactory

pytestmark = pytest.mark.django_db
URL = "/admin/calendar_app/feed/"
CONFIRMED = {"_form_submitted": "on"}


def token_of(page: Any) -> str:
    found = re.search(r"/calendar/feeds/([\w-]+)\.ics", page.text)
    assert found is not None
    return found[1]


def add(browser: Client, **values: Any) -> Any:
    return browser.post(f"{URL}add/", {"name": "Mine", "shows": "all", "looked_at": "", **values})


def test_the_address_is_shown_once_and_opens_the_calendar(page_as: Callable[[str], Client]) -> None:
    CampaignFactory(name="Spring")
    browser = page_as("Viewer")

    page = add(browser)

    token = token_of(page)
    assert f"/calendar/feeds/{token}.json" in page.text
    assert f"webcal://localhost:8000/calendar/feeds/{token}.ics" in page.text
    assert b"Spring" in Client().get(f"/calendar/feeds/{token}.ics").content
    feed = Feed.objects.get()
    assert (feed.name, feed.filters, feed.owner.username) == ("Mine", {}, "viewer-person")
    for again in (f"{URL}", f"{URL}{feed.pk}/change/"):
        text = browser.get(again).text
        assert token not in text
        assert feed.token_hash not in text


def test_who_comes_from_the_calendar_subscribes_to_what_he_looked_at(
    page_as: Callable[[str], Client],
) -> None:
    category = CategoryFactory()
    CampaignFactory(name="Mine", category=category)
    CampaignFactory(name="Other")
    browser = page_as("User")
    page = browser.get(f"{URL}add/", {"category": category.public_id, "view": "week", "on": "2026-03-01"})
    hidden = re.search(r'name="looked_at"[^>]*value="([^"]*)"', page.text) or re.search(
        r'value="([^"]*)"[^>]*name="looked_at"', page.text
    )
    assert hidden is not None
    assert hidden[1] == f"category={category.public_id}"

    made = add(browser, shows="kept", looked_at=hidden[1])

    body = Client().get(f"/calendar/feeds/{token_of(made)}.ics").content
    assert b"SUMMARY:Mine" in body
    assert b"SUMMARY:Other" not in body


def test_people_see_their_own_and_administrators_all(
    page_as: Callable[[str], Client], admin_page: Client
) -> None:
    mine, other = page_as("User"), page_as("Support")
    add(mine, name="Of the marketer")
    feed = Feed.objects.get()

    assert "Of the marketer" in mine.get(URL).text
    assert "Of the marketer" not in other.get(URL).text
    assert "Of the marketer" in admin_page.get(URL).text
    assert other.get(f"{URL}{feed.pk}/change/").status_code == 302
    for button in ("renew", "revoke"):
        assert other.post(f"{URL}{feed.pk}/{button}/", CONFIRMED).status_code == 404
    assert Feed.objects.get().revoked_at is None
    page = admin_page.get(f"{URL}{feed.pk}/change/").text
    assert f"{feed.pk}/revoke" in page
    assert f"{feed.pk}/renew" not in page


def test_a_new_address_replaces_the_former_one(page_as: Callable[[str], Client]) -> None:
    browser = page_as("User")
    former = token_of(add(browser))

    page = browser.post(f"{URL}{Feed.objects.get().pk}/renew/", CONFIRMED)

    token = token_of(page)
    assert token != former
    assert Client().get(f"/calendar/feeds/{former}.ics").status_code == 404
    assert Client().get(f"/calendar/feeds/{token}.ics").status_code == 200


def test_an_administrator_revokes_that_of_somebody_else(
    page_as: Callable[[str], Client], admin_page: Client
) -> None:
    token = token_of(add(page_as("User")))
    feed = Feed.objects.get()

    answer = admin_page.post(f"{URL}{feed.pk}/revoke/", CONFIRMED)

    assert answer["HX-Redirect"] == URL
    assert Client().get(f"/calendar/feeds/{token}.ics").status_code == 404
    assert "Revoked" in admin_page.get(f"{URL}{feed.pk}/change/").text


def test_a_change_keeps_the_address(page_as: Callable[[str], Client]) -> None:
    CampaignFactory(name="Live")
    CampaignFactory(name="Paused", lifecycle="PAUSED", is_active=False)
    browser = page_as("User")
    token = token_of(add(browser))
    feed = Feed.objects.get()

    answer = browser.post(
        f"{URL}{feed.pk}/change/", {"name": "New", "shows": "all", "looked_at": "", "with_drafts": "on"}
    )

    assert answer.status_code == 302
    feed.refresh_from_db()
    assert (feed.name, feed.with_drafts, feed.with_days) == ("New", True, False)
    assert Client().get(f"/calendar/feeds/{token}.ics").status_code == 200


def test_a_view_of_somebody_else_cannot_be_chosen(page_as: Callable[[str], Client]) -> None:
    page = add(page_as("User"), shows="view:4711")

    assert page.status_code == 200
    assert not Feed.objects.exists()


def test_the_hash_cannot_be_guessed_by_filters(admin_page: Client) -> None:
    assert admin_page.get(f"{URL}?token_hash__startswith=0").status_code == 400


def test_nothing_is_made_by_looking(page_as: Callable[[str], Client]) -> None:
    page_as("User").get(f"{URL}add/")

    assert not Feed.objects.exists()
    assert (User.objects.count(), Campaign.objects.count(), Area.objects.count()) == (1, 0, 0)
