"""No codes and no customers in logs (STYLE 11)."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import structlog
from django.test import Client

from config.logs import json_formatter, without_query, without_secrets


@pytest.mark.parametrize(
    ("request_line", "kept"),
    [
        ("GET /admin/promotions/voucher/?q=SECRET10", "GET /admin/promotions/voucher/"),
        ("GET /v1/vouchers", "GET /v1/vouchers"),
    ],
)
def test_only_the_path_is_kept(request_line: str, kept: str) -> None:
    event: dict[str, Any] = {"event": "request_started", "request": request_line}

    assert without_query(None, "info", event)["request"] == kept


@pytest.mark.parametrize(
    ("request_line", "kept"),
    [
        ("GET /calendar/feeds/s3-cr_et.ics", "GET /calendar/feeds/….ics"),
        ("GET /admin/welcome/12/s3-cr_et/", "GET /admin/welcome/12/…/"),
        ("GET /admin/calendar/", "GET /admin/calendar/"),
    ],
)
def test_an_address_that_opens_something_loses_its_secret(request_line: str, kept: str) -> None:
    event: dict[str, Any] = {"event": "request_finished", "request": request_line}

    assert without_secrets(None, "info", event)["request"] == kept


@pytest.mark.django_db
def test_a_search_for_a_code_leaves_no_code_behind(caplog: pytest.LogCaptureFixture) -> None:
    structlog.contextvars.clear_contextvars()
    with caplog.at_level(logging.INFO, logger="django_structlog"):
        Client().get("/healthz?code=SECRET10")

    lines = [json_formatter().format(record) for record in caplog.records]
    assert any("request_finished" in line and "/healthz" in line for line in lines)
    assert not any("SECRET10" in line for line in lines)
