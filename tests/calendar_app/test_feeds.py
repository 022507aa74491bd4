"""Feeds as other calendars read them: over HTTP, without signing in, by the secret in the address."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from approvals.gate import ApprovalRequired
from calendar_app.models import Feed, HolidayRegion
from core.models import ProjectSettings
from promotions.models import Campaign, Lifecycle
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.approvals.world import policy
from tests.calendar_app.feed_reader import acting, address, at, entries, person, read
from tests.conftest import NOW
from tests.factories.areas import applies_in, area, works_in
from tests.factories.blackouts import BlackoutFactory, CalendarNoteFactory, SeasonFactory
from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory, VoucherFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_warsaw_on_a_tuesday(settings_row: ProjectSettings) -> Any:
    settings_row.time_zone = "Europe/Warsaw"
    settings_row.save(update_fields=["time_zone"])
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_campaign_is_an_event_that_calendars_understand() -> None:
    campaign = CampaignFactory(
        name="Spring; sale, 20 %",
        starts_at=at("2026-03-12T00:00+01:00"),
        ends_at=at("2026-03-15T00:00+01:00"),
        category=CategoryFactory(name="Spring"),
    )

    answer = Client().get(address(person(), name="Žółte promocje"))

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    assert (str(calendar["x-wr-calname"]), str(calendar["method"])) == ("Žółte promocje", "PUBLISH")
    (entry,) = calendar.walk("VEVENT")
    project = ProjectSettings.objects.get()
    assert str(entry["uid"]) == f"{campaign.public_id}@{project.public_id}"
    assert str(entry["summary"]) == "Spring; sale, 20 %"
    assert (entry["dtstart"].dt, entry["dtend"].dt) == (date(2026, 3, 12), date(2026, 3, 15))
    assert (str(entry["status"]), str(entry["transp"])) == ("CONFIRMED", "TRANSPARENT")
    assert entry["categories"].cats == ["Spring"]
    assert f"/admin/promotions/campaign/{campaign.pk}/change/" in str(entry["url"])


def test_hours_are_told_exactly_and_open_ends_as_far_as_the_feed_goes() -> None:
    CampaignFactory(
        name="Night", starts_at=at("2026-03-12T20:00+01:00"), ends_at=at("2026-03-13T06:00+01:00")
    )
    CampaignFactory(name="Always")

    found = read(person())

    assert found["Night"]["dtstart"].dt == at("2026-03-12T19:00+00:00")
    assert found["Night"]["dtend"].dt == at("2026-03-13T05:00+00:00")
    assert found["Always"]["dtstart"].dt == date(2025, 12, 1)
    assert found["Always"]["dtend"].dt == date(2027, 4, 1)
    assert "Without an end" in str(found["Always"]["description"])


def test_every_window_is_an_event_also_over_the_change_of_the_clocks() -> None:
    campaign = CampaignFactory(
        name="Happy hour",
        starts_at=at("2026-03-22T00:00+01:00"),
        ends_at=at("2026-04-05T00:00+02:00"),
        validity_hours={"daily": [{"days_of_week": [0], "start_time": "16:00", "expiration_time": "18:00"}]},
    )

    calendar = Calendar.from_ical(Client().get(address(person())).content)

    found = [
        (str(one["uid"]).partition("@")[0], one["dtstart"].dt, one["dtend"].dt)
        for one in calendar.walk("VEVENT")
    ]
    assert found == [
        (f"{campaign.public_id}-20260322", at("2026-03-22T15:00+00:00"), at("2026-03-22T17:00+00:00")),
        (f"{campaign.public_id}-20260329", at("2026-03-29T14:00+00:00"), at("2026-03-29T16:00+00:00")),
    ]


def test_windows_are_told_from_this_month_on_and_not_endlessly() -> None:
    hours = {"days_of_week": [*range(7)], "start_time": "09:00", "expiration_time": "10:00"}
    CampaignFactory(name="Daily", validity_hours={"daily": [hours]})
    begin = at("2026-01-01T00:00+01:00")
    CampaignFactory(name="Hourly", starts_at=begin, timeframe_interval="PT1H", timeframe_duration="PT5M")

    entries = Calendar.from_ical(Client().get(address(person())).content).walk("VEVENT")

    for name, first in (("Daily", "2026-03-01T08:00+00:00"), ("Hourly", "2026-02-28T23:00+00:00")):
        found = [one["dtstart"].dt for one in entries if str(one["summary"]) == name]
        assert (len(found), found[0]) == (120, at(first))
    assert len({str(one["uid"]) for one in entries}) == 240


def test_a_tier_with_limits_of_its_own_is_an_event_of_its_own() -> None:
    campaign = CampaignFactory(promotion=True, name="Loyal", starts_at=at("2026-03-12T00:00+01:00"))
    PromotionTierFactory(campaign=campaign, name="Silver")
    PromotionTierFactory(campaign=campaign, name="Gold", ends_at=at("2026-03-20T00:00+01:00"))
    PromotionTierFactory(campaign=campaign, name="Off", ends_at=at("2026-03-21T00:00+01:00"), is_active=False)

    assert set(read(person())) == {"Loyal", "Loyal: Gold"}


def test_a_change_keeps_the_id_and_raises_the_sequence() -> None:
    campaign = CampaignFactory(name="Spring", ends_at=at("2026-03-20T00:00+01:00"))
    path = address(person())
    before = entries(Client().get(path))["Spring"]
    later = NOW + timedelta(hours=1)
    Campaign.objects.update(ends_at=at("2026-03-27T00:00+01:00"), updated_at=later)

    after = entries(Client().get(path))["Spring"]

    assert str(after["uid"]) == str(before["uid"])
    assert after["sequence"] > before["sequence"] == 0
    assert (before["last-modified"].dt, after["last-modified"].dt) == (campaign.created_at, later)
    assert (before["dtend"].dt, after["dtend"].dt) == (date(2026, 3, 20), date(2026, 3, 27))


def test_what_did_not_change_is_not_sent_again() -> None:
    CampaignFactory()
    path = address(person(), "json")
    first = Client().get(path)

    again = Client().get(path, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert "private" in first["Cache-Control"]
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        assert Client().get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    CampaignFactory()
    changed = Client().get(path, headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)


def test_json_tells_the_same() -> None:
    north = area("North")
    campaign = applies_in(
        CampaignFactory(
            name="Spring", starts_at=at("2026-03-12T00:00+01:00"), ends_at=at("2026-03-15T00:00+01:00")
        ),
        area=north,
    )

    answer = Client().get(address(person(), "json", name="Screen"))

    body = json.loads(answer.content)
    assert {name: body[name] for name in ("object", "name", "time_zone", "from", "until")} == {
        "object": "calendar_feed",
        "name": "Screen",
        "time_zone": "Europe/Warsaw",
        "from": "2025-11-30T23:00:00.000Z",
        "until": "2027-03-31T22:00:00.000Z",
    }
    assert body["id"] == Feed.objects.get().public_id
    (event,) = body["events"]
    assert event.pop("url").endswith(f"/admin/promotions/campaign/{campaign.pk}/change/")
    assert event == {
        "id": campaign.public_id,
        "object": "campaign",
        "resource_id": campaign.public_id,
        "name": "Spring",
        "state": "scheduled",
        "is_tentative": False,
        "starts_at": "2026-03-11T23:00:00.000Z",
        "ends_at": "2026-03-14T23:00:00.000Z",
        "first_day": "2026-03-12",
        "last_day": "2026-03-14",
        "category": None,
        "where": "in North",
        "updated_at": "2026-03-01T09:00:00.000Z",
    }


def test_who_is_limited_to_places_shows_his_own_as_of_today() -> None:
    north, south = area("North"), area("South")
    applies_in(CampaignFactory(name="Here"), area=north)
    applies_in(CampaignFactory(name="There"), area=south)
    CampaignFactory(name="Everywhere")
    user = person("Restricted marketer")
    works_in(user, area=north)
    path = address(user)

    assert set(entries(Client().get(path))) == {"Here"}

    works_in(user, area=south)
    assert set(entries(Client().get(path))) == {"Here", "There"}


def test_drafts_only_where_wanted_and_for_who_may_have_lists() -> None:
    CampaignFactory(name="Draft", lifecycle=Lifecycle.DRAFT, is_active=False)
    CampaignFactory(name="No", lifecycle=Lifecycle.REJECTED, is_active=False)
    CampaignFactory(name="Pause", lifecycle=Lifecycle.PAUSED, is_active=False)
    CampaignFactory(name="Live")
    usual = {"Live", "Pause (paused)"}

    assert set(read(person(name="a"))) == usual
    found = read(person(name="b"), with_drafts=True)
    assert set(found) == {*usual, "Draft (draft)"}
    assert str(found["Draft (draft)"]["status"]) == "TENTATIVE"
    assert set(read(person("Viewer", name="c"), with_drafts=True)) == {*usual, "Draft (draft)"}
    assert set(read(person("Merchant", name="d"), with_drafts=True)) == usual


def test_what_is_proposed_stands_beside_it_with_the_drafts() -> None:
    policy("Reviewer")
    starts, ends = at("2026-03-12T00:00+01:00"), at("2026-03-15T00:00+01:00")
    campaign = CampaignFactory(name="Spring", starts_at=starts, ends_at=ends)
    week = timedelta(days=7)
    with pytest.raises(ApprovalRequired) as refused:
        campaigns.update(
            campaign_id=campaign.pk,
            spec=CampaignSpec(values={"starts_at": starts + week, "ends_at": ends + week}),
            actor=acting(person(name="mara")),
            now=NOW,
        )
    refused.value.settle()

    found = read(person(name="ada"), with_drafts=True)

    assert set(found) == {"Spring", "Spring (proposed)"}
    ghost = found["Spring (proposed)"]
    assert (ghost["dtstart"].dt, ghost["dtend"].dt) == (date(2026, 3, 19), date(2026, 3, 22))
    assert str(ghost["status"]) == "TENTATIVE"
    assert set(read(person(name="bob"))) == {"Spring"}


def test_closed_days_seasons_and_holidays_are_told_where_wanted() -> None:
    BlackoutFactory(name="Stocktaking", starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 2))
    SeasonFactory(name="Easter", starts_on=date(2026, 4, 3), ends_on=date(2026, 4, 6))
    CalendarNoteFactory(text="Bob is away")
    HolidayRegion.objects.create(country="PL", created_at=NOW)

    found = read(person(), with_days=True)

    assert (found["Stocktaking"]["dtstart"].dt, found["Stocktaking"]["dtend"].dt) == (
        date(2026, 4, 1),
        date(2026, 4, 3),
    )
    assert found["Easter"]["dtend"].dt == date(2026, 4, 7)
    assert found["Christmas Eve"]["dtstart"].dt == date(2026, 12, 24)
    assert str(found["Christmas Eve"]["location"]) == "Poland"
    assert not any("Bob" in name for name in found)
    assert read(person(name="bob")) == {}


def test_filters_are_those_of_the_calendar() -> None:
    category = CategoryFactory()
    CampaignFactory(name="Mine", category=category)
    CampaignFactory(name="Without", promotion=True)
    user = person()

    assert set(read(user, filters={"category": category.public_id})) == {"Mine"}
    assert set(read(user, filters={"category": "none"})) == {"Without"}
    assert set(read(user, filters={"type": "PROMOTION"})) == {"Without"}
    assert set(read(user, filters={"q": "min"})) == {"Mine"}
    assert set(read(user, filters={"state": "scheduled"})) == set()
    assert set(read(user, filters={"state": "nonsense", "place": ""})) == {"Mine", "Without"}


def test_nothing_personal_and_no_code_is_in_it() -> None:
    user = person()
    campaign = CampaignFactory(
        name="Spring", type=Campaign.Type.STANDALONE, description="For Bob", planned_code="SECRET-1"
    )
    VoucherFactory(campaign=campaign, code="SECRET-2")

    for kind in ("ics", "json"):
        text = Client().get(address(user, kind, with_days=True, with_drafts=True)).content.decode()
        assert "Spring" in text
        for word in ("SECRET", "Bob", "ada", "Lovelace", "shop.example"):
            assert word not in text


def test_cost_does_not_grow(count_queries: Callable[[Callable[[], Any]], int]) -> None:
    path = address(person(), with_drafts=True, with_days=True)
    north = area("North")

    def more(number: int) -> None:
        for campaign in CampaignFactory.create_batch(number, days_of_week=[1]):
            applies_in(campaign, area=north)
            PromotionTierFactory(campaign=CampaignFactory(promotion=True), days_of_week=[2])

    more(2)
    Client().get(path)
    few = count_queries(lambda: Client().get(path))
    more(15)

    assert count_queries(lambda: Client().get(path)) == few
    assert few <= 20
