"""Gift cards with the official Python client, unchanged, against a running Fanfare."""

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

pytestmark = pytest.mark.django_db(transaction=True)

CARDS = Path(__file__).parent / "sdk_gift_cards.py"


def test_a_card_is_made_paid_with_and_followed(live_server: LiveServer) -> None:
    issued = api_keys.create(name="SDK", actor=Actor.system("tests"), now=NOW)

    run = subprocess.run(
        [sys.executable, str(CARDS), live_server.url, issued.key.app_id, issued.token],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert run.returncode == 0, run.stderr
    seen: dict[str, Any] = json.loads(run.stdout)
    assert seen == {
        "kind": "GIFT_VOUCHERS",
        "new": ["GIFT_VOUCHER", 10_000, "APPLY_TO_ORDER"],
        "changed": [500, 10_500, 10_500, "gift_voucher", "MANUAL"],
        "would": [10_500, 700],
        "paid": [700, 700, 4_300],
        "back": -700,
        "newest": [
            ["CREDITS_REFUND", 700, 10_500],
            ["CREDITS_REDEMPTION", -700, 9_800],
            ["CREDITS_ADDITION", 500, 10_500],
        ],
        "more": True,
        "all": 4,
    }
