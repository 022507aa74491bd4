"""The frame around the pages: overview, sidebar, search, login, errors, time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone

from config import search
from core.models import ProjectSettings
from promotions.models import Redemption
from tests.core.admin.conftest import admin_page, page_as
from tests.factories.commerce import CustomerFactory, OrderFactory, ProductFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory

__all__ = ["admin_page", "page_as"]


def attempts(number: int, *, status: str = "SUCCEEDED", days_ago: int = 0, **extra: Any) -> None:
    """`number` redemptions of one campaign, each of 5.00."""
    campaign = CampaignFactory()
    result = "FAILURE" if status == "FAILED" else "SUCCESS"
    for _ in range(number):
        Redemption.objects.create(
            redeemed_at=timezone.now() - timedelta(days=days_ago, seconds=1),
            result=result,
            status=status,
            related_object_type="voucher",
            voucher=VoucherFactory(campaign=campaign),
            campaign=campaign,
            customer=CustomerFactory(),
            discount_amount=0 if status == "FAILED" else 500,
            **extra,
        )


def tile(page: Any, title: str) -> Any:
    return next(fact for fact in page.context["tiles"] if fact.title == title)


def test_overview_counts_and_compares(admin_page: Client, db: None) -> None:
    attempts(6, days_ago=1)
    attempts(4, days_ago=8)
    attempts(2, status="FAILED", days_ago=1, failure_code="quantity_exceeded")
    attempts(1, status="ROLLED_BACK", days_ago=1)

    page = admin_page.get("/admin/")

    assert tile(page, "Live campaigns").value == "4"
    assert tile(page, "Redemptions, last 7 days").value == "6"
    assert tile(page, "Redemptions, last 7 days").note == "+50 % against the 7 days before"
    assert tile(page, "Discount given, last 7 days").value == "30.00\N{NO-BREAK SPACE}EUR"
    assert page.context["refusals"] == [("The code was used as often as it may be", 2, 100)]


def test_overview_names_what_comes(admin_page: Client, db: None) -> None:
    soon = timezone.now() + timedelta(days=2)
    CampaignFactory(name="Winter", starts_at=soon, ends_at=soon + timedelta(days=3))
    CampaignFactory(name="Far away", starts_at=soon + timedelta(days=60))
    CampaignFactory(name="Off", starts_at=soon, is_active=False)

    milestones = admin_page.get("/admin/").context["milestones"]

    assert [(verb, "Winter" in link) for link, verb, _ in milestones] == [("starts", True), ("ends", True)]


def test_overview_costs_the_same_with_more_of_everything(
    admin_page: Client, db: None, count_queries: Callable[..., int]
) -> None:
    attempts(1)
    few = count_queries(lambda: admin_page.get("/admin/"))
    for _ in range(5):
        attempts(3)
        attempts(2, status="FAILED", failure_code="voucher_expired")

    assert count_queries(lambda: admin_page.get("/admin/")) == few
    assert few <= 31


def test_a_new_installation_is_told_what_to_do(admin_page: Client, db: None) -> None:
    assert "Make the first campaign" in admin_page.get("/admin/").text


def test_without_a_role_the_overview_shows_no_numbers(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("temp", is_staff=True))

    text = client.get("/admin/").text

    assert "Your account has no role yet" in text
    assert "Live campaigns" not in text


def test_sidebar_has_seven_sections_for_admins(admin_page: Client, db: None) -> None:
    groups = admin_page.get("/admin/").context["sidebar_navigation"]

    assert [group["title"] for group in groups] == [
        "",
        "Promotions",
        "Approvals",
        "Customers",
        "Catalogue",
        "Operations",
        "Settings",
    ]
    assert [item["title"] for item in groups[0]["items"]] == ["Overview", "Approvals inbox", "Notifications"]


def test_sidebar_hides_what_a_viewer_may_not_see(page_as: Callable[[str], Client]) -> None:
    groups = page_as("Viewer").get("/admin/").context["sidebar_navigation"]

    titles = {item["title"] for group in groups for item in group["items"]}
    assert "Campaigns" in titles
    assert titles.isdisjoint({"API keys", "People", "Groups"})


def test_sidebar_is_empty_without_a_role(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("temp", is_staff=True))

    groups = client.get("/admin/").context["sidebar_navigation"]

    assert [item["title"] for group in groups for item in group["items"]] == ["Overview"]


@pytest.mark.parametrize("typed", ["spring", "SPR", "anna", "espresso", "order-77"])
def test_search_finds_everything(typed: str, admin_page: Client, db: None) -> None:
    campaign = CampaignFactory(name="Spring sale")
    VoucherFactory(code="SPR-1", campaign=campaign)
    CustomerFactory(name="Anna Arendt")
    ProductFactory(name="Espresso beans")
    OrderFactory(source_id="order-77")
    expected = {
        "spring": "Spring sale",
        "SPR": "SPR-1",
        "anna": "Anna Arendt",
        "espresso": "Espresso beans",
        "order-77": "order-77",
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
    assert count_queries(lambda: search.find(request, "sp")) == 5 + of_the_person
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
