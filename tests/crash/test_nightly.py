"""The nightly job killed in the middle: every point ends once, every tier moves once (PROOFS C5)."""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from django.db.models import Sum

from config import devstack, processes
from core.instants import format_instant
from loyalty.models import LotMovement, LoyaltyCard, LoyaltyTier, PointsLot, PointsTransaction, TierChange
from loyalty.services import nightly
from tests.bench import loyalty_rows
from tests.bench.loyalty import ENDS, LATER
from tests.concurrency.web_servers import environment
from tests.loyalty.members import midnight

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

IS_NIGHTLY: Final = os.environ.get("FANFARE_NIGHTLY") == "1"
CARDS: Final = 100_000 if IS_NIGHTLY else 4_000
KILLS: Final = 10 if IS_NIGHTLY else 2
PATIENCE_SECONDS: Final = 120


def ended() -> int:
    return PointsTransaction.objects.filter(type=PointsTransaction.Type.EXPIRATION).count()


def killed_after_some(at: str, log: Path) -> None:
    """Start the night, and end it with kill -9 once it did something more."""
    command = [sys.executable, "-m", "tests.crash.nightly_worker", at]
    before = ended()
    worker = processes.spawn(command, log=log, cwd=devstack.BASE_DIR, env=environment())
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while ended() == before:
            assert worker.poll() is None, processes.tail(log, 20)
            assert time.monotonic() < deadline, processes.tail(log, 20)
            time.sleep(0.005)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()


def test_a_night_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    club = loyalty_rows.programme(tiers_expiration=None)
    silver = LoyaltyTier.objects.create(
        campaign=club, name="Silver", points_from=100, created_at=loyalty_rows.MADE_AT
    )
    loyalty_rows.members(club, CARDS, due=CARDS, ends=ENDS, later=LATER, tier=silver)
    now = midnight(ENDS + timedelta(days=1))

    for _ in range(KILLS):
        killed_after_some(format_instant(now), tmp_path / "night.log")
        done = ended()
        assert 0 < done < CARDS
        assert TierChange.objects.count() == LoyaltyCard.objects.filter(balance=0).count() == done
    nightly.run(now=now)

    assert ended() == TierChange.objects.filter(kind="left").count() == CARDS
    assert set(LoyaltyCard.objects.values_list("balance", "expired_points", "tier")) == {(0, 100, None)}
    assert set(PointsLot.objects.values_list("remaining", "expired")) == {(0, 100)}
    sums = PointsTransaction.objects.aggregate(Sum("amount")), LotMovement.objects.aggregate(Sum("amount"))
    assert sums == ({"amount__sum": 0}, {"amount__sum": 0})
