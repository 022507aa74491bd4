"""The files: what is in them, one moment, one writer, and what a crash leaves."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from core.actors import Actor
from core.models import OutboxEvent
from integrations.models import AsyncAction, Export, ExportChunk
from integrations.selectors import exports as known
from integrations.services import export_files, exports
from tests.conftest import counted_queries
from tests.factories.integrations import ExportFactory
from tests.integrations.exported import NAME, Notes, note, notes

__all__ = ["notes"]

pytestmark = pytest.mark.django_db


def ask(parameters: dict[str, Any] | None = None, **values: Any) -> Export:
    export: Export = ExportFactory(exported_object=NAME, parameters=parameters or {}, **values)
    return export


def file_of(export: Export) -> str:
    return b"".join(known.content(export)).decode()


def written(now: datetime, parameters: dict[str, Any] | None = None, **values: Any) -> str:
    export = ask(parameters, **values)
    assert export_files.write_next(now=now)
    export.refresh_from_db()
    assert export.failure == ""
    assert export.status == "DONE"
    return file_of(export)


def test_the_default_fields_oldest_row_first(notes: Notes, now: datetime) -> None:
    for kind, cost in (("b", 1050), ("a", 5), ("hidden", 0), ("=c", 0)):
        note(kind, rows_count=cost)
    export = ask()

    assert export_files.write_next(now=now)

    export.refresh_from_db()
    assert file_of(export) == "type,cost\nb,10.50\na,0.05\n'=c,0.00\n"
    assert (export.status, export.rows_count, export.size_bytes) == ("DONE", 3, 34)
    assert export.started_at == now
    assert now <= export.finished_at <= now + timedelta(minutes=1)
    event = OutboxEvent.objects.get()
    assert (event.name, event.payload) == ("export.finished", {"exported_object": NAME, "rows": 3})


def test_fields_order_and_keys_of_metadata(notes: Notes, now: datetime) -> None:
    note("a", progress=1, params={"lang": "de", "vip": True})
    note("b", progress=2)

    asked = {"fields": ["metadata.lang", "type", "metadata"], "order": "-progress"}

    rows = ["metadata.lang,type,metadata", ",b,{}", 'de,a,"{""vip"":true,""lang"":""de""}"']
    assert written(now, asked).splitlines() == rows


def test_rows_of_one_rank_come_in_the_order_of_their_keys(notes: Notes, now: datetime) -> None:
    for kind in "cab":
        note(kind)

    assert written(now, {"fields": ["type"], "order": "progress"}) == "type\nc\na\nb\n"
    assert written(now, {"fields": ["type"], "order": "-progress"}) == "type\nb\na\nc\n"


def test_an_or_in_the_filters_does_not_leave_the_scope(notes: Notes, now: datetime) -> None:
    note("a", channel="SHOP")
    note("b", channel="TILL", progress=9)
    note("c", channel="SHOP", progress=9)
    filters = {
        "junction": "or",
        "type": {"conditions": {"$is": "b"}},
        "progress": {"conditions": {"$more_than": 5}},
    }

    asked = {"fields": ["type"], "filters": filters}

    assert written(now, asked, scope={"channel": "SHOP"}) == "type\nc\n"
    assert written(now, asked) == "type\nb\nc\n"


def test_days_in_filters_are_those_of_the_request(notes: Notes, now: datetime) -> None:
    note("then", created_at=now)
    note("later", created_at=now + timedelta(days=2))
    asked = {"fields": ["type"], "filters": {"created_at": {"conditions": {"$today": [""]}}}}

    assert written(now + timedelta(days=2), asked, created_at=now) == "type\nthen\n"


def test_no_rows_make_a_file_of_one_line(notes: Notes, now: datetime) -> None:
    assert written(now) == "type,cost\n"


def test_one_select_however_many_rows_and_chunks(
    notes: Notes, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_files, "CHUNK_LENGTH", 100)
    selects = []
    for count in (3, 200):
        AsyncAction.objects.all().delete()
        AsyncAction.objects.bulk_create(AsyncAction(type=f"t{n:04}", created_at=now) for n in range(count))
        export = ask({"fields": ["type"]})
        with counted_queries() as queries:
            export_files.write_next(now=now)
        selects.append(sum(' FROM "integrations_asyncaction"' in query["sql"] for query in queries))

        assert file_of(export) == "type\n" + "".join(f"t{n:04}\n" for n in range(count))

    assert ExportChunk.objects.filter(export=export).count() == 12
    assert selects == [1, 1]


def test_the_oldest_goes_first_and_the_last_one_ends_it(notes: Notes, now: datetime) -> None:
    first, second = ask(), ask()

    assert export_files.write_next(now=now)
    done = set(Export.objects.filter(status="DONE"))
    rest = [export_files.write_next(now=now) for _ in range(2)]

    assert done == {first}
    assert rest == [True, False]
    assert set(Export.objects.filter(status="DONE")) == {first, second}


def test_what_breaks_ends_as_an_error_without_a_file_and_holds_nobody_up(notes: Notes, now: datetime) -> None:
    def breaks(kind: str) -> None:
        raise RuntimeError("anna@shop.example")

    note("a")
    notes.watch = breaks
    broken, fine = ask(), ask({"fields": ["cost"]})

    assert [export_files.write_next(now=now) for _ in range(3)] == [True, True, False]

    broken.refresh_from_db()
    fine.refresh_from_db()
    assert (broken.status, broken.failure) == ("ERROR", "Internal error (RuntimeError)")
    assert (broken.finished_at, file_of(broken)) == (now, "")
    assert (fine.status, file_of(fine)) == ("DONE", "cost\n0.00\n")
    assert [event.name for event in OutboxEvent.objects.order_by("pk")] == [
        "export.failed",
        "export.finished",
    ]


def test_an_object_that_a_former_release_had_fails(now: datetime) -> None:
    export = ExportFactory(exported_object="gone")

    assert export_files.write_next(now=now)

    export.refresh_from_db()
    assert export.status == "ERROR"


def test_a_busy_database_leaves_it_open(notes: Notes, now: datetime) -> None:
    def is_busy(kind: str) -> None:
        raise OperationalError("lock timeout")

    note("a")
    notes.watch = is_busy
    export = ask({"fields": ["type"]})

    with pytest.raises(OperationalError):
        export_files.write_next(now=now)

    export.refresh_from_db()
    assert (export.status, export.attempts) == ("IN_PROGRESS", 1)
    notes.watch = lambda kind: None
    assert export_files.write_next(now=now)
    assert file_of(export) == "type\na\n"


def test_gives_up_after_five_attempts_and_goes_on_with_the_next(notes: Notes, now: datetime) -> None:
    killer, next_one = ask(status="IN_PROGRESS", attempts=5), ask()

    assert export_files.write_next(now=now)

    killer.refresh_from_db()
    next_one.refresh_from_db()
    assert (killer.status, killer.failure) == ("ERROR", "Given up after 5 attempts")
    assert next_one.status == "DONE"


@pytest.mark.django_db(transaction=True)
class TestTogether:
    """With other connections at work."""

    def during(self, notes: Notes, act: Callable[[], None]) -> None:
        """Let another connection do `act` when the second row is written."""

        def run() -> None:
            try:
                act()
            finally:
                connection.close()

        def watch(kind: str) -> None:
            if kind == "b":
                thread = threading.Thread(target=run)
                thread.start()
                thread.join(timeout=20)
                assert not thread.is_alive()

        notes.watch = watch

    def test_the_file_shows_one_moment(self, notes: Notes, now: datetime) -> None:
        # More rows than are fetched at once: the later ones are read after the change.
        AsyncAction.objects.bulk_create(
            AsyncAction(type=kind, created_at=now) for kind in ["a", "b", *["c"] * 5000]
        )

        def change() -> None:
            AsyncAction.objects.filter(type="c").update(type="changed")
            AsyncAction.objects.bulk_create(AsyncAction(type="new", created_at=now) for _ in range(10))

        self.during(notes, change)

        assert written(now, {"fields": ["type"]}) == "type\na\nb\n" + "c\n" * 5000
        assert AsyncAction.objects.filter(type="c").count() == 0

    def test_others_see_that_it_runs_and_are_sent_away(self, notes: Notes, now: datetime) -> None:
        note("b")
        export = ask({"fields": ["type"]})
        seen: list[Any] = []

        def look() -> None:
            status = Export.objects.get().status
            seen.append((status, export_files.write_next(now=now), ExportChunk.objects.count()))

        self.during(notes, look)

        assert export_files.write_next(now=now)
        assert seen == [("IN_PROGRESS", False, 0)]
        export.refresh_from_db()
        assert (file_of(export), export.attempts) == ("type\nb\n", 1)

    def test_one_that_is_removed_meanwhile_comes_to_nothing(
        self, notes: Notes, now: datetime, actor: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The first rows are stored already, and their foreign key holds the export's row.
        monkeypatch.setattr(export_files, "CHUNK_LENGTH", 1)
        for kind in "abc":
            note(kind)
        export = ask({"fields": ["type"]})
        self.during(notes, lambda: exports.remove(export_id=export.public_id, actor=actor, now=now))

        assert export_files.write_next(now=now)

        export.refresh_from_db()
        assert (export.status, export.deleted_at) == ("ERROR", now)
        assert not ExportChunk.objects.exists()
        assert [event.name for event in OutboxEvent.objects.all()] == ["export.deleted"]

    def test_a_writer_that_was_killed_leaves_nothing_and_the_next_one_writes_all(
        self, notes: Notes, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(export_files, "CHUNK_LENGTH", 1)
        for kind in "abc":
            note(kind)
        export = ask({"fields": ["type"]})
        notes.watch = lambda kind: os.kill(os.getpid(), signal.SIGKILL) if kind == "c" else None

        assert self.in_a_child(lambda: export_files.write_next(now=now)) == signal.SIGKILL

        export.refresh_from_db()
        assert (export.status, export.attempts) == ("IN_PROGRESS", 1)
        notes.watch = lambda kind: None
        self.wait_for_the_lock()
        assert export_files.write_next(now=now)
        export.refresh_from_db()
        assert (export.status, export.rows_count, export.attempts) == ("DONE", 3, 2)
        assert file_of(export) == "type\na\nb\nc\n"

    def in_a_child(self, act: Callable[[], Any]) -> int:
        """Run it in a process of its own; the signal that ended it, 0 if none did."""
        connection.close()
        child = os.fork()
        if child == 0:
            act()
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) * -1

    def wait_for_the_lock(self) -> None:
        """Until PostgreSQL has noticed that the dead one is gone."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [export_files._WRITER_LOCK])
