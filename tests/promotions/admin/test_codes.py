"""Codes in the admin: what they will look like, how they are made, and finding them among many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.models import ProjectSettings
from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.admin import vouchers as screen
from promotions.models import Campaign, Voucher
from promotions.services import code_batches
from tests.conftest import NOW, counted_queries
from tests.factories.promotions import CampaignFactory, VoucherFactory

URL = "/admin/promotions/campaign/"
CODES = "/admin/promotions/voucher/"
PREVIEW = f"{URL}code-preview/"


def preview(page: Client, **fields: Any) -> str:
    answer = page.get(PREVIEW, fields)
    assert answer.status_code == 200
    return answer.text


def test_shows_examples_and_how_many_there_can_be(admin_page: Client) -> None:
    text = preview(admin_page, pattern="SUMMER-##", charset="digits", codes_wanted="10")

    assert text.count("SUMMER-") >= 1
    assert "100 codes are possible." in text
    assert "of 10 codes, one guess in 10 finds one. Put 11 more #" in text
    assert 'role="alert"' not in text


def test_says_at_once_what_cannot_be(admin_page: Client) -> None:
    text = preview(admin_page, pattern="##", charset="digits", codes_wanted="60")

    assert 'role="alert"' in text
    assert "at least 120 must be possible" in text


def test_counts_what_jobs_are_making(admin_page: Client, actor: Any) -> None:
    campaign = CampaignFactory(code_config={"pattern": "P###", "charset": "0123456789"})
    code_batches.start(campaign=campaign, count=400, spec=code_batches.VoucherSpec(), actor=actor, now=NOW)

    text = preview(admin_page, pattern="P###", charset="digits", codes_wanted="150")

    assert "0 exist, 400 are being made, 150 more are wanted" in text


def test_added_codes_look_like_the_campaigns_own(admin_page: Client) -> None:
    campaign = CampaignFactory(
        code_config={"prefix": "IN-", "pattern": "##", "charset": "XYZ"}, vouchers_count=4
    )

    alike = preview(admin_page, campaign=campaign.pk, count="1")
    digits = preview(admin_page, campaign=campaign.pk, count="1", charset="digits")
    other = preview(admin_page, campaign=campaign.pk, count="1", pattern="Q#")

    assert "IN-" in alike
    assert "9 codes are possible." in alike
    assert "of 5 codes, every guess finds one" in alike
    assert ("IN-" in digits, "100 codes are possible." in digits) == (True, True)
    assert ("IN-" in other, "3 codes are possible." in other) == (False, True)


@pytest.mark.parametrize("count", ["", "-1", "x", "1e9", "99999999999", "²"])
def test_odd_numbers_are_no_reason_to_break(admin_page: Client, count: str) -> None:
    assert "codes are possible." in preview(admin_page, pattern="######", codes_wanted=count)


@pytest.mark.parametrize("fields", [{"pattern": "#" * 300}, {"pattern": "plain"}, {"charset": "own"}])
def test_odd_patterns_are_no_reason_to_break(admin_page: Client, fields: dict[str, str]) -> None:
    assert preview(admin_page, **fields)


def test_only_who_may_change_campaigns_asks(page_as: Callable[[str], Client]) -> None:
    assert page_as("Viewer").get(PREVIEW).status_code == 403


def test_a_campaign_shows_its_job_and_lets_it_be_stopped(
    admin_page: Client, press: Callable[..., Any], actor: Any
) -> None:
    campaign = CampaignFactory()
    press(campaign, "add_codes", count="25000", pattern="", charset="")
    job = AsyncAction.objects.get()
    async_actions.advance(public_id=job.public_id, now=NOW)

    page = admin_page.get(f"{URL}{campaign.pk}/change/").text
    assert f'hx-get="/admin/integrations/asyncaction/{job.pk}/progress/"' in page
    assert "10,000 of 25,000 done" in page
    assert ("/cancel_codes/" in page, "/add_codes/" in page) == (True, False)

    press(campaign, "cancel_codes")
    code_batches.conclude(action_id=job.public_id, now=NOW)

    job.refresh_from_db()
    campaign.refresh_from_db()
    assert (job.status, campaign.generation_status, campaign.vouchers_count) == (
        "CANCELLED",
        "FAILED",
        10_000,
    )
    page = admin_page.get(f"{URL}{campaign.pk}/change/").text
    assert "after 10,000 of 25,000 rows; they stay done" in page
    assert ("/cancel_codes/" in page, "/add_codes/" in page) == (False, True)


def test_stopping_what_is_done_says_so(press: Callable[..., Any], admin_page: Client) -> None:
    campaign = CampaignFactory()

    press(campaign, "cancel_codes")

    assert "No codes of this campaign are being made." in admin_page.get(URL).text


def test_a_draft_warns_before_its_launch(admin_page: Client) -> None:
    campaign = CampaignFactory(
        lifecycle="DRAFT",
        is_active=False,
        planned_codes=500,
        code_config={"pattern": "####", "charset": "0123456789"},
    )

    text = admin_page.get(f"{URL}{campaign.pk}/change/").text

    assert "of 500 codes, one guess in 20 finds one" in text


def test_a_draft_keeps_characters_of_its_own(admin_page: Client) -> None:
    campaign = CampaignFactory(
        lifecycle="DRAFT", is_active=False, code_config={"prefix": "A-", "pattern": "####", "charset": "abc"}
    )

    form = admin_page.get(f"{URL}{campaign.pk}/change/").context["adminform"].form

    assert [form.initial[name] for name in ("pattern", "charset", "characters")] == ["A-####", "own", "abc"]


def found(page: Client, query: str) -> list[str]:
    rows = page.get(f"{CODES}?q={query}").context["cl"].result_list
    return [row.code for row in rows]


def test_finds_codes_by_their_beginning_or_id(admin_page: Client) -> None:
    for code in ("SPRING-1", "SPRING-2", "spring-3", "AUTUMN", "S%", "S_X"):
        VoucherFactory(code=code, code_key=code)
    gone = VoucherFactory(code="SPRING-4", code_key="SPRING-4", deleted_at=NOW)

    assert sorted(found(admin_page, "SPRING")) == ["SPRING-1", "SPRING-2"]
    assert found(admin_page, "S%25") == ["S%"]
    assert found(admin_page, "S_") == ["S_X"]
    assert found(admin_page, Voucher.objects.get(code="AUTUMN").public_id) == ["AUTUMN"]
    assert found(admin_page, gone.public_id) == []


def test_case_does_not_matter_where_the_project_says_so(admin_page: Client) -> None:
    ProjectSettings.objects.update(case_insensitive_codes=True)
    VoucherFactory(code="Spring", code_key="spring")

    assert found(admin_page, "sPR") == ["Spring"]


def test_says_when_there_are_more_than_are_shown(admin_page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "_MOST_FOUND", 3)
    other = CampaignFactory()
    for number in range(5):
        VoucherFactory(code=f"X{number}", code_key=f"X{number}")
    VoucherFactory(code="X9", code_key="X9", campaign=other)

    page = admin_page.get(f"{CODES}?q=X")
    of_one = admin_page.get(f"{CODES}?q=X&campaign__id__exact={other.pk}")

    assert sorted(row.code for row in page.context["cl"].result_list) == ["X0", "X1", "X2"]
    assert "More than 3 codes begin with X" in page.text
    assert [row.code for row in of_one.context["cl"].result_list] == ["X9"]


@pytest.mark.parametrize(("order", "codes"), [("1", ["B", "a", "b"]), ("-1", ["b", "a", "B"])])
def test_sorts_by_code_with_the_index(admin_page: Client, order: str, codes: list[str]) -> None:
    for code in ("b", "a", "B"):
        VoucherFactory(code=code, code_key=code)

    with counted_queries() as queries:
        rows = admin_page.get(f"{CODES}?o={order}").context["cl"].result_list
        assert [row.code for row in rows] == codes

    assert any('"code_key" USING' in query["sql"] for query in queries)


def test_a_campaign_is_not_asked_for_jobs_that_are_done(admin_page: Client) -> None:
    campaign: Campaign = CampaignFactory()

    with counted_queries() as queries:
        assert admin_page.get(f"{URL}{campaign.pk}/change/").status_code == 200

    assert not [query for query in queries if "integrations_asyncaction" in query["sql"]]
