"""The official Python client of the reference API, unchanged, against a running Fanfare."""

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

JOURNEY = Path(__file__).parent / "sdk_journey.py"


def test_a_shops_first_day(live_server: LiveServer) -> None:
    issued = api_keys.create(name="SDK", actor=Actor.system("tests"), now=NOW)

    run = subprocess.run(
        [sys.executable, str(JOURNEY), live_server.url, issued.key.app_id, issued.token, "Autumn"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert run.returncode == 0, run.stderr
    seen: dict[str, Any] = json.loads(run.stdout)
    assert seen == {
        "campaign": "Autumn",
        "kind": "DISCOUNT_COUPONS",
        "job": True,
        "code": "Autumn-CODE",
        "listed": 5,
        "found": True,
        "jobs": 1,
        "valid": True,
        "total": 7000,
        "refused": [False, 2],
        "offers": 0,
        "redeemed": "SUCCESS",
        "read": "ROLLED_BACK",
        "redemptions": 1,
        "uses": 1,
        "rollback": ["SUCCESS", "returned", "CANCELED"],
        "order": "CREATED",
        "orders": 2,
        "skus": 1,
        "bulk": True,
        "event": "seen",
        "customers": 2,
        "tiers": 0,
        "categories": 0,
        "collections": 1,  # all products, from the beginning
        "rule": ["Autumn rule 2", "expression", "prod_1", "Not this time"],
        "ruled": ["APPLY_TO_ITEMS", 1],
        "assignments": ["voucher", 2, 1, 2],
        "rules": 0,
    }
