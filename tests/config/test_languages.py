"""Pages speak the language of who looks at them; the API speaks English, and what is stored is English."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest
from promotions.models import Campaign
from tests.approvals.asked import ask
from tests.approvals.world import person, policy
from tests.conftest import NOW
from tests.core.admin.conftest import admin_page, page_as
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.security.routes import api_routes

__all__ = ["admin_page", "page_as"]

CAMPAIGNS = "/admin/promotions/campaign/"
_EACH_TIME = re.compile(r"\b[a-z]+[-_][0-9a-f]{16,}|\d{4}-\d\d-\d\dT[\d:.]+Z")


@pytest.fixture
def polish(admin_page: Client) -> Client:
    """A browser that chose Polish in the menu of its person."""
    answer = admin_page.post("/admin/language/", {"language": "pl"}, headers={"Referer": "/admin/"})
    assert answer.status_code == 302
    return admin_page


def test_a_person_chooses_a_language_and_it_stays(polish: Client) -> None:
    CampaignFactory(name="Spring")

    text = polish.get(CAMPAIGNS).text

    assert '<html lang="pl"' in text
    for word in ("Kampanie", "Kody", "Szukaj", "W toku"):
        assert word in text
    assert polish.get("/admin/").text.count('lang="pl"') == 1


def test_without_a_choice_the_browser_decides(admin_page: Client) -> None:
    german = admin_page.get(CAMPAIGNS, headers={"Accept-Language": "de-AT,de;q=0.9"})
    unknown = admin_page.get(CAMPAIGNS, headers={"Accept-Language": "xx"})

    assert german.headers["Content-Language"] == "de"
    assert "Kampagnen" in german.text
    assert unknown.headers["Content-Language"] == "en"
    assert "Campaigns" in unknown.text


@pytest.mark.parametrize("language", ["xx", "", "../../etc/passwd", "PL\r\nSet-Cookie: a=b"])
def test_a_language_that_is_none_changes_nothing(language: str, admin_page: Client) -> None:
    admin_page.post("/admin/language/", {"language": language})

    assert '<html lang="en"' in admin_page.get(CAMPAIGNS).text


def test_a_choice_leads_nowhere_else(admin_page: Client) -> None:
    answer = admin_page.post("/admin/language/", {"language": "de", "next": "https://elsewhere.example/"})

    assert answer.headers["Location"] == "/"


def test_the_login_speaks_too(client: Client, db: None) -> None:
    assert "Anmelden" in client.get("/admin/login/", headers={"Accept-Language": "de"}).text


def test_no_language_stays_with_the_thread(polish: Client) -> None:
    polish.get(CAMPAIGNS)

    assert translation.get_language() == "en"


def test_labels_and_help_of_a_form_are_spoken(polish: Client) -> None:
    text = polish.get(f"{CAMPAIGNS}add/").text

    for word in ("Nazwa", "Rabat", "Warunki", "Zapisz jako szkic"):
        assert word in text


@pytest.mark.parametrize("language", ["pl", "de", "fr"])
def test_no_answer_of_the_api_depends_on_a_language(language: str, api: APIClient) -> None:
    """Refusals, shapes and lists, read by programs."""
    VoucherFactory(code="SPRING")
    addresses = [
        "/v1/vouchers/SPRING",
        "/v1/vouchers/NONE",
        "/v1/campaigns?limit=x",
        "/v1/customers",
        "/v1/nothing",
    ]
    headers = {"Accept-Language": language}
    cookie = {"HTTP_COOKIE": f"django_language={language}"}

    for address in addresses:
        plain, spoken = api.get(address), api.get(address, headers=headers, **cookie)
        assert stable(spoken) == stable(plain), address
        assert "Content-Language" not in spoken.headers
    bodies: list[dict[str, Any]] = [
        {},
        {"redeemables": "x"},
        {"redeemables": [{"object": "voucher", "id": "NONE"}]},
    ]
    for body in bodies:
        plain, spoken = (
            api.post("/v1/validations", body),
            api.post("/v1/validations", body, headers=headers, **cookie),
        )
        assert stable(spoken) == stable(plain)


@pytest.mark.parametrize("language", ["pl", "de"])
def test_no_refusal_of_any_address_depends_on_a_language(language: str, client: Client, db: None) -> None:
    """Every address of the API, for somebody without a key."""
    for path in (route.path() for route in api_routes() if route.pattern != "metrics"):
        plain, spoken = client.get(path), client.get(path, headers={"Accept-Language": language})
        assert stable(spoken) == stable(plain), path


def stable(answer: Any) -> tuple[int, str]:
    """An answer without what differs between any two: ids and instants."""
    return answer.status_code, _EACH_TIME.sub("…", answer.content.decode())


def test_what_is_stored_is_english(polish: Client, page_as: Callable[[str], Client]) -> None:
    """A request is read by reviewers of every language."""
    person("fin", "Finance")
    mia = person("mia", "Marketer")
    policy("Finance")
    with translation.override("pl"):
        asked = ask(mia, NOW, name="Spring")

    with translation.override("en"):
        again = ask(mia, NOW, name="Spring 2")
    assert isinstance(asked, ApprovalRequest)
    assert asked.title.replace("Spring", "") == again.title.replace("Spring 2", "")
    assert asked.stages == again.stages


def test_names_of_models_speak(polish: Client) -> None:
    with translation.override("pl"):
        assert str(Campaign._meta.verbose_name_plural) == "kampanie"
    with translation.override("en"):
        assert str(Campaign._meta.verbose_name_plural) == "campaigns"


def test_everybody_may_choose(page_as: Callable[[str], Client]) -> None:
    browser = page_as("Viewer")

    browser.post("/admin/language/", {"language": "de"})

    assert "Kampagnen" in browser.get(CAMPAIGNS).text


def test_strangers_choose_nothing(client: Client, db: None) -> None:
    answer = client.post("/admin/language/", {"language": "de"})

    assert "django_language" not in answer.cookies
    assert not User.objects.exists()
