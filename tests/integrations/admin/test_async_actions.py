"""The screen of background jobs: how far they are, their log, what they left out, cancelling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from core.actors import Actor
from integrations import registry
from integrations.models import AsyncAction
from integrations.registry import JobType, Made, RowFailure, SliceResult
from integrations.services import async_actions
from tests.conftest import NOW

URL = "/admin/integrations/asyncaction/"
TYPE = "TESTS.SHOWN"


def handler(found: Any, *_: Any) -> SliceResult:
    failures = [
        RowFailure(row=row.number, name="anna", reason="<no> mail") for row in found if row.number == 2
    ]
    return SliceResult(done=len(found) - len(failures), failures=failures)


@pytest.fixture
def job(db: None, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> Iterator[AsyncAction]:
    made = Made(label="Customers", page="admin:commerce_customer_changelist", query={"q": "x"})
    job_type = JobType(
        name=TYPE, handler=handler, label="Test rows", slice_size=4, is_counted=True, made=lambda params: made
    )
    monkeypatch.setitem(registry._types, TYPE, job_type)
    return async_actions.create(type=TYPE, body="", rows_count=10, actor=actor, now=NOW)


def page_of(job: AsyncAction, part: str = "change") -> str:
    return f"{URL}{job.pk}/{part}/"


def advance(job: AsyncAction) -> None:
    async_actions.advance(public_id=job.public_id, now=NOW)


def test_the_page_asks_for_the_bar_again_while_the_job_runs(admin_page: Client, job: AsyncAction) -> None:
    advance(job)

    text = admin_page.get(page_of(job)).text

    assert f'hx-get="{page_of(job, "progress")}?reload=1"' in text
    assert 'value="40"' in text
    assert "4 of 10 done" in text
    assert "/admin/commerce/customer/?q=x" in text
    assert "Rows 1 to 4: 3 done, 1 left out" in text


def test_the_last_picture_makes_the_page_load_anew_and_asks_no_more(
    admin_page: Client, job: AsyncAction
) -> None:
    advance(job)
    running = admin_page.get(page_of(job, "progress"), {"reload": "1"})
    advance(job)
    advance(job)
    over = admin_page.get(page_of(job, "progress"), {"reload": "1"})
    elsewhere = admin_page.get(page_of(job, "progress"))

    assert ("HX-Refresh" in running.headers, "hx-get" in running.text) == (False, True)
    assert (over.headers["HX-Refresh"], "hx-get" in over.text) == ("true", False)
    assert "9 done, 1 failed" in over.text
    assert "HX-Refresh" not in elsewhere.headers
    assert page_of(job, "progress") not in admin_page.get(page_of(job)).text


def test_the_list_asks_for_its_cells_again_while_a_job_runs(admin_page: Client, job: AsyncAction) -> None:
    live = f"{URL}live/?jobs={job.pk}"
    advance(job)
    assert f'hx-get="{live}"' in admin_page.get(URL).text
    running = admin_page.get(live).text
    for _ in range(2):
        advance(job)

    over = admin_page.get(live).text

    assert f'hx-get="{live}"' in running
    assert f'<span id="job-{job.pk}-rows" hx-swap-oob="true">4 of 10</span>' in running
    assert "hx-get" not in over
    assert f'<span id="job-{job.pk}-rows" hx-swap-oob="true">10 of 10</span>' in over
    assert 'value="100"' in over
    assert "hx-get" not in admin_page.get(URL).text.partition('id="jobs-live"')[2].partition("</div>")[0]


@pytest.mark.parametrize("asked", ["", "x", "1,,x,-1", "9" * 30, "\u0665"])
def test_what_names_no_job_gets_no_cells(admin_page: Client, job: AsyncAction, asked: str) -> None:
    AsyncAction.objects.filter(pk=job.pk).update(status="DONE", finished_at=NOW)

    answer = admin_page.get(f"{URL}live/", {"jobs": asked})

    assert answer.status_code == 200
    assert "hx-get" not in answer.text.partition('id="jobs-live"')[2]


def test_every_job_says_what_it_is_and_where_it_leads() -> None:
    for one in registry.job_types():
        if not one.name.startswith("TESTS."):
            assert one.label, one.name
            assert one.made is not None or one.name.endswith("DELETE"), one.name


def test_cancels_by_the_button(admin_page: Client, job: AsyncAction) -> None:
    advance(job)
    assert f"{URL}{job.pk}/cancel/" in admin_page.get(page_of(job)).text

    answer = admin_page.post(page_of(job, "cancel"), {"_form_submitted": "on"})

    job.refresh_from_db()
    assert (answer.status_code, job.status, job.done_count) == (200, "CANCELLED", 3)
    text = admin_page.get(page_of(job)).text
    assert "Cancelled by" in text
    assert f"{URL}{job.pk}/cancel/" not in text


def test_cancelling_too_late_is_said(admin_page: Client, job: AsyncAction) -> None:
    for _ in range(3):
        advance(job)

    admin_page.post(page_of(job, "cancel"), {"_form_submitted": "on"})

    job.refresh_from_db()
    assert job.status == "DONE"
    assert "It is over: done." in admin_page.get(page_of(job)).text


@pytest.mark.parametrize(("who", "status"), [("Viewer", 403), ("Support", 403), ("User", 200)])
def test_only_those_who_work_cancel(
    page_as: Callable[[str], Client], job: AsyncAction, who: str, status: int
) -> None:
    answer = page_as(who).post(page_of(job, "cancel"), {"_form_submitted": "on"})

    job.refresh_from_db()
    assert answer.status_code == status
    assert job.status == ("CANCELLED" if status == 200 else "ENQUEUED")


def test_all_left_out_rows_as_a_file(page_as: Callable[[str], Client], job: AsyncAction) -> None:
    advance(job)

    browser = page_as("User")
    page = browser.get(page_of(job)).text
    file = browser.get(page_of(job, "left_out"))

    assert "&lt;no&gt; mail" in page
    assert file.getvalue().decode() == "row,name,reason,key\n2,anna,<no> mail,invalid_payload\n"
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert page_as("Merchant").get(page_of(job, "left_out")).status_code == 403


def test_the_list_can_be_narrowed_to_a_kind_by_its_name(admin_page: Client, job: AsyncAction) -> None:
    text = admin_page.get(URL).text
    assert "Test rows" in text

    found = admin_page.get(f"{URL}?type={TYPE}").context["cl"].result_list
    others = admin_page.get(f"{URL}?type=CAMPAIGN.VOUCHERS_GENERATE").context["cl"].result_list

    assert (list(found), list(others)) == ([job], [])
