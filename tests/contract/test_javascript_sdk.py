"""The official JavaScript client of the reference API, unchanged, against a running Fanfare."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from pytest_django.live_server_helper import LiveServer

from core.actors import Actor
from core.models import AuditEntry
from core.services import api_keys
from tests.conftest import NOW

HERE = Path(__file__).parent
NODE, NPM = shutil.which("node"), shutil.which("npm")

pytestmark = [
    pytest.mark.skipif(not NODE or not NPM, reason="the official JavaScript client needs Node.js and npm"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="session")
def installed_client() -> Path:
    """The client from the npm registry, installed once beside its lock file."""
    if not (HERE / "node_modules" / "@voucherify" / "sdk").exists():
        assert NPM
        command = [NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode != 0:
            pytest.skip(f"the npm registry could not be reached: {done.stderr.strip()[-200:]}")
    return HERE


def test_a_shops_first_day(installed_client: Path, live_server: LiveServer) -> None:
    issued = api_keys.create(name="SDK", actor=Actor.system("tests"), now=NOW)

    seen = first_day(installed_client, live_server.url, issued.key.app_id, issued.token)

    assert_all_went_well(seen)


def test_the_same_day_with_a_bearer_token(installed_client: Path, live_server: LiveServer) -> None:
    issued = api_keys.create(name="SDK", actor=Actor.system("tests"), now=NOW)
    headers = {"X-App-Id": issued.key.app_id, "X-App-Token": issued.token}
    form = urlencode({"grant_type": "client_credentials", "scope": "api"})
    url, kind = f"{live_server.url}/v1/oauth/token", "application/x-www-form-urlencoded"
    got = Request(url, form.encode(), {**headers, "Content-Type": kind})  # noqa: S310 - our own server
    with urlopen(got) as answer:  # noqa: S310
        bearer = json.load(answer)["access_token"]

    seen = first_day(installed_client, live_server.url, "no-key", "no-secret", bearer)

    assert_all_went_well(seen)
    made = AuditEntry.objects.get(action="campaign.created")
    assert (made.actor_kind, made.actor_id) == ("api_key", issued.key.app_id)


def first_day(folder: Path, url: str, app_id: str, token: str, *bearer: str) -> dict[str, Any]:
    assert NODE
    run = subprocess.run(
        [NODE, "sdk_journey.mjs", url, app_id, token, "Spring", *bearer],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    seen: dict[str, Any] = json.loads(run.stdout)
    return seen


def assert_all_went_well(seen: dict[str, Any]) -> None:
    assert seen["campaign"]["id"].startswith("camp_")
    assert seen["campaign"]["status"] == "DONE"
    assert seen["campaign"]["hasEnd"] is False
    assert seen["voucher"] == {"code": "Spring-CODE", "campaign": "Spring", "quantity": 1}
    assert seen["generated"].startswith("SDK-")
    assert seen["standalone"] == 8
    assert seen["validation"] == {"valid": True, "total": 8100, "inapplicable": False, "hasRules": True}
    assert seen["refused"] == {"valid": False, "key": "not_found"}
    assert seen["redemption"] == {"result": "SUCCESS", "total": 8100, "status": "PAID"}
    assert seen["second"] == {"status": 400, "key": "quantity_exceeded", "type": "redemption"}
    assert seen["listed"] == {"total": 1, "first": True}
    assert seen["uses"] == {"quantity": 1, "redeemed": 1, "entries": 2}
    assert seen["rollback"] == {
        "result": "SUCCESS",
        "reason": "changed his mind",
        "total": 9000,
        "status": "CANCELED",
    }
    assert seen["after"] == 0
    assert seen["single"] == {"valid": True, "total": 9000}
    assert seen["page"] == {"total": 2, "object": "list"}
    assert seen["disabled"] == "voucher_disabled"
    assert seen["known"] == "anna@shop.example"
