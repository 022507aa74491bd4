"""Codes in numbers, and the jobs that make them, with the official JavaScript client, unchanged."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from core import dispatch
from core.actors import Actor
from core.services import api_keys
from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.models import Campaign
from tests.contract.test_javascript_sdk import NODE, NPM, installed_client

__all__ = ["installed_client"]

GENERATE = "CAMPAIGN.VOUCHERS_GENERATE"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not NODE or not NPM, reason="the official JavaScript client needs Node.js and npm"),
]


def test_codes_are_made_followed_and_cancelled(installed_client: Path, live_server: LiveServer) -> None:
    actor = Actor.system("tests")
    issued = api_keys.create(name="SDK", actor=actor, now=timezone.now())

    def run(*step: str) -> Any:
        assert NODE
        done = subprocess.run(
            [NODE, "sdk_codes.mjs", live_server.url, issued.key.app_id, issued.token, *step],
            cwd=installed_client,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    started = run("start")
    many = AsyncAction.objects.get(params__campaign=Campaign.objects.get(name="Many").pk)
    waiting = run("follow", started["added"], many.public_id)
    async_actions.cancel(public_id=many.public_id, actor=actor, now=timezone.now())
    while deliveries := dispatch.plan(now=timezone.now()):
        for delivery_id in deliveries:
            dispatch.deliver(delivery_id=delivery_id, now=timezone.now())
    found = run("follow", started["added"], many.public_id)

    assert (started["few"], started["many"]) == (["DONE", 20], ["IN_PROGRESS", 0])
    assert waiting["jobs"] == [[GENERATE, "ENQUEUED", "UNKNOWN", 0, None]] * 2
    assert waiting["campaigns"] == [["IN_PROGRESS", 20], ["IN_PROGRESS", 0]]
    # The contract knows no cancelled jobs: they have failed, and the campaign has what was made.
    assert found["jobs"] == [[GENERATE, "DONE", "SUCCESS", 100, 300], [GENERATE, "FAILED", "FAILED", 0, 0]]
    assert found["campaigns"] == [["DONE", 320], ["FAILED", 0]]
    assert found["listed"] == ["async_action"] * 2
    assert (found["fits"], found["read"]) == (True, 100)
