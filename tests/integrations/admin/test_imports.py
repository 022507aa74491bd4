"""The pages of imports: who gets where, what they ask, and how a file of a campaign finds its way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from commerce.models import Customer
from core import dispatch
from integrations.models import ImportFile
from promotions.models import Voucher
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db

URL = "/admin/integrations/importfile/"


def upload(browser: Client, text: str, **given: object) -> ImportFile:
    file = SimpleUploadedFile("rows.csv", text.encode())
    answer = browser.post(f"{URL}new/", {"kind": "customers", "file": file, **given})
    assert answer.status_code == 302, answer.text
    return ImportFile.objects.latest("pk")


def work_off() -> None:
    while ids := dispatch.plan(now=NOW):
        for delivery_id in ids:
            dispatch.deliver(delivery_id=delivery_id, now=NOW)


def test_from_the_file_to_the_outcome(admin_page: Client) -> None:
    file = upload(admin_page, "Shop id,Mail\na,a@shop.example\n,x\n")
    columns = {"column_0": "column:source_id", "column_1": "column:email", "on_duplicate": "SKIP"}

    page = admin_page.get(f"{URL}{file.pk}/columns/").text
    tried = admin_page.post(f"{URL}{file.pk}/columns/", columns)
    work_off()
    said = admin_page.get(f"{URL}{file.pk}/change/").text
    admin_page.post(f"{URL}{file.pk}/run/", {})
    work_off()

    assert "a@shop.example" in page
    assert tried.headers["Location"] == f"{URL}{file.pk}/change/"
    assert "Would be: 1 added, 1 refused." in said
    assert ">Import 1 row<" in " ".join(said.split()).replace("> ", ">").replace(" <", "<")
    assert "A row needs “Id in the shop” (source_id)" in said
    assert ">1 added, 1 refused.<" in admin_page.get(f"{URL}{file.pk}/change/").text
    assert "1 added, 1 refused" in admin_page.get(URL).text
    assert Customer.objects.get().email == "a@shop.example"


def test_nothing_is_offered_where_every_row_is_refused(admin_page: Client) -> None:
    file = upload(admin_page, "Shop id,Mail\n,x\n,y\n")
    columns = {"column_0": "column:source_id", "column_1": "column:email", "on_duplicate": "SKIP"}

    admin_page.post(f"{URL}{file.pk}/columns/", columns)
    work_off()
    said = admin_page.get(f"{URL}{file.pk}/change/").text

    assert "Would be: 0 added, 2 refused." in said
    assert f"{URL}{file.pk}/run/" not in said


def test_a_missing_column_is_said_on_the_page(admin_page: Client) -> None:
    file = upload(admin_page, "a,b\n1,2\n")

    answer = admin_page.post(f"{URL}{file.pk}/columns/", {"on_duplicate": "UPDATE"})

    assert "Say which column is Id in the shop" in answer.text
    file.refresh_from_db()
    assert file.check_job is None


def test_codes_go_into_the_campaign_that_was_chosen(admin_page: Client) -> None:
    campaign = CampaignFactory()
    missing = admin_page.post(
        f"{URL}new/", {"kind": "campaign_codes", "file": SimpleUploadedFile("c.csv", b"Code\nA\n")}
    )
    file = upload(admin_page, "Coupon code\nA-1\n", kind="campaign_codes", parent=campaign.pk)

    admin_page.post(f"{URL}{file.pk}/columns/", {"column_0": "column:code", "on_duplicate": "REFUSE"})
    work_off()
    admin_page.post(f"{URL}{file.pk}/run/", {})
    work_off()

    assert "Say into which campaign" in missing.text
    assert Voucher.objects.get().campaign == campaign


def test_what_is_no_text_is_said_beside_the_file(admin_page: Client) -> None:
    zipped = SimpleUploadedFile("rows.xlsx", b"PK\x03\x04rows")

    answer = admin_page.post(f"{URL}new/", {"kind": "customers", "file": zipped})

    assert "Save the sheet as CSV" in answer.text
    assert not ImportFile.objects.exists()


def test_who_only_looks_imports_nothing(admin_page: Client, page_as: Callable[[str], Client]) -> None:
    file = upload(admin_page, "source_id\na\n")
    viewer = page_as("Viewer")

    for url in ("new/", f"{file.pk}/columns/"):
        assert viewer.get(f"{URL}{url}").status_code == 403
    assert viewer.post(f"{URL}{file.pk}/run/", {}).status_code == 403
    assert viewer.get(f"{URL}{file.pk}/change/").status_code == 200
    assert "Import a file" not in viewer.get(URL).text


def test_the_same_file_has_to_be_meant(admin_page: Client) -> None:
    for turn in range(2):
        file = upload(admin_page, "source_id\na\n")
        columns = {"column_0": "column:source_id", "on_duplicate": "UPDATE"}
        admin_page.post(f"{URL}{file.pk}/columns/", columns)
        work_off()
        assert ("This very file was imported" in admin_page.get(f"{URL}{file.pk}/change/").text) is bool(turn)
        admin_page.post(f"{URL}{file.pk}/run/", {})
        work_off()
    file.refresh_from_db()
    assert file.run_job is None

    admin_page.post(f"{URL}{file.pk}/run/", {"again": "on"})

    file.refresh_from_db()
    assert file.run_job is not None
