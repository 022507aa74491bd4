"""What the floor above adds: tabs of campaigns, parts of previews; and links that fill a form in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils.html import format_html

from core.admin.pages import Panel
from core.patience import TookTooLong
from promotions import extras
from promotions.extras import PreviewExtra
from promotions.models import Campaign, Category
from tests.factories.promotions import CampaignFactory, CategoryFactory

PREVIEW = "/admin/promotions/preview/"


@pytest.fixture(autouse=True)
def nothing_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "_panels", {})
    monkeypatch.setattr(extras, "_previews", {})


@pytest.fixture
def campaign(db: None) -> Campaign:
    return CampaignFactory(name="Spring")


def test_a_tab_of_the_floor_above_stands_on_the_campaign(admin_page: Client, campaign: Campaign) -> None:
    def panels(request: Any, found: Campaign, now: Any) -> list[Panel]:
        return [Panel(key="above", title=f"Above {found.name}", content_url="/admin/above/")]

    extras.register_panels("above", panels)

    page = admin_page.get(f"/admin/promotions/campaign/{campaign.pk}/change/").text

    assert "Above Spring" in page
    assert 'hx-get="/admin/above/"' in page


def test_a_preview_says_what_the_floor_above_found(admin_page: Client, campaign: Campaign) -> None:
    extra = PreviewExtra(
        key="above",
        title="What is above",
        find=lambda proposals, now: [one.campaign_id for one in proposals],
        render=lambda found, request: format_html("<p>It asked about {}.</p>", found[0]),
    )
    extras.register_preview(extra)

    page = admin_page.get(PREVIEW, {"campaign": campaign.pk}).text

    assert f"<p>It asked about {campaign.public_id}.</p>" in page


def test_what_takes_too_long_is_named_and_the_rest_is_there(admin_page: Client, campaign: Campaign) -> None:
    def find(proposals: Any, now: Any) -> Any:
        raise TookTooLong

    extra = PreviewExtra(key="slow", title="What is slow", find=find, render=lambda found, request: "never")
    extras.register_preview(extra)

    page = admin_page.get(PREVIEW, {"campaign": campaign.pk}).text

    assert "Everybody gets 10 % off the order, with a code." in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "What is slow" in page
    assert "never" not in page


def test_a_link_fills_in_what_it_proposes_and_saves_nothing(admin_page: Client) -> None:
    category: Category = CategoryFactory(name="Seasonal", hierarchy=4)
    url = f"/admin/promotions/category/{category.pk}/change/"

    form = admin_page.get(f"{url}?hierarchy=2&name=Taken").context["adminform"].form

    assert form["hierarchy"].value() == "2"
    assert form["name"].value() == "Seasonal"
    category.refresh_from_db()
    assert category.hierarchy == 4


def test_buttons_stand_in_menus_so_that_the_name_has_room(admin_page: Client, campaign: Campaign) -> None:
    page = admin_page.get(f"/admin/promotions/campaign/{campaign.pk}/change/")

    found = page.context["actions_detail"]

    assert [one["title"] for one in found] == ["Edit in steps", "Pause", "Codes", "See", "More"]
    inside = {one["title"]: [item["title"] for item in one.get("items", ())] for one in found}
    assert inside["Codes"] == ["Publish", "Add codes", "Import codes"]
    assert inside["See"] == ["In the calendar", "Performance", "Report"]
