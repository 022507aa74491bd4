"""The frame around the pages: overview, sidebar, search, login, errors, time zone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone

from config import search
from core.models import ProjectSettings
from promotions.models import Distribution, Publication
from tests.core.admin.conftest import admin_page, page_as
from tests.factories.areas import area, store
from tests.factories.budgets import BudgetFactory
from tests.factories.calendar import conflict
from tests.factories.commerce import (
    CustomerFactory,
    OrderFactory,
    ProductCollectionFactory,
    ProductFactory,
    SegmentFactory,
)
from tests.factories.promotions import CampaignFactory, VoucherFactory

__all__ = ["admin_page", "page_as"]


def test_without_a_role_the_overview_shows_no_numbers(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("temp", is_staff=True))

    text = client.get("/admin/").text

    assert "Your account has no role yet" in text
    assert "Live now" not in text


def test_sidebar_has_nine_sections_for_admins(admin_page: Client, db: None) -> None:
    groups = admin_page.get("/admin/").context["sidebar_navigation"]

    assert [group["title"] for group in groups] == [
        "",
        "Promotions",
        "Loyalty",
        "Referrals",
        "Approvals",
        "Customers",
        "Catalogue",
        "Operations",
        "Settings",
    ]
    assert [item["title"] for item in groups[0]["items"]] == [
        "Overview",
        "Calendar",
        "Collisions",
        "Alerts",
        "Approvals inbox",
        "Notifications",
    ]


def test_sidebar_hides_what_a_viewer_may_not_see(page_as: Callable[[str], Client]) -> None:
    groups = page_as("Viewer").get("/admin/").context["sidebar_navigation"]

    titles = {item["title"] for group in groups for item in group["items"]}
    assert "Campaigns" in titles
    assert titles.isdisjoint({"API keys", "People", "Groups"})


def test_sidebar_is_empty_without_a_role(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("temp", is_staff=True))

    groups = client.get("/admin/").context["sidebar_navigation"]

    assert [item["title"] for group in groups for item in group["items"]] == ["Overview"]


@pytest.mark.parametrize(
    "typed",
    [
        "spring",
        "SPR",
        "anna",
        "espresso",
        "order-77",
        "season",
        "vip",
        "welcome",
        "coffee",
        "munich",
        "mine-1",
        "get in",
    ],
)
def test_search_finds_everything(typed: str, admin_page: Client, db: None) -> None:
    campaign = CampaignFactory(name="Spring sale")
    VoucherFactory(code="SPR-1", campaign=campaign)
    CustomerFactory(name="Anna Arendt")
    ProductFactory(name="Espresso beans")
    OrderFactory(source_id="order-77")
    BudgetFactory(name="Season")
    segment = SegmentFactory(name="VIP customers")
    Distribution.objects.create(name="Welcome letter", segment=segment, created_at=timezone.now())
    ProductCollectionFactory(name="Coffee things")
    store(area("Bavaria"), "munich-1", name="Munich Centre")
    conflict(sentence="Spring sale and Easter get in the way")
    Publication.objects.create(
        created_at=timezone.now(),
        result=Publication.Result.SUCCESS,
        customer=CustomerFactory(),
        codes_count=1,
        voucher_code="GIVEN-1",
        source_id="mine-1",
    )
    expected = {
        "spring": "Spring sale",
        "SPR": "SPR-1",
        "anna": "Anna Arendt",
        "espresso": "Espresso beans",
        "order-77": "order-77",
        "season": "Season",
        "vip": "VIP customers",
        "welcome": "Welcome letter",
        "coffee": "Coffee things",
        "munich": "Munich Centre",
        "mine-1": "GIVEN-1",
        "get in": "Spring sale and Easter get in the way",
    }[typed]

    assert expected in admin_page.get("/admin/search/", {"s": typed}).text


def test_search_tells_nothing_without_a_role(client: Client, db: None) -> None:
    CampaignFactory(name="Spring sale")
    client.force_login(User.objects.create_user("temp", is_staff=True))

    assert "Spring sale" not in client.get("/admin/search/", {"s": "spring"}).text


def test_search_keeps_no_answer(admin_page: Client, db: None) -> None:
    campaign = CampaignFactory(name="Spring sale")
    admin_page.get("/admin/search/", {"s": "spring"})
    type(campaign).objects.filter(pk=campaign.pk).update(name="Autumn sale")

    assert "Spring sale" not in admin_page.get("/admin/search/", {"s": "spring"}).text


@pytest.mark.parametrize("page", ["x", "0", "-1", "99", "1.5"])
def test_a_page_of_hits_that_is_none_is_a_404(page: str, admin_page: Client, db: None) -> None:
    CampaignFactory(name="Spring sale")

    assert admin_page.get("/admin/search/", {"s": "spring", "page": page}).status_code == 404


def test_search_asks_at_most_once_for_each_kind(
    rf: RequestFactory, db: None, count_queries: Callable[..., int]
) -> None:
    request = rf.get("/admin/search/", {"s": "sp"})
    request.user = User.objects.create_superuser("root")
    for number in range(20):
        VoucherFactory(code=f"sp-{number}", campaign=CampaignFactory())

    of_the_person = 1  # his groups
    assert count_queries(lambda: search.find(request, "sp")) == 13 + of_the_person
    assert len(search.find(request, "sp")) == 5


def test_pages_speak_in_the_time_zone_of_the_project(
    admin_page: Client, settings_row: ProjectSettings
) -> None:
    ProjectSettings.objects.update(time_zone="Asia/Tokyo")
    campaign = CampaignFactory(starts_at="2026-07-01T20:00:00Z")

    text = admin_page.get(f"/admin/promotions/campaign/{campaign.pk}/change/").text

    assert "2\N{NO-BREAK SPACE}Jul\N{NO-BREAK SPACE}2026" in text
    assert timezone.get_current_timezone_name() == "UTC"


def test_money_is_in_the_currency_of_the_project(admin_page: Client, settings_row: ProjectSettings) -> None:
    ProjectSettings.objects.update(currency="PLN")
    CampaignFactory()

    assert "0.00\N{NO-BREAK SPACE}PLN" in admin_page.get("/admin/promotions/campaign/").text


def test_login_is_our_own(client: Client, db: None) -> None:
    text = client.get("/admin/login/").text

    assert "Promotions, from the first idea to the last redemption." in text
    assert "Django" not in text


@pytest.mark.parametrize("path", ["/admin/", "/admin/promotions/campaign/", "/admin/password_change/"])
def test_nothing_of_the_default_look_is_left(path: str, admin_page: Client, db: None) -> None:
    text = admin_page.get(path).text

    assert "Django administration" not in text
    assert "Django site admin" not in text
    assert "fanfare/admin.css" in text


@pytest.mark.parametrize(
    "template", ["404.html", "403.html", "500.html", "403_csrf.html", "admin/locked_out.html"]
)
def test_error_pages_need_nothing(template: str) -> None:
    text = render_to_string(template)

    assert "fanfare/plain.css" in text
    assert "<script" not in text


def test_no_page_holds_a_script_of_its_own(admin_page: Client, db: None) -> None:
    campaign = CampaignFactory()
    for path in (
        "/admin/",
        "/admin/promotions/campaign/",
        f"/admin/promotions/campaign/{campaign.pk}/change/",
    ):
        answer = admin_page.get(path)

        inline = [
            tag
            for tag in answer.text.split("<script")[1:]
            if "src=" not in tag.split(">")[0] and "application/json" not in tag.split(">")[0]
        ]
        assert inline == []
        assert "script-src 'self' 'unsafe-eval'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("model", "page"),
    [
        ("promotions/emergencystop", "add/"),
        ("promotions/campaign", "add/"),
        ("commerce/product", "{pk}/delete/"),
        ("commerce/product", ""),
    ],
)
def test_scripts_of_dates_come_after_their_words(model: str, page: str, admin_page: Client, db: None) -> None:
    """Once a list was looked at, the scripts of its filters stand on its other pages, too."""
    path = f"/admin/{model}/{page.format(pk=ProductFactory().pk)}"
    admin_page.get(f"/admin/{model}/")

    text = admin_page.get(path).text

    assert 0 < text.find("/admin/jsi18n/") < text.find("admin/js/calendar.js")
