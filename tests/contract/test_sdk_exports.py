"""Exports with the official clients of the reference API, unchanged: ask, wait, fetch, remove."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import voucherify as sdk
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from core.actors import Actor
from core.services import api_keys
from integrations.services import export_files
from tests.contract.test_javascript_sdk import NODE, NPM, installed_client
from tests.factories.commerce import CustomerFactory

__all__ = ["installed_client"]

pytestmark = pytest.mark.django_db(transaction=True)

FILE = "name,source_id\nZoë,z\nAnna,'=a\n"


@pytest.fixture
def key(db: None) -> api_keys.IssuedKey:
    for name, source_id in (("Anna", "=a"), ("Zoë", "z")):
        CustomerFactory(name=name, source_id=source_id)
    return api_keys.create(name="SDK", actor=Actor.system("tests"), now=timezone.now())


def test_in_python(live_server: LiveServer, key: api_keys.IssuedKey) -> None:
    headers = {"X-App-Id": key.key.app_id, "X-App-Token": key.token}
    wanted = {
        "exported_object": "customer",
        "parameters": {"fields": ["name", "source_id"], "order": "-name"},
    }
    with sdk.ApiClient(sdk.Configuration(host=live_server.url, api_key=headers)) as client:
        exports = sdk.ExportsApi(client)
        made = exports.create_export(
            exports_create_request_body=sdk.ExportsCreateRequestBody.from_dict(wanted)
        )
        assert (made.status, made.result, made.user_id) == ("SCHEDULED", None, None)
        assert export_files.write_next(now=timezone.now())

        found = exports.get_export(made.id)
        token = parse_qs(urlsplit(found.result.url).query)["token"][0]

        assert found.status == "DONE"
        assert exports.download_export(made.id, token=token) == FILE
        assert [export.id for export in exports.list_exports(order="-created_at").exports] == [made.id]
        exports.delete_export(made.id)
        assert exports.list_exports().total == 0


@pytest.mark.skipif(not NODE or not NPM, reason="the official JavaScript client needs Node.js and npm")
def test_in_javascript(installed_client: Path, live_server: LiveServer, key: api_keys.IssuedKey) -> None:
    run = _script(installed_client, live_server.url, key.key.app_id, key.token)

    made = run("create")
    assert export_files.write_next(now=timezone.now())

    assert made["status"] == "SCHEDULED"
    assert run("fetch", made["id"]) == {"status": "DONE", "file": FILE, "listed": [1, 0]}


def _script(folder: Path, *login: str) -> Callable[..., dict[str, Any]]:
    def run(*step: str) -> dict[str, Any]:
        assert NODE
        done = subprocess.run(
            [NODE, "sdk_exports.mjs", *login, *step],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    return run
