"""The buttons above lists: what is on screen into a file, and a file into it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from integrations.models import Export
from integrations.selectors import exports as known
from integrations.services import export_files
from promotions.models import Campaign
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory, OrderFactory, ProductFactory, SkuFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db


def export_of(browser: Client, page: str, **query: Any) -> list[dict[str, str]]:
    answer = browser.post(f"/admin/{page}/export/", {"narrowed_to": urlencode(query)})
    assert answer.status_code == 302, answer.content
    export = Export.objects.latest("pk")
    assert answer.headers["Location"] == f"/admin/integrations/export/{export.pk}/change/"
    assert export_files.write_next(now=NOW)
    export.refresh_from_db()
    assert export.status == Export.Status.DONE, export.failure
    text = b"".join(known.content(export)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_exports_what_is_searched_for(admin_page: Client) -> None:
    for name in ("Anna", "Annabel", "Bob"):
        CustomerFactory(name=name)

    rows = export_of(admin_page, "commerce/customer", q="anna", p="1", o="-1")

    assert sorted(row["name"] for row in rows) == ["Anna", "Annabel"]
    assert {"source_id", "email", "address_city", "metadata"} <= rows[0].keys()


def test_exports_the_codes_of_a_campaign(admin_page: Client) -> None:
    campaign = CampaignFactory()
    VoucherFactory(code="MINE", campaign=campaign)
    VoucherFactory(code="OTHER")

    rows = export_of(admin_page, "promotions/voucher", campaign__id__exact=campaign.pk)

    assert [row["code"] for row in rows] == ["MINE"]


@pytest.mark.parametrize(
    ("page", "factory"),
    [
        ("commerce/order", OrderFactory),
        ("commerce/product", ProductFactory),
        ("commerce/sku", SkuFactory),
        ("commerce/customer", CustomerFactory),
        ("promotions/voucher", VoucherFactory),
    ],
)
def test_every_list_has_its_file(admin_page: Client, page: str, factory: Any) -> None:
    factory.create_batch(2)

    assert len(export_of(admin_page, page)) == 2
    assert "Export" in admin_page.get(f"/admin/{page}/").text


def test_a_till_exports_nothing(page_as: Callable[[str], Client]) -> None:
    browser = page_as("Merchant")

    assert browser.post("/admin/commerce/customer/export/", {}).status_code == 403
    assert "/export/" not in browser.get("/admin/commerce/customer/").text
    assert not Export.objects.exists()


def test_a_filter_that_means_nothing_is_refused(admin_page: Client) -> None:
    answer = admin_page.post(
        "/admin/commerce/customer/export/", {"narrowed_to": "created_at__nonsense=1"}, follow=True
    )

    assert answer.status_code == 200
    assert not Export.objects.exists()


def test_codes_of_one_campaign_lead_to_its_import(
    admin_page: Client, page_as: Callable[[str], Client]
) -> None:
    campaign: Campaign = CampaignFactory()
    url = f"/admin/promotions/voucher/?campaign__id__exact={campaign.pk}"

    assert f"kind=campaign_codes&amp;parent={campaign.pk}" in admin_page.get(url).text
    assert "kind=vouchers" in admin_page.get("/admin/promotions/voucher/").text
    assert "importfile/new" not in page_as("Viewer").get(url).text
