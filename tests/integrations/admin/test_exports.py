"""The screen of exports: what it says, and the files behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from integrations.models import Export
from tests.conftest import NOW, counted_queries
from tests.factories.integrations import ExportFactory, export_with_file

URL = "/admin/integrations/export/"
CONTENT = "name\nZoë\n".encode()


def page_of(export: Export, part: str = "change") -> str:
    return f"{URL}{export.pk}/{part}/"


@pytest.mark.parametrize("who", ["Viewer", "User", "Admin"])
def test_downloads_the_file(page_as: Callable[[str], Client], who: str) -> None:
    export = export_with_file(CONTENT)

    answer = page_as(who).get(page_of(export, "download"))

    assert (answer.status_code, answer.getvalue()) == (200, CONTENT)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert export.public_id in answer["Content-Disposition"]


def test_a_till_gets_no_data(page_as: Callable[[str], Client]) -> None:
    export = export_with_file(CONTENT)
    browser = page_as("Merchant")

    assert {browser.get(url).status_code for url in (URL, page_of(export), page_of(export, "download"))} == {
        403
    }


@pytest.mark.parametrize(
    "values",
    [{"status": "IN_PROGRESS"}, {"done": True, "deleted_at": NOW}, {"status": "ERROR", "finished_at": NOW}],
)
def test_no_link_without_a_file(admin_page: Client, values: Any) -> None:
    export = ExportFactory(**values)

    assert admin_page.get(page_of(export, "download")).status_code == 404
    assert "/download/" not in admin_page.get(URL).text + admin_page.get(page_of(export)).text


def test_the_list_says_what_who_and_how_far(admin_page: Client) -> None:
    export_with_file(CONTENT, exported_object="voucher_transactions", rows_count=1234, actor_label="Anna")
    ExportFactory(status="IN_PROGRESS")
    ExportFactory(done=True, deleted_at=NOW)

    text = admin_page.get(URL).text

    for said in ("Voucher transactions", "Orders", "1,234", "Anna", "Running", "File removed", "Download"):
        assert said in text


def test_the_page_says_what_was_asked_for_in_words(admin_page: Client) -> None:
    filters = {
        "junction": "OR",
        "amount": {"conditions": {"$more_than": [5]}},
        "status": {"conditions": {"$is": "PAID"}},
    }
    parameters = {"fields": ["id", "status"], "order": "-created_at", "filters": filters}
    text = admin_page.get(page_of(export_with_file(CONTENT, parameters=parameters))).text

    for said in ("id, status", "created_at, falling", "more than 5", "is PAID", "one of these is enough"):
        assert said in text


def test_the_page_of_one_that_failed_says_why(admin_page: Client) -> None:
    export = ExportFactory(status="ERROR", finished_at=NOW, failure="Given up after 5 attempts")

    text = admin_page.get(page_of(export)).text

    for said in ("Failed", "Given up after 5 attempts", "the usual ones", "oldest first", "everything"):
        assert said in text


def test_the_cost_of_the_list_does_not_grow(admin_page: Client) -> None:
    counts = []
    for more in (2, 28):
        for _ in range(more):
            export_with_file(CONTENT)
        admin_page.get(URL)
        with counted_queries() as queries:
            admin_page.get(URL)
        counts.append(len(queries))

    assert counts[0] == counts[1]
