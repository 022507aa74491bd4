"""GET and DELETE /v1/exports/{exportId}, and the file behind `result.url`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from rest_framework.test import APIClient

from integrations import export_links
from integrations.models import ExportChunk
from tests.conftest import NOW
from tests.factories.integrations import ExportFactory, export_with_file

URL = "/v1/exports"
CONTENT = "id,name\nord_1,Zoë\n".encode()


def link_of(api: APIClient, export_id: str) -> str:
    parts = urlsplit(api.get(f"{URL}/{export_id}").json()["result"]["url"])
    return f"{parts.path}?{parts.query}"


@pytest.mark.parametrize("status", ["SCHEDULED", "IN_PROGRESS"])
def test_no_result_before_it_is_done(api: APIClient, status: str) -> None:
    export = ExportFactory(status=status, parameters={"order": "status"}, actor_kind="user", actor_id="7")

    assert api.get(f"{URL}/{export.public_id}").json() == {
        "id": export.public_id,
        "object": "export",
        "created_at": "2026-03-01T09:00:00.000Z",
        "status": status,
        "channel": "API",
        "result": None,
        "user_id": "user_7",
        "exported_object": "order",
        "parameters": {"order": "status"},
    }


def test_the_link_opens_the_file_without_a_key(api: APIClient, anonymous: APIClient) -> None:
    export = export_with_file(CONTENT)

    answer = anonymous.get(link_of(api, export.public_id))

    assert answer.status_code == 200
    assert answer.getvalue() == CONTENT
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Length"] == str(len(CONTENT))
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"] == (
        f'attachment; filename="order-2026-03-01-{export.public_id}.csv"'
    )


def test_a_client_that_takes_nothing_but_text_gets_it(api: APIClient, anonymous: APIClient) -> None:
    export = export_with_file(CONTENT)

    answer = anonymous.get(link_of(api, export.public_id), headers={"Accept": "text/plain"})

    assert (answer.status_code, answer.getvalue()) == (200, CONTENT)


def test_the_link_opens_nothing_else(api: APIClient, anonymous: APIClient) -> None:
    export, other = export_with_file(CONTENT), export_with_file(b"other\n")
    link = link_of(api, export.public_id)
    token = link.partition("?token=")[2]

    tries = {
        "another export": anonymous.get(link.replace(export.public_id, other.public_id)),
        "another token": anonymous.get(f"{URL}/{export.public_id}?token={token[:-2]}xx"),
        "an empty token": anonymous.get(f"{URL}/{export.public_id}?token="),
        "odd signs": anonymous.get(f"{URL}/{export.public_id}?token=%F0%9F%98%80:a"),
        "the list": anonymous.get(f"{URL}?token={token}"),
        "removing": anonymous.delete(link),
    }

    assert {
        name: (answer.status_code, answer.json()["key"]) for name, answer in tries.items()
    } == dict.fromkeys(tries, (401, "unauthorized"))
    assert ExportChunk.objects.filter(export=export).exists()


def test_the_link_lasts_a_day(api: APIClient, anonymous: APIClient) -> None:
    export = export_with_file(CONTENT)

    with time_machine.travel(NOW, tick=False):
        link = link_of(api, export.public_id)
    with time_machine.travel(NOW + timedelta(hours=24, seconds=-1), tick=False):
        early = anonymous.get(link)
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        late = anonymous.get(link)

    assert (early.status_code, late.status_code) == (200, 401)


@pytest.mark.parametrize("values", [{"status": "IN_PROGRESS"}, {"done": True, "deleted_at": NOW}])
def test_a_good_token_for_a_file_that_is_not_there(anonymous: APIClient, db: None, values: Any) -> None:
    export = ExportFactory(**values)
    token = export_links.token(export.public_id, now=NOW)

    with time_machine.travel(NOW, tick=False):
        answer = anonymous.get(f"{URL}/{export.public_id}", {"token": token})

    assert (answer.status_code, answer.json()["key"]) == (404, "not_found")


def test_removing(api: APIClient, anonymous: APIClient, api_as: Callable[[str], APIClient]) -> None:
    export = export_with_file(CONTENT)
    link = link_of(api, export.public_id)

    assert api_as("VIEWER").delete(f"{URL}/{export.public_id}").status_code == 403
    answers = [api.delete(f"{URL}/{export.public_id}") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 404]
    assert api.get(f"{URL}/{export.public_id}").status_code == 404
    assert anonymous.get(link).status_code == 404
    assert not ExportChunk.objects.exists()


def test_unknown_ones_are_not_found(api: APIClient) -> None:
    body = api.get(f"{URL}/exp_none").json()

    assert (body["code"], body["key"]) == (404, "not_found")
    assert (body["resource_type"], body["resource_id"]) == ("export", "exp_none")


def test_keys(anonymous: APIClient, api_as: Callable[[str], APIClient]) -> None:
    url = f"{URL}/{export_with_file(CONTENT).public_id}"

    assert anonymous.get(url).status_code == 401
    assert api_as("MERCHANT").get(url).status_code == 403
    assert api_as("VIEWER").get(url).status_code == 200
    assert api_as("ADMIN").post(url, {}).status_code == 405
