from __future__ import annotations

import random
import threading
from collections import Counter
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from core import audit, dispatch, events
from core.actors import Actor
from core.models import AuditEntry, EventDelivery, OutboxEvent, ProjectSettings
from core.services import deliveries
from tests.conftest import NOW

SYSTEM = Actor.system("tests")
Status = EventDelivery.Status


@pytest.fixture(autouse=True)
def only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """No subscriber of the real house takes part."""
    monkeypatch.setattr(events, "_subscribers", {})


@pytest.fixture
def writer() -> None:
    """A subscriber whose work is an audit row: it commits with its receipt, or not at all."""

    @events.subscribe("*", name="writer")
    def write(event: OutboxEvent, now: datetime) -> None:
        audit.log(SYSTEM, "heard", event, now=now, after={"number": event.payload.get("number")})


@pytest.fixture
def poison() -> None:
    @events.subscribe("*", name="poison")
    def fail(event: OutboxEvent, now: datetime) -> None:
        audit.log(SYSTEM, "half done", event, now=now)
        raise ValueError("bad event")


def happen(count: int = 1) -> list[OutboxEvent]:
    settings = ProjectSettings.objects.get()
    return [
        events.emit("x.happened", entity=settings, actor=SYSTEM, now=NOW, payload={"number": number})
        for number in range(count)
    ]


def heard() -> Counter[int]:
    return Counter(
        entry.after["number"] for entry in AuditEntry.objects.filter(action="heard") if entry.after
    )


def test_plan_makes_one_delivery_for_each_subscriber(db: None, writer: None, poison: None) -> None:
    event, *_ = happen(3)

    made = dispatch.plan(now=NOW)

    assert len(made) == 6
    assert list(event.deliveries.order_by("subscriber").values_list("subscriber", "status")) == [
        ("poison", "PENDING"),
        ("writer", "PENDING"),
    ]
    assert OutboxEvent.objects.filter(dispatched_at=NOW).count() == 3
    assert dispatch.plan(now=NOW) == []


def test_event_that_nobody_wants_is_dispatched(db: None) -> None:
    happen()

    assert dispatch.plan(now=NOW) == []
    assert OutboxEvent.objects.get().dispatched_at == NOW


def test_doubled_and_shuffled_deliveries_act_once(db: None, writer: None) -> None:
    happen(20)
    ids = dispatch.plan(now=NOW) * 3
    random.Random(7).shuffle(ids)

    acted = [dispatch.deliver(delivery_id=pk, now=NOW) for pk in ids]

    assert acted.count(True) == 20
    assert heard() == Counter(dict.fromkeys(range(20), 1))
    assert set(EventDelivery.objects.values_list("status", "attempts")) == {("DONE", 1)}


@pytest.mark.django_db(transaction=True)
def test_parallel_workers_act_once(writer: None) -> None:
    from django.db import transaction

    with transaction.atomic():
        happen(10)
    ids = dispatch.plan(now=NOW)
    start = threading.Barrier(4)
    acted: list[bool] = []

    def work(seed: int) -> None:
        own = list(ids)
        random.Random(seed).shuffle(own)
        try:
            start.wait(10)
            acted.extend(dispatch.deliver(delivery_id=pk, now=NOW) for pk in own)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(acted), acted.count(True)) == (40, 10)
    assert heard() == Counter(dict.fromkeys(range(10), 1))


