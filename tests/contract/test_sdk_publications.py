"""Publications with the official JavaScript client, unchanged: server side and in the browser."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from core.actors import Actor
from core.models import ApiKey, ProjectSettings
from core.services import api_keys
from tests.contract.test_javascript_sdk import NODE, NPM, installed_client
from tests.factories.promotions import CampaignFactory, VoucherFactory

__all__ = ["installed_client"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not NODE or not NPM, reason="the official JavaScript client needs Node.js and npm"),
]


def test_publishing_in_javascript(installed_client: Path, live_server: LiveServer) -> None:
    VoucherFactory.create_batch(4, campaign=CampaignFactory(name="Spring"))
    VoucherFactory(code="FRIENDS")
    ProjectSettings.objects.update(client_publish_enabled=True)
    said = {"actor": Actor.system("tests"), "now": timezone.now()}
    server = api_keys.create(name="SDK", **said)
    browser = api_keys.create(
        name="Browser", kind=ApiKey.Kind.CLIENT, allowed_origins=["https://shop.example"], **said
    )
    login = (server.key.app_id, server.token, browser.key.app_id, browser.token)

    assert NODE
    done = subprocess.run(
        [NODE, "sdk_publications.mjs", live_server.url, *login],
        cwd=installed_client,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "one": ["publication", "SUCCESS", "JS", "anna", {"wave": 1}],
        "several": 2,
        "generic": "FRIENDS",
        "browser": ["Voucherify.js", "carl"],
        "refusals": ["no_voucher_suitable_for_publication", 1, "no_voucher_suitable_for_publication"],
        "listed": [True],
        "holder": True,
        "count": 1,
        "offered": [True],
    }
