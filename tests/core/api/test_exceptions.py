from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from rest_framework.test import APIClient

from core.api import views_metadata_schemas
from core.api.exceptions import explain
from core.models import ProjectSettings

LIST = "/v1/metadata-schemas"


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(self: Any, request: Any) -> None:
        raise error

    monkeypatch.setattr(views_metadata_schemas.MetadataSchemasView, "get", fail)


def test_unknown_exception_is_a_500_without_any_trace(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    raising(monkeypatch, ZeroDivisionError("secret-detail"))

    with caplog.at_level(logging.ERROR, logger="core.api.exceptions"):
        answer = api.get(LIST)

    body = answer.json()
    assert answer.status_code == 500
    assert body.pop("request_id").startswith("v-")
    assert body == {"code": 500, "key": "internal_error", "message": "Internal error"}
    assert "secret-detail" not in answer.content.decode()
    ours = [record for record in caplog.records if record.name == "core.api.exceptions"]
    assert [record.levelname for record in ours] == ["ERROR"]
    assert ours[0].exc_info is not None


@pytest.mark.parametrize(
    ("state", "status", "key"),
    [
        ("55P03", 503, "temporarily_unavailable"),
        ("40P01", 503, "temporarily_unavailable"),
        ("40001", 503, "temporarily_unavailable"),
        ("57P01", 503, "temporarily_unavailable"),
        ("57014", 503, "temporarily_unavailable"),
        ("42P01", 500, "internal_error"),
    ],
)
def test_database_that_is_busy_is_a_503(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, state: str, status: int, key: str
) -> None:
    error = OperationalError("busy")
    error.__cause__ = type("Cause", (Exception,), {"sqlstate": state})()
    raising(monkeypatch, error)

    answer = api.get(LIST)

    assert (answer.status_code, answer.json()["key"]) == (status, key)
    assert answer.get("Retry-After") == ("2" if status == 503 else None)


def test_unique_violation_is_a_409_and_other_violations_a_500(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for state, status in (("23505", 409), ("23514", 500)):
        error = IntegrityError("no")
        error.__cause__ = type("Cause", (Exception,), {"sqlstate": state})()
        raising(monkeypatch, error)

        assert api.get(LIST).status_code == status


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_is_held_too_long_is_a_503(management_api: APIClient) -> None:
    settings = ProjectSettings.objects.get()
    is_locked, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                ProjectSettings.objects.select_for_update().get()
                is_locked.set()
                may_end.wait(10)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert is_locked.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        answer = management_api.put(f"/management/v1/projects/{settings.public_id}", {"name": "Other"})
    finally:
        may_end.set()
        holder.join()
        connection.close()

    assert answer.status_code == 503
    assert answer.json()["key"] == "temporarily_unavailable"
    assert ProjectSettings.objects.get().name == "Fanfare"


@pytest.mark.parametrize(
    ("method", "path", "status", "key"),
    [
        ("GET", "/v1/nothing-of-ours", 404, "not_found"),
        ("GET", "/client/v1/nothing", 404, "not_found"),
        ("POST", LIST, 405, "method_not_allowed"),
        ("BREW", LIST, 405, "method_not_allowed"),
        ("TRACE", LIST, 405, "method_not_allowed"),
    ],
)
def test_paths_and_methods_nobody_serves(
    api: APIClient, method: str, path: str, status: int, key: str
) -> None:
    answer = api.generic(method, path)

    assert (answer.status_code, answer.json()["key"], answer.json()["code"]) == (status, key, status)


@pytest.mark.parametrize(
    ("detail", "text"),
    [
        ({"name": ["is required"]}, "Property .name is required"),
        ({"order": {"amount": ["must be an integer"]}}, "Property .order.amount must be an integer"),
        ({"items": [{}, {"id": ["must be a string"]}]}, "Property .items[1].id must be a string"),
        ({"non_field_errors": ["must be an object"]}, "must be an object"),
        (["Payload must be a JSON object."], "Payload must be a JSON object."),
    ],
)
def test_first_complaint_becomes_a_sentence(detail: Any, text: str) -> None:
    assert explain(detail) == text
