"""A worker killed while it makes codes: exact counts, no twins, never stuck (PROOFS C5)."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Final

import pytest
from django.db import connection
from django.utils import timezone

from config import devstack, processes
from core import dispatch
from core.actors import Actor
from core.models import EventDelivery, OutboxEvent
from integrations.models import AsyncAction
from promotions.models import Campaign, Voucher
from promotions.services import campaigns
from promotions.services.vouchers import VoucherSpec
from tests.concurrency.web_servers import environment
from tests.factories.promotions import CampaignFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

IS_NIGHTLY: Final = os.environ.get("FANFARE_NIGHTLY") == "1"
CODES: Final = 120_000 if IS_NIGHTLY else 30_000
KILLS: Final = 10 if IS_NIGHTLY else 2
PATIENCE_SECONDS: Final = 120


def killed_while_copying(log: Path) -> None:
    """Start a worker and end it with kill -9 in the middle of a slice."""
    command = [sys.executable, "-m", "tests.crash.job_worker"]
    worker = processes.spawn(command, log=log, cwd=devstack.BASE_DIR, env=environment())
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_copying():
            assert worker.poll() is None, processes.tail(log, 20)
            assert time.monotonic() < deadline, processes.tail(log, 20)
            time.sleep(0.005)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()


def is_copying() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY promotions_voucher%%'"
        )
        return cursor.fetchone() is not None


def work_off() -> None:
    while True:
        dispatch.plan(now=timezone.now())
        waiting = EventDelivery.objects.filter(status=EventDelivery.Status.PENDING).order_by("pk")
        pks = list(waiting.values_list("pk", flat=True))
        if not pks:
            return
        for pk in pks:
            dispatch.deliver(delivery_id=pk, now=timezone.now())


def test_codes_are_exact_after_kills_in_the_middle_of_slices(actor: Actor, tmp_path: Path) -> None:
    campaign = CampaignFactory()
    now = timezone.now()
    campaigns.add_codes(campaign=campaign, count=CODES, spec=VoucherSpec(), actor=actor, now=now)

    for _ in range(KILLS):
        killed_while_copying(tmp_path / "worker.log")
        job = AsyncAction.objects.get()
        assert Voucher.objects.count() == job.position == job.done_count < CODES
    work_off()

    job, campaign = AsyncAction.objects.get(), Campaign.objects.get()
    assert (job.status, job.operation_status, job.done_count) == ("DONE", "SUCCESS", CODES)
    assert (campaign.generation_status, campaign.vouchers_count) == ("DONE", CODES)
    assert Voucher.objects.count() == Voucher.objects.values("code_key").distinct().count() == CODES
    assert OutboxEvent.objects.filter(name="campaign.vouchers.generation.completed").count() == 1
    assert not EventDelivery.objects.exclude(status=EventDelivery.Status.DONE).exists()
