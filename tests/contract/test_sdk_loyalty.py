"""A loyalty programme with the official Python client, unchanged, against a running Fanfare."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from core.actors import Actor
from core.services import api_keys
from tests.conftest import NOW
from tests.telling import tell

pytestmark = pytest.mark.django_db(transaction=True)

STORY = Path(__file__).parent / "sdk_loyalty.py"


def test_a_club_is_made_and_points_are_earned_moved_and_spent(live_server: LiveServer) -> None:
    issued = api_keys.create(name="SDK", actor=Actor.system("tests"), now=NOW)

    def step(name: str) -> dict[str, Any]:
        run = subprocess.run(
            [sys.executable, str(STORY), name, live_server.url, issued.key.app_id, issued.token],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert run.returncode == 0, run.stderr
        seen: dict[str, Any] = json.loads(run.stdout)
        return seen

    assert step("make") == {
        "club": ["LOYALTY_PROGRAM", True, 100],
        "rule": ["order.paid", True, "5 points for every 10 euros"],
        "tier": ["Silver", 100, 999],
        "cards": [["LOYALTY_CARD", 100], ["LOYALTY_CARD", 100]],
    }
    tell()
    # 10 steps of 5 points, times 1.5 of the tier that the first 100 points gave.
    assert step("use") == {
        "earned": [175, 175],
        "adjusted": [10, 110, 110, "loyalty_card"],
        "moved": 235,
        "paid": [5, 19_500, 230],
        "lines": [
            ["POINTS_REDEMPTION", -5],
            ["POINTS_TRANSFER_IN", 60],
            ["POINTS_ACCRUAL", 75],
            ["POINTS_ADDITION", 100],
        ],
        "bucket": 230,
        "tier": "Silver",
    }
