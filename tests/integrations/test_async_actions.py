"""Background jobs: slices, order, crashes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from core import dispatch
from core.actors import Actor
from core.models import EventDelivery, OutboxEvent
from integrations import registry, rows
from integrations.models import AsyncAction
from integrations.registry import JobType, Row, RowFailure, SliceResult
from integrations.services import async_actions

TYPE = "TESTS.NOTE"
pytestmark = pytest.mark.django_db


class Notes:
    """A job type that writes down what it was given, and can be told to break."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.actors: set[str] = set()
        self.breaks_at: Any = None
        self.error: Exception = RuntimeError("planted")

    def __call__(
        self, found: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime
    ) -> SliceResult:
        self.actors.add(actor.label)
        for row in found:
            if row.value == self.breaks_at:
                raise self.error
        failures = [RowFailure(row=row.number, reason="odd") for row in found if row.value == "bad"]
        self.seen += [row.value for row in found]
        return SliceResult(done=len(found) - len(failures), failures=failures)


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Notes]:
    handler = Notes()
    monkeypatch.setitem(registry._types, TYPE, JobType(name=TYPE, handler=handler, slice_size=2))
    return handler


@pytest.fixture
def start(actor: Actor, now: datetime) -> Callable[..., AsyncAction]:
    def make(*values: Any) -> AsyncAction:
        body, count = rows.json_lines(values)
        return async_actions.create(type=TYPE, body=body, rows_count=count, actor=actor, now=now)

    return make


def deliver_all(now: datetime) -> None:
    while ids := dispatch.plan(now=now):
        for delivery_id in ids:
            dispatch.deliver(delivery_id=delivery_id, now=now)


def test_works_off_slice_by_slice(notes: Notes, start: Any, now: datetime) -> None:
    action = start("a", "b", "c", "bad", "e")
    progress = []
    while ids := dispatch.plan(now=now):
        for delivery_id in ids:
            dispatch.deliver(delivery_id=delivery_id, now=now)
        action.refresh_from_db()
        progress.append((action.status, action.position, action.progress))

    assert progress[:3] == [("IN_PROGRESS", 2, 40), ("IN_PROGRESS", 4, 80), ("DONE", 5, 100)]
    assert notes.seen == ["a", "b", "c", "bad", "e"]
    assert notes.actors == {"tests"}
    assert (action.done_count, action.failed_count, action.operation_status) == (4, 1, "SUCCESS")
    assert action.result["failures"] == [{"row": 4, "reason": "odd", "name": "", "key": "invalid_payload"}]
    assert action.body == ""
    assert [e.name for e in OutboxEvent.objects.order_by("pk")] == [
        "async_action.created",
        "async_action.continued",
        "async_action.continued",
        "async_action.finished",
    ]


def test_rows_that_fill_the_last_slice_exactly_end_the_job(notes: Notes, start: Any, now: datetime) -> None:
    action = start("a", "b", "c", "d")

    deliver_all(now)

    action.refresh_from_db()
    assert (action.status, action.done_count) == ("DONE", 4)


def test_one_slice_is_enough_twice_is_harmless(notes: Notes, start: Any, now: datetime) -> None:
    action = start("a")
    async_actions.advance(public_id=action.public_id, now=now)

    assert async_actions.advance(public_id=action.public_id, now=now) is None
    deliver_all(now)
    assert notes.seen == ["a"]


def test_jobs_of_one_type_run_in_the_order_of_their_creation(notes: Notes, start: Any, now: datetime) -> None:
    first, second = start("a", "b", "c"), start("x")

    assert async_actions.advance(public_id=second.public_id, now=now) is None
    deliver_all(now)

    second.refresh_from_db()
    first.refresh_from_db()
    assert (first.status, second.status) == ("DONE", "DONE")
    assert notes.seen == ["a", "b", "c", "x"]


def test_a_slice_that_breaks_ends_the_job_and_keeps_the_slices_before(
    notes: Notes, start: Any, now: datetime
) -> None:
    action, following = start("a", "b", "broken", "d"), start("x")
    notes.breaks_at = "broken"

    deliver_all(now)

    action.refresh_from_db()
    following.refresh_from_db()
    assert (action.status, action.operation_status) == ("FAILED", "FAILED")
    assert (action.position, action.done_count) == (2, 2)
    assert action.result["message"] == "Internal error"
    assert following.status == "DONE"
    assert not EventDelivery.objects.exclude(status="DONE").exists()


def test_a_worker_that_dies_loses_only_its_slice(notes: Notes, start: Any, now: datetime) -> None:
    class Killed(BaseException):
        """Ends the process: nothing catches it."""

    action = start("a", "b", "c", "d")
    notes.breaks_at, notes.error = "c", Killed()  # type: ignore[assignment]
    (first,) = dispatch.plan(now=now)
    dispatch.deliver(delivery_id=first, now=now)
    (second,) = dispatch.plan(now=now)
    with pytest.raises(Killed):
        dispatch.deliver(delivery_id=second, now=now)

    action.refresh_from_db()
    assert (action.status, action.position) == ("IN_PROGRESS", 2)

    notes.breaks_at = None
    dispatch.deliver(delivery_id=second, now=now)
    deliver_all(now)

    action.refresh_from_db()
    assert (action.status, action.done_count) == ("DONE", 4)
    assert notes.seen == ["a", "b", "c", "d"]


def test_only_a_thousand_failures_are_kept(notes: Notes, actor: Actor, now: datetime) -> None:
    registry._types[TYPE] = JobType(name=TYPE, handler=notes, slice_size=2000)
    body, count = rows.json_lines(["bad"] * 1500)
    action = async_actions.create(type=TYPE, body=body, rows_count=count, actor=actor, now=now)

    deliver_all(now)

    action.refresh_from_db()
    assert (action.failed_count, len(action.result["failures"])) == (1500, 1000)
    assert action.operation_status == "FAILED"


def test_unknown_types_are_refused(actor: Actor, now: datetime) -> None:
    with pytest.raises(LookupError):
        async_actions.create(type="NONE", body="", rows_count=0, actor=actor, now=now)

    assert not AsyncAction.objects.exists()


def test_a_job_whose_event_was_parked_is_woken(notes: Notes, start: Any, now: datetime) -> None:
    first, second = start("a"), start("b")
    dispatch.plan(now=now)
    EventDelivery.objects.update(status=EventDelivery.Status.PARKED)
    later = now + timedelta(minutes=11)

    too_early = async_actions.wake(stalled_since=now, now=now)
    woken = async_actions.wake(stalled_since=later - timedelta(minutes=10), now=later)
    again = async_actions.wake(stalled_since=later - timedelta(minutes=10), now=later)
    deliver_all(later)

    # Only the first is asked: the second follows when it is done.
    assert (too_early, woken, again) == (0, 1, 0)
    assert notes.seen == ["a", "b"]
    for action in (first, second):
        action.refresh_from_db()
        assert action.status == "DONE"
