"""The official Python client gets an error that it can use when a change has to wait for a yes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from approvals.models import ApprovalRequest
from core.actors import Actor
from core.services import api_keys
from tests.approvals.world import policy
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = Path(__file__).parent / "sdk_approvals.py"


def test_a_change_that_waits_is_an_error_with_its_request(live_server: LiveServer) -> None:
    policy("Finance", name="Everything")
    campaign = CampaignFactory(metadata={"season": "winter"})
    issued = api_keys.create(name="SDK", actor=Actor.system("tests"), now=NOW)

    run = subprocess.run(
        [sys.executable, str(SCRIPT), live_server.url, issued.key.app_id, issued.token, campaign.public_id],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert run.returncode == 0, run.stderr
    seen: dict[str, Any] = json.loads(run.stdout)
    request = ApprovalRequest.objects.get()
    bodies = [json.loads(refusal["body"]) for refusal in seen["refusals"]]
    assert [(one["type"], one["status"]) for one in seen["refusals"]] == [("ForbiddenException", 403)] * 2
    assert {(one["key"], one["resource_type"], one["resource_id"]) for one in bodies} == {
        ("approval_required", "approval_request", request.public_id)
    }
    assert all("waits for: Finance" in one["details"] for one in bodies)
    assert seen["metadata"] == {"season": "winter"}
