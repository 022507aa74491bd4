"""Areas and stores are made, a campaign gets its places, and somebody of one store sees only what is hers."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from core.models import Area, PersonAssignment, Store
from promotions.models import Campaign
from tests.conftest import NOW
from tests.factories.areas import area, store
from tests.factories.promotions import CampaignFactory
from tests.journeys.conftest import PASSWORD, person, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def save(tab: Page) -> None:
    tab.get_by_role("button", name="Save", exact=True).click()


def choose(tab: Page, field: str, *words: str) -> None:
    """As the list of the browser does when somebody picks entries."""
    tab.locator(f"#id_{field}").select_option(label=list(words), force=True)


def test_from_an_area_to_who_works_there(tab: Page) -> None:
    User.objects.create_superuser("olga", password=PASSWORD)
    gosia = person("gosia", "Restricted marketer")
    CampaignFactory(name="Everywhere", created_at=NOW)
    local = CampaignFactory(name="Evenings", created_at=NOW)
    sign_in(tab, "olga")

    tab.goto("/admin/core/area/add/")
    tab.fill("#id_name", "Baltic coast")
    tab.fill("#id_country", "PL")
    tab.locator("#id_time_zone").select_option("Europe/Warsaw", force=True)
    save(tab)
    expect(tab.get_by_text("Baltic coast").first).to_be_visible()
    Store.objects.create(area=Area.objects.get(), name="Gdynia Harbour", code="gdynia", created_at=NOW)

    tab.goto(f"/admin/promotions/campaign/{local.pk}/change/")
    choose(tab, "applies_in", "Gdynia Harbour")
    save(tab)
    expect(tab.get_by_text("was changed successfully").or_(tab.get_by_text("Evenings")).first).to_be_visible()
    assert Campaign.objects.get(pk=local.pk).places[-1].startswith("store:")

    tab.goto(f"/admin/auth/user/{gosia.pk}/change/")
    choose(tab, "works_in", "Gdynia Harbour")
    save(tab)
    expect(tab.get_by_text("gosia").first).to_be_visible()
    assert PersonAssignment.objects.get().store is not None

    tab.context.clear_cookies()
    sign_in(tab, "gosia")
    tab.goto("/admin/promotions/campaign/")
    expect(tab.get_by_text("Evenings").first).to_be_visible()
    expect(tab.get_by_text("Everywhere")).to_have_count(0)


def test_stores_can_be_changed_on_a_phone(tab: Page) -> None:
    User.objects.create_superuser("olga", password=PASSWORD)
    harbour = store(area("Coast"), "gdynia")
    sign_in(tab, "olga")
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(f"/admin/core/area/{harbour.area_id}/change/")

    code = tab.get_by_label("Code").first
    code.fill("gdynia-2")
    wide = tab.locator("#stores-group *").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().right > 391).length"
    )
    save(tab)

    tab.wait_for_url("**/admin/core/area/")
    assert wide == 0
    assert Store.objects.get().code == "gdynia-2"
