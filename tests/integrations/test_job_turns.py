"""Jobs beside each other: turns, cancelling, what they write down, and as whom they act."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from core import dispatch, places
from core.actors import Actor, ActorKind
from core.models import AuditEntry, OutboxEvent
from integrations import registry, rows
from integrations.models import AsyncAction, AsyncActionFailure, AsyncActionNote
from integrations.registry import JobType, Row, RowFailure, SliceResult
from integrations.services import async_actions, job_log, job_reports

TYPE = "TESTS.TURNS"
pytestmark = pytest.mark.django_db


class Worked:
    """What the handler was given, in the order of its calls."""

    def __init__(self) -> None:
        self.by: list[Any] = []
        self.actors: list[Actor] = []
        self.limits: list[Any] = []
        self.error: Exception | None = None

    def __call__(
        self, found: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime
    ) -> SliceResult:
        if self.error is not None:
            raise self.error
        self.by.append(params["who"])
        self.actors.append(actor)
        self.limits.append(places.limit())
        odd = [
            RowFailure(row=row.number, name=f"=n{row.number}", reason="odd")
            for row in found
            if row.number % 2
        ]
        failures = odd if params["who"] == "odd" else []
        return SliceResult(done=len(found) - len(failures), failures=failures)


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worked]:
    handler = Worked()
    job_type = JobType(name=TYPE, handler=handler, slice_size=2, slices_in_turn=2, is_counted=True)
    monkeypatch.setitem(registry._types, TYPE, job_type)
    return handler


@pytest.fixture
def start(actor: Actor, now: datetime) -> Callable[..., AsyncAction]:
    def make(who: str, count: int, by: Actor = actor) -> AsyncAction:
        return async_actions.create(
            type=TYPE, body="", rows_count=count, params={"who": who}, actor=by, now=now
        )

    return make


def deliver_all(now: datetime) -> None:
    while ids := dispatch.plan(now=now):
        for delivery_id in ids:
            dispatch.deliver(delivery_id=delivery_id, now=now)


def test_a_long_job_lets_others_have_their_turns(worked: Worked, start: Any, now: datetime) -> None:
    start("long", 12)
    start("short", 2)
    start("medium", 6)

    deliver_all(now)

    long, medium = ["long", "long"], ["medium", "medium"]
    assert worked.by == [*long, "short", *medium, *long, "medium", *long]
    assert set(AsyncAction.objects.values_list("status", flat=True)) == {"DONE"}


def test_short_ones_run_in_the_order_of_their_creation(worked: Worked, start: Any, now: datetime) -> None:
    for who in "abcd":
        start(who, 4)

    deliver_all(now)

    assert worked.by == ["a", "a", "b", "b", "c", "c", "d", "d"]


def test_an_event_that_comes_twice_does_no_slice_twice(worked: Worked, start: Any, now: datetime) -> None:
    job = start("a", 6)
    async_actions.advance(public_id=job.public_id, now=now, position=0)

    assert async_actions.advance(public_id=job.public_id, now=now, position=0) is None
    deliver_all(now)

    assert worked.by == ["a", "a", "a"]


def test_counted_rows_have_numbers_and_no_body(
    monkeypatch: pytest.MonkeyPatch, actor: Actor, now: datetime
) -> None:
    seen: list[int] = []

    def handler(found: Sequence[Row], *_: Any) -> SliceResult:
        assert found[0] == Row(number=seen[-1] + 1 if seen else 1, value=found[0].value)
        seen.extend(row.number for row in found)
        return SliceResult(done=len(found[0:9]))

    job_type = JobType(name=TYPE, handler=handler, slice_size=3, is_counted=True)
    monkeypatch.setitem(registry._types, TYPE, job_type)
    job = async_actions.create(type=TYPE, body="", rows_count=7, actor=actor, now=now)

    deliver_all(now)

    job.refresh_from_db()
    assert (seen, job.done_count, job.status) == ([1, 2, 3, 4, 5, 6, 7], 7, "DONE")


def test_cancelling_keeps_what_is_done_and_lets_the_next_one_begin(
    worked: Worked, start: Any, actor: Actor, now: datetime
) -> None:
    job, waiting = start("a", 8), start("b", 2)
    async_actions.advance(public_id=job.public_id, now=now)

    async_actions.cancel(public_id=job.public_id, actor=actor, now=now)
    deliver_all(now)

    job.refresh_from_db()
    waiting.refresh_from_db()
    assert worked.by == ["a", "b"]
    assert (job.status, job.operation_status, job.position, job.done_count) == ("CANCELLED", "FAILED", 2, 2)
    assert (job_reports.status(job), waiting.status) == ("FAILED", "DONE")
    report = job_reports.report(job)
    assert report is not None
    assert report["message"] == "Cancelled by tests after 2 of 8 rows; they stay done"
    assert (report["done_count"], report["failed_count"]) == (2, 0)
    assert AuditEntry.objects.filter(action="async_action.cancelled", entity_id=job.public_id).count() == 1
    finished = OutboxEvent.objects.filter(name="async_action.finished", entity_id=job.public_id)
    assert finished.count() == 1


@pytest.mark.parametrize("state", ["DONE", "FAILED", "CANCELLED"])
def test_what_is_over_cannot_be_cancelled(
    worked: Worked, start: Any, actor: Actor, now: datetime, state: str
) -> None:
    job = start("a", 2)
    AsyncAction.objects.update(status=state)

    with pytest.raises(async_actions.JobNotCancellable):
        async_actions.cancel(public_id=job.public_id, actor=actor, now=now)

    job.refresh_from_db()
    assert job.status == state
    assert not AuditEntry.objects.exists()


def test_a_job_that_must_end_cannot_be_cancelled(
    worked: Worked, start: Any, actor: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_type = JobType(name=TYPE, handler=worked, is_counted=True, must_end="All of it has to go.")
    monkeypatch.setitem(registry._types, TYPE, job_type)
    job = start("a", 2)

    with pytest.raises(async_actions.JobNotCancellable, match="All of it has to go"):
        async_actions.cancel(public_id=job.public_id, actor=actor, now=now)

    deliver_all(now)
    job.refresh_from_db()
    assert job.status == "DONE"


def test_the_log_says_what_was_done_and_what_was_left_out(worked: Worked, start: Any, now: datetime) -> None:
    job = start("odd", 3)

    deliver_all(now)

    lines = list(AsyncActionNote.objects.filter(action=job).order_by("pk").values_list("text", "is_problem"))
    assert lines[0] == ("tests asked for it: 3 rows", False)
    assert lines[1][0].startswith("Rows 1 to 2: 1 done, 1 left out, in ")
    assert lines[2][0].startswith("Row 3: 0 done, 1 left out, in ")
    assert [is_problem for _, is_problem in lines] == [False, True, True]
    assert b"".join(job_log.failures_csv(job)).decode() == (
        "row,name,reason,key\n1,'=n1,odd,invalid_payload\n3,'=n3,odd,invalid_payload\n"
    )


def test_the_log_says_that_a_worker_was_missing(worked: Worked, start: Any, now: datetime) -> None:
    job = start("a", 4)
    async_actions.advance(public_id=job.public_id, now=now)

    async_actions.advance(public_id=job.public_id, now=now + timedelta(seconds=70))

    texts = list(AsyncActionNote.objects.filter(action=job).order_by("pk").values_list("text", flat=True))
    assert texts[2] == "Went on at row 3 after 70 s in which no worker did"


def test_the_log_says_where_it_broke_off(worked: Worked, start: Any, now: datetime) -> None:
    job = start("a", 4)
    async_actions.advance(public_id=job.public_id, now=now)
    worked.error = RuntimeError("planted")

    deliver_all(now)

    last = AsyncActionNote.objects.filter(action=job).latest("pk")
    assert last.text == "Broke off at row 3; the rows before it stay done. Internal error"
    assert (last.is_problem, "planted" in last.text) == (True, False)


def test_logs_are_forgotten_the_jobs_stay(worked: Worked, start: Any, now: datetime) -> None:
    old, running = start("odd", 3), start("odd", 9)
    deliver_all(now)
    AsyncAction.objects.filter(pk=running.pk).update(finished_at=None)

    assert job_log.prune(before=now) == 0
    assert job_log.prune(before=now + timedelta(seconds=1)) == 5
    assert not AsyncActionNote.objects.filter(action=old).exists()
    assert not AsyncActionFailure.objects.filter(action=old).exists()
    assert AsyncActionNote.objects.filter(action=running).exists()
    assert AsyncAction.objects.count() == 2


def test_a_job_acts_as_who_asked_for_it(worked: Worked, start: Any, now: datetime) -> None:
    asked = Actor(
        kind=ActorKind.USER,
        id="7",
        label="Anna",
        role="USER",
        channel="ADMIN",
        request_id="v-1",
        duties=frozenset({"budgets.modify", "approvals.decide"}),
        address="203.0.113.9",
        approval_id="apr_1",
        places=frozenset({"area:ar_1"}),
        store="BERLIN-1",
    )
    start("a", 2, by=asked)

    deliver_all(now)

    assert worked.actors == [asked]
    assert worked.limits == [places.Limit(frozenset({"area:ar_1"}))]
    assert places.limit() is None


def test_rows_are_read_from_any_position() -> None:
    body, count = rows.json_lines([{"a": "\n"}, None, "x\u2028y"])

    assert count == 3
    assert list(rows.read(body, start=1, size=9)) == [
        Row(number=2, value=None),
        Row(number=3, value="x\u2028y"),
    ]
