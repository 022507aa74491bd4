"""Sealing beside many writers: nothing is missed, nothing is reported that is right, nobody waits."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from core import audit
from core.actors import Actor
from core.models import AuditEntry, ProjectSettings, Seal
from core.services import audit_verification, sealing
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
TABLE = "core_auditentry"
COLUMNS = "at, actor_kind, actor_id, actor_label, channel, action, entity_type, entity_id, entity_label"
INSERT = (
    f"INSERT INTO {TABLE} ({COLUMNS}, request_id, approval_id) "  # noqa: S608 - ours
    "VALUES (now(), '', '', '', '', 'other.said', '', '', '', '', '') RETURNING id"
)
WRITERS, TURNS = 6, 40


@pytest.fixture
def other() -> Iterator[psycopg.Connection[Any]]:
    """Another process."""
    params = {**connection.get_connection_params()}
    opened = psycopg.connect(
        **{name: params[name] for name in ("dbname", "user", "password", "host", "port") if name in params}
    )
    yield opened
    opened.close()


def say(number: int) -> AuditEntry:
    return audit.log(
        Actor.system("tests"), "race.said", ProjectSettings.objects.get(), now=NOW, after={"n": number}
    )


def work(chance: random.Random) -> None:
    """What a transaction does besides: others overtake it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(n) FROM generate_series(1, %s) AS n", [chance.randrange(1, 60_000)])


def sealed() -> list[int]:
    """The ids under seals, in the order of the seals."""
    lists = Seal.objects.filter(table=TABLE).order_by("number").values_list("ids", flat=True)
    return [pk for ids in lists for pk in ids]


def test_a_higher_number_waits_for_a_lower_one_that_commits_later(other: psycopg.Connection[Any]) -> None:
    ((lower,),) = other.execute(INSERT).fetchall()
    higher = say(1).pk
    assert lower < higher

    assert [sealing.seal(now=NOW), sealing.seal(now=NOW)] == [0, 0]
    other.commit()
    sealing.seal(now=NOW)

    assert sealed() == [lower, higher]
    assert audit_verification.verify(now=NOW).findings == []


def test_waits_for_a_number_whose_transaction_has_none_itself_yet(other: psycopg.Connection[Any]) -> None:
    """Between the row's number and the transaction's: `pg_snapshot_xmin` would not wait here."""
    say(0)
    sealing.seal(now=NOW)
    other.execute("LOCK TABLE core_auditentry IN ROW EXCLUSIVE MODE")  # as every INSERT does first
    assert other.execute("SELECT pg_current_xact_id_if_assigned()").fetchone() == (None,)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('core_auditentry', 'id'))")
        ((lower,),) = cursor.fetchall()
    higher = say(1).pk

    assert sealing.seal(now=NOW) == 0
    other.execute(
        f"INSERT INTO {TABLE} (id, {COLUMNS}, request_id, approval_id) "  # noqa: S608 - ours
        "VALUES (%s, now(), '', '', '', '', '', '', '', '', '', '')",
        [lower],
    )
    other.commit()
    assert sealing.seal(now=NOW) == 2

    assert sealed()[1:] == [lower, higher]
    assert audit_verification.verify(now=NOW).findings == []


def test_whoever_only_reads_holds_nothing_up(other: psycopg.Connection[Any]) -> None:
    """A backup reads for hours."""
    other.execute("SELECT count(*) FROM core_auditentry")
    say(1)

    assert sealing.seal(now=NOW) == 1


def test_one_who_writes_on_and_on_holds_up_only_what_is_written_meanwhile(
    other: psycopg.Connection[Any],
) -> None:
    before = say(1).pk
    sealing.seal(now=NOW)
    other.execute(INSERT)
    meanwhile = say(2).pk

    assert sealing.seal(now=NOW) == 0
    assert sealed() == [before]
    other.rollback()
    assert sealing.seal(now=NOW) == 1
    assert sealed() == [before, meanwhile]


def test_writers_do_not_wait_for_the_sealing(other: psycopg.Connection[Any]) -> None:
    """While a batch is being sealed, and not yet committed, others write."""
    say(1)
    other.execute("SET lock_timeout = '2s'")
    with transaction.atomic():
        assert sealing.seal(now=NOW) == 1
        other.execute(INSERT)
        other.commit()

    assert AuditEntry.objects.count() == 2


def test_no_false_alarm_and_nothing_missed_beside_writers_who_take_back(at_once: AtOnce) -> None:
    done = threading.Semaphore(0)
    alarms: list[Any] = []

    def write(seed: int) -> Callable[[], None]:
        chance = random.Random(seed)

        def run() -> None:
            for turn in range(TURNS):
                with transaction.atomic():
                    for number in range(chance.randrange(1, 4)):
                        say(turn * 10 + number)
                        work(chance)
                    if chance.random() < 0.3:
                        transaction.set_rollback(True)
            done.release()

        return run

    def seal() -> None:
        finished = 0
        while finished < WRITERS:
            sealing.seal(now=NOW, batch_size=50)
            finished += done.acquire(blocking=False)

    def prove() -> None:
        while not proven.is_set():
            alarms.extend(audit_verification.verify(now=NOW).findings)

    proven = threading.Event()

    def seal_then_stop() -> None:
        try:
            seal()
        finally:
            proven.set()

    at_once([*(write(seed) for seed in range(WRITERS)), seal_then_stop, seal_twin(proven), prove])

    assert alarms == []
    sealing.seal(now=NOW)
    assert sealed() == list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))
    assert len(set(sealed())) > WRITERS * TURNS / 2
    assert audit_verification.verify(now=NOW).findings == []


def seal_twin(stop: threading.Event) -> Callable[[], None]:
    """Two schedulers are harmless."""

    def run() -> None:
        while not stop.is_set():
            sealing.seal(now=NOW, batch_size=20)

    return run