def test_failure_leaves_no_trace_but_its_reason_and_backs_off(db: None, poison: None) -> None:
    happen()
    [pk] = dispatch.plan(now=NOW)

    waits = []
    for _ in range(7):
        assert dispatch.deliver(delivery_id=pk, now=NOW) is False
        row = EventDelivery.objects.get()
        waits.append((row.due_at - NOW) // timedelta(minutes=1))

    assert waits == [1, 2, 4, 8, 16, 32, 64]
    assert (row.status, row.attempts, row.last_error) == ("PENDING", 7, "ValueError: bad event")
    assert AuditEntry.objects.filter(action="half done").count() == 0


def test_eighth_failure_parks_and_the_others_flow(db: None, writer: None, poison: None) -> None:
    happen(3)
    ids = dispatch.plan(now=NOW)

    for _ in range(9):
        for pk in ids:
            dispatch.deliver(delivery_id=pk, now=NOW)

    assert heard() == Counter({0: 1, 1: 1, 2: 1})
    parked = EventDelivery.objects.filter(status=Status.PARKED)
    assert list(parked.values_list("subscriber", "attempts")) == [("poison", 8)] * 3
    assert dispatch.due(now=NOW + timedelta(days=30)) == []


def test_delivery_for_a_subscriber_that_is_gone_fails_with_a_reason(db: None, writer: None) -> None:
    happen()
    [pk] = dispatch.plan(now=NOW)
    events._subscribers.clear()

    dispatch.deliver(delivery_id=pk, now=NOW)

    assert EventDelivery.objects.get().last_error == "LookupError: Nobody is called 'writer' any more."


def test_lost_messages_are_sent_again_after_a_minute(db: None, writer: None) -> None:
    happen(2)
    ids = dispatch.plan(now=NOW)

    assert dispatch.due(now=NOW + timedelta(seconds=59)) == []
    later = NOW + timedelta(seconds=60)
    assert sorted(dispatch.due(now=later)) == sorted(ids)
    assert dispatch.due(now=later) == []
    assert sorted(dispatch.due(now=later + timedelta(seconds=60))) == sorted(ids)


def test_parked_delivery_gets_eight_new_attempts(db: None, poison: None) -> None:
    happen()
    [pk] = dispatch.plan(now=NOW)
    for _ in range(8):
        dispatch.deliver(delivery_id=pk, now=NOW)

    deliveries.try_again(delivery_id=pk, actor=SYSTEM, now=NOW)

    assert dispatch.due(now=NOW) == [pk]
    for _ in range(7):
        dispatch.deliver(delivery_id=pk, now=NOW)
    assert EventDelivery.objects.get().status == Status.PENDING
    dispatch.deliver(delivery_id=pk, now=NOW)
    assert EventDelivery.objects.get().status == Status.PARKED


def test_only_parked_deliveries_are_tried_again(db: None, writer: None) -> None:
    happen()
    [pk] = dispatch.plan(now=NOW)

    with pytest.raises(deliveries.NotParked):
        deliveries.try_again(delivery_id=pk, actor=SYSTEM, now=NOW)

    assert AuditEntry.objects.filter(action="event_delivery.tried_again").count() == 0


def prune(*arguments: str) -> str:
    out = StringIO()
    call_command("prune_outbox", *arguments, stdout=out)
    return out.getvalue()


def test_prune_takes_only_old_events_that_are_done(db: None, writer: None) -> None:
    old = timezone.now() - timedelta(days=31)
    done, pending, parked, waiting, fresh = happen(5)
    dispatch.plan(now=old)
    for event in (done, fresh):
        dispatch.deliver(delivery_id=event.deliveries.get().pk, now=old)
    EventDelivery.objects.filter(event=parked).update(status=Status.PARKED)
    OutboxEvent.objects.filter(pk=waiting.pk).update(dispatched_at=None)
    EventDelivery.objects.filter(event=waiting).delete()
    OutboxEvent.objects.filter(pk=fresh.pk).update(dispatched_at=timezone.now())

    assert prune("--days", "30", "--dry-run") == "1 events would be deleted.\n"
    assert OutboxEvent.objects.count() == 5
    assert prune("--days", "30") == "1 events deleted.\n"
    assert set(OutboxEvent.objects.all()) == {pending, parked, waiting, fresh}
    assert prune("--days", "30") == "0 events deleted.\n"
    [next_event] = happen()
    next_event.refresh_from_db()
    assert next_event.sequence == 6
