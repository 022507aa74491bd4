"""Earning rules and loyalty tiers with the official client of the reference API, unchanged."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from core.actors import Actor
from core.services import api_keys
from loyalty.models import EarningRule
from promotions.models import Reward, RewardAssignment
from tests.contract.test_javascript_sdk import NODE, NPM, installed_client
from tests.factories.promotions import CREATED_AT, CampaignFactory
from tests.loyalty.members import holds, member, programme, tier

__all__ = ["installed_client"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.skipif(not NODE or not NPM, reason="the official JavaScript client needs Node.js and npm")
def test_in_javascript(installed_client: Path, live_server: LiveServer) -> None:
    key = api_keys.create(name="SDK", actor=Actor.system("tests"), now=timezone.now())
    club, other = programme(), programme("Other")
    rule = EarningRule.objects.create(
        campaign=club, event="order.paid", loyalty={"type": "FIXED", "points": 35}, created_at=CREATED_AT
    )
    reward = Reward.objects.create(
        name="Mug", type=Reward.Type.CAMPAIGN, campaign=CampaignFactory(), created_at=CREATED_AT
    )
    assignment = RewardAssignment.objects.create(
        reward=reward, campaign=club, points=25, created_at=CREATED_AT
    )
    card = member(other, "A")
    holds(card, tier(other, "Bronze", 0), since=date(2026, 1, 1), until=date(2099, 12, 31))

    done = subprocess.run(
        [
            str(NODE),
            "sdk_tiers.mjs",
            live_server.url,
            key.key.app_id,
            key.token,
            club.public_id,
            rule.public_id,
            assignment.public_id,
            "A",
        ],
        cwd=installed_client,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "rules": {
            "banner": "5 points for every 10.00",
            "waits": [14, None],
            "active": [False, True],
            "known": 2,
            "same": True,
            "left": 1,
        },
        "made": ["Silver", "Gold"],
        "same": True,
        "listed": [["Silver", 1000, 4999], ["Gold", 5000, 9999]],
        "total": 2,
        "earns": [70],
        "pays": [20],
        "held": [["Bronze", "2099-12-31"]],
        "refused": {"code": 400, "key": "invalid_payload"},
    }
