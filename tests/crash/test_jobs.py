"""A worker killed in the middle: codes, imports, files. Exact counts, no twins, never stuck (PROOFS C5).

Small here; `FANFARE_NIGHTLY=1` makes it ten kills of work as long as the proof asks for.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from django.db import connection
from django.utils import timezone

from commerce.models import Customer
from config import devstack, processes
from core import dispatch
from core.actors import Actor
from core.models import AuditEntry, EventDelivery, OutboxEvent
from integrations.models import AsyncAction, AsyncActionNote, Export, ExportChunk, ImportChunk
from integrations.selectors.exports import content
from integrations.services import export_files, exports, import_files, imports
from integrations.services.import_files import Sent
from promotions.models import Campaign, Voucher
from promotions.services import campaigns
from promotions.services.vouchers import VoucherSpec
from tests.concurrency.web_servers import environment
from tests.factories.promotions import CampaignFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

IS_NIGHTLY: Final = os.environ.get("FANFARE_NIGHTLY") == "1"
CODES: Final = 120_000 if IS_NIGHTLY else 30_000
KILLS: Final = 10 if IS_NIGHTLY else 2
IMPORTED: Final = 150_000 if IS_NIGHTLY else 20_000
KILLS_OF_IMPORTS: Final = 10 if IS_NIGHTLY else 1
EXPORTED: Final = 300_000 if IS_NIGHTLY else 20_000
# A file is given up after five attempts, so that one that kills its writer does not kill all of them.
KILLS_OF_EXPORTS: Final = export_files.MAX_ATTEMPTS - 1 if IS_NIGHTLY else 1
PATIENCE_SECONDS: Final = 120


def killed_while(is_in_the_middle: Callable[[], bool], log: Path) -> None:
    """Start a worker and end it with kill -9 at such a moment."""
    command = [sys.executable, "-m", "tests.crash.job_worker"]
    worker = processes.spawn(command, log=log, cwd=devstack.BASE_DIR, env=environment())
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_in_the_middle():
            assert worker.poll() is None, processes.tail(log, 20)
            assert time.monotonic() < deadline, processes.tail(log, 20)
            time.sleep(0.005)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()


def is_running(statement: str) -> bool:
    """Whether some connection is at such a statement right now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity "
            "WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE %s",
            [statement],
        )
        return cursor.fetchone() is not None


def holds_the_lock_of_writers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = %s",
            [export_files._WRITER_LOCK],
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
        killed_while(lambda: is_running("COPY promotions_voucher%"), tmp_path / "worker.log")
        job = AsyncAction.objects.get()
        assert Voucher.objects.count() == job.position == job.done_count < CODES
    work_off()

    job, campaign = AsyncAction.objects.get(), Campaign.objects.get()
    assert (job.status, job.operation_status, job.done_count) == ("DONE", "SUCCESS", CODES)
    assert (campaign.generation_status, campaign.vouchers_count) == ("DONE", CODES)
    assert Voucher.objects.count() == Voucher.objects.values("code_key").distinct().count() == CODES
    assert OutboxEvent.objects.filter(name="campaign.vouchers.generation.completed").count() == 1
    assert not EventDelivery.objects.exclude(status=EventDelivery.Status.DONE).exists()


def test_a_file_is_imported_once_after_kills_in_the_middle_of_slices(actor: Actor, tmp_path: Path) -> None:
    lines = (f"c{number},Guest {number},g{number}@shop.example" for number in range(IMPORTED))
    data = "\n".join(("source_id,name,email", *lines, "")).encode()
    sent = Sent(name="people.csv", size_bytes=len(data), pieces=lambda: (data,))
    file = import_files.receive(kind="customers", sent=sent, actor=actor, now=timezone.now())
    imports.run(file_id=file.pk, actor=actor, now=timezone.now())

    for kill in range(KILLS_OF_IMPORTS):
        begun = kill * IMPORTED // (2 * KILLS_OF_IMPORTS)

        def is_in_a_slice(begun: int = begun) -> bool:
            return AsyncAction.objects.get().position >= begun and is_running("%staged_customers%")

        killed_while(is_in_a_slice, tmp_path / "worker.log")
        job = AsyncAction.objects.get()
        assert Customer.objects.count() == job.position == job.done_count < IMPORTED
    work_off()

    job = AsyncAction.objects.get()
    assert (job.status, job.operation_status) == ("DONE", "SUCCESS")
    assert (job.done_count, job.failed_count, job.progress) == (IMPORTED, 0, 100)
    assert Customer.objects.count() == Customer.objects.values("source_id").distinct().count() == IMPORTED
    assert AuditEntry.objects.filter(action="customer.created").count() == IMPORTED
    assert Customer.objects.get(source_id=f"c{IMPORTED - 1}").email == f"g{IMPORTED - 1}@shop.example"
    # What was written down of slices that died went with them.
    slices = AsyncActionNote.objects.filter(action=job, text__startswith="Rows ")
    assert slices.count() == IMPORTED // 10_000
    assert not ImportChunk.objects.exists()
    assert not EventDelivery.objects.exclude(status=EventDelivery.Status.DONE).exists()


def test_a_file_is_whole_after_kills_while_it_was_written(actor: Actor, tmp_path: Path) -> None:
    now = timezone.now()
    Customer.objects.bulk_create(
        [Customer(source_id=f"c{n}", name=f"Guest {n}", created_at=now) for n in range(EXPORTED)],
        batch_size=10_000,
    )
    exports.request(
        exported_object="customer", parameters={"fields": ["source_id", "name"]}, actor=actor, now=now
    )

    for kill in range(1, KILLS_OF_EXPORTS + 1):

        def is_being_written(attempt: int = kill) -> bool:
            return (Export.objects.get().attempts, holds_the_lock_of_writers()) == (attempt, True)

        killed_while(is_being_written, tmp_path / "worker.log")
        left = Export.objects.get()
        assert (left.status, ExportChunk.objects.count()) == (Export.Status.IN_PROGRESS, 0)
    deadline = time.monotonic() + PATIENCE_SECONDS
    # PostgreSQL lets go of the dead writer's lock once it notices that nobody is there any more.
    while not export_files.write_next(now=timezone.now()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    work_off()

    done = Export.objects.get()
    assert (done.status, done.attempts, done.rows_count) == ("DONE", KILLS_OF_EXPORTS + 1, EXPORTED)
    written = b"".join(content(done)).decode().splitlines()
    assert (written[0], len(written)) == ("source_id,name", EXPORTED + 1)
    assert len(set(written)) == EXPORTED + 1
    assert OutboxEvent.objects.filter(name=exports.FINISHED).count() == 1
