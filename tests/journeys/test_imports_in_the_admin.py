"""A marketer brings customers in from a sheet, is told what is wrong with it, and takes a list out again."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from commerce.models import Customer
from core import dispatch
from integrations.services import export_files
from tests.factories.commerce import CustomerFactory
from tests.journeys.conftest import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SHEET = "Customer number;Full name;E-Mail;Favourite\nc1;Anna;anna@shop.example;tea\nc2;Bob;;\n;Nobody;;\n"
# Pages look every second and a half whether the job is over, and are read anew then.
SOON = 20_000
PICTURES = os.environ.get("FANFARE_PICTURES", "")


@pytest.fixture
def work() -> Callable[[], None]:
    """What dispatcher and worker would do meanwhile."""

    def run() -> None:
        while ids := dispatch.plan(now=timezone.now()):
            for delivery_id in ids:
                dispatch.deliver(delivery_id=delivery_id, now=timezone.now())

    return run


def picture(tab: Page, name: str) -> None:
    """For people who look at the pages after a change: FANFARE_PICTURES names a folder."""
    if PICTURES:
        tab.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
        tab.set_viewport_size({"width": 390, "height": 844})
        tab.emulate_media(color_scheme="dark")
        tab.screenshot(path=Path(PICTURES) / f"{name}-dark-narrow.png", full_page=True)
        tab.emulate_media(color_scheme="light")
        tab.set_viewport_size({"width": 1440, "height": 900})


def test_from_a_sheet_to_customers_and_back(
    tab: Page, marketer: User, work: Callable[[], None], tmp_path: Path
) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text(SHEET)
    CustomerFactory(source_id="c2", name="Robert")
    sign_in(tab)
    tab.goto("/admin/commerce/customer/")
    picture(tab, "list")
    tab.get_by_role("link", name="Import a file").click()
    expect(tab.locator("#id_kind")).to_have_value("customers")
    tab.set_input_files("#id_file", sheet)
    picture(tab, "upload")
    tab.get_by_role("button", name="Go on").click()

    expect(tab.get_by_label("Meaning of Customer number")).to_have_value("column:source_id")
    expect(tab.get_by_label("Meaning of E-Mail")).to_have_value("column:email")
    expect(tab.get_by_label("Meaning of Favourite")).to_have_value("own")
    picture(tab, "columns")
    tab.get_by_role("button", name="Try all rows").click()
    picture(tab, "trying")
    work()

    expect(tab.get_by_text("Would be: 1 added, 1 updated, 1 refused.")).to_be_visible(timeout=SOON)
    expect(tab.get_by_role("row", name=re.compile("4.*A row needs “Id in the shop”"))).to_be_visible()
    assert not Customer.objects.filter(source_id="c1").exists()
    picture(tab, "tried")
    tab.get_by_role("button", name="Import 2 rows").click()
    work()
    expect(tab.get_by_text("1 added, 1 updated, 1 refused.")).to_be_visible(timeout=SOON)
    picture(tab, "done")
    with tab.expect_download() as download:
        tab.get_by_role("link", name="All refused rows as CSV").click()
    assert "3,,A row needs “Id in the shop”" in download.value.path().read_text()
    assert set(Customer.objects.values_list("source_id", "name")) == {("c1", "Anna"), ("c2", "Bob")}

    tab.goto("/admin/integrations/importfile/new/")
    tab.set_input_files("#id_file", sheet)
    tab.get_by_role("button", name="Go on").click()
    tab.get_by_role("button", name="Try all rows").click()
    work()
    expect(tab.get_by_text("This very file was imported")).to_be_visible(timeout=SOON)
    picture(tab, "again")

    tab.goto("/admin/commerce/customer/?q=anna")
    tab.get_by_role("button", name="Export", exact=True).click()
    expect(tab.get_by_text("The file is being written")).to_be_visible()
    assert export_files.write_next(now=timezone.now())
    file = tab.locator("a[href*='/download/']").first
    expect(file).to_be_visible(timeout=SOON)
    lines = tab.request.get(f"{file.get_attribute('href')}").text().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("Anna,c1,")
    picture(tab, "exported")
