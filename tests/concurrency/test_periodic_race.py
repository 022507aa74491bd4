"""Two beats and their workers: one run of a job at a time, and no lock of the dead."""

from __future__ import annotations

import subprocess
import sys
import threading

import psycopg
from django.db import connection

from core.models import AuditEntry, PeriodicRun
from core.services import periodic_runs
from promotions.models import Campaign, Lifecycle
from promotions.tasks import settle_campaigns
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory

TASK = "tests.do_something"


def test_of_eight_at_once_one_works() -> None:
    barrier, over = threading.Barrier(8), threading.Event()
    answers: list[int | None] = []
    working = threading.Semaphore(0)

    def work(now: object) -> int:
        working.release()
        assert over.wait(30)
        return 1

    def run() -> None:
        try:
            barrier.wait()
            answers.append(periodic_runs.run(task=TASK, work=work, now=NOW))
            if len(answers) == 7:
                over.set()  # all others have come back while one still works
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers, key=str) == [1, *[None] * 7]
    assert working.acquire(blocking=False)
    assert not working.acquire(blocking=False)
    assert PeriodicRun.objects.get().dealt_with == 1


def test_two_beats_start_each_campaign_once() -> None:
    rows = [CampaignFactory(lifecycle=Lifecycle.SCHEDULED, starts_at=NOW) for _ in range(12)]
    barrier = threading.Barrier(4)

    def run() -> None:
        try:
            barrier.wait()
            settle_campaigns()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Campaign.objects.filter(lifecycle=Lifecycle.LIVE).count() == len(rows)
    assert AuditEntry.objects.filter(action="campaign.started").count() == len(rows)


_HOLDER = """
import psycopg, sys, time
connection = psycopg.connect(sys.argv[1])
connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", [int(sys.argv[2]), int(sys.argv[3])])
print("held", flush=True)
time.sleep(600)
"""


def test_a_killed_process_leaves_no_lock_behind() -> None:
    settings = connection.get_connection_params()
    dsn = psycopg.conninfo.make_conninfo(
        **{name: settings[name] for name in ("dbname", "user", "host", "port") if settings.get(name)}
    )
    numbers = [str(periodic_runs.LOCKS), str(periodic_runs.lock_number(TASK))]
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, dsn, *numbers], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert periodic_runs.run(task=TASK, work=lambda now: 1, now=NOW) is None
        holder.kill()
        holder.wait()
        # The server notices within a moment; whoever waits for the lock gets it then.
        with psycopg.connect(dsn) as waiting:
            waiting.execute("SELECT pg_advisory_xact_lock(%s, %s)", [int(number) for number in numbers])

    assert periodic_runs.run(task=TASK, work=lambda now: 1, now=NOW) == 1
