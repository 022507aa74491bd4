from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from core import events
from core.actors import Actor, ActorKind
from core.models import EventSequence, OutboxEvent, ProjectSettings
from tests.conftest import NOW


def test_event_keeps_what_happened_and_who_did_it(settings_row: ProjectSettings) -> None:
    actor = Actor(kind=ActorKind.API_KEY, id="key-1", label="Shop", channel="till", request_id="v-1")

    event = events.emit("voucher.created", entity=settings_row, actor=actor, now=NOW, payload={"amount": 100})

    row = OutboxEvent.objects.get()
    assert row.public_id == event.public_id
    assert row.public_id.startswith("ev_")
    assert (row.name, row.entity_type, row.entity_id) == (
        "voucher.created",
        "projectsettings",
        settings_row.public_id,
    )
    assert (row.sequence, row.payload, row.created_at, row.dispatched_at) == (1, {"amount": 100}, NOW, None)
    assert (row.actor_kind, row.actor_id, row.channel, row.request_id) == ("api_key", "key-1", "till", "v-1")


def test_sequence_counts_each_entity_for_itself(settings_row: ProjectSettings, actor: Actor) -> None:
    other = OutboxEvent(public_id="other")
    for entity in (settings_row, other, settings_row, settings_row, other):
        events.emit("x.happened", entity=entity, actor=actor, now=NOW)

    found = OutboxEvent.objects.order_by("pk").values_list("entity_id", "sequence")
    mine = settings_row.public_id
    assert list(found) == [(mine, 1), ("other", 1), (mine, 2), (mine, 3), ("other", 2)]


def test_many_are_told_of_as_if_one_by_one(
    settings_row: ProjectSettings, actor: Actor, django_assert_num_queries: Any
) -> None:
    others = [OutboxEvent(public_id=f"ev_{number}") for number in range(3)]
    events.emit("x.happened", entity=others[1], actor=actor, now=NOW)
    told = [(entity, {"number": number}) for number, entity in enumerate(others)]

    with django_assert_num_queries(2):
        events.emit_all("y.happened", entities=told, actor=actor, now=NOW)

    rows = OutboxEvent.objects.filter(name="y.happened").order_by("pk")
    assert [(row.entity_id, row.sequence, row.payload) for row in rows] == [
        ("ev_0", 1, {"number": 0}),
        ("ev_1", 2, {"number": 1}),
        ("ev_2", 1, {"number": 2}),
    ]
    assert {(row.entity_type, row.actor_id, row.created_at) for row in rows} == {
        ("outboxevent", actor.id, NOW)
    }


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_said(actor: Actor) -> None:
    settings = ProjectSettings.objects.get()

    @transaction.atomic
    def change() -> None:
        events.emit("x.happened", entity=settings, actor=actor, now=NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()

    assert OutboxEvent.objects.count() == 0
    assert EventSequence.objects.count() == 0
    with transaction.atomic():
        events.emit("x.happened", entity=settings, actor=actor, now=NOW)
    assert OutboxEvent.objects.get().sequence == 1


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_nothing_is_said(actor: Actor) -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        events.emit("x.happened", entity=ProjectSettings.objects.get(), actor=actor, now=NOW)

    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_sequence_has_no_gaps_and_no_twins_under_eight_threads(actor: Actor) -> None:
    settings = ProjectSettings.objects.get()
    start = threading.Barrier(8)
    failures: list[BaseException] = []

    def speak(number: int) -> None:
        try:
            start.wait(10)
            for turn in range(10):
                try:
                    with transaction.atomic():
                        events.emit("x.happened", entity=settings, actor=actor, now=NOW)
                        if (turn + number) % 4 == 0:
                            raise TransactionManagementError("taken back")
                except TransactionManagementError:
                    continue
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=speak, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # Of 80 turns those with (turn + number) % 4 == 0 are taken back: 20.
    assert failures == []
    assert sorted(OutboxEvent.objects.values_list("sequence", flat=True)) == list(range(1, 61))


def test_subscribers_are_found_by_name_or_by_star() -> None:
    heard: Counter[str] = Counter()

    @events.subscribe("a.happened", "b.happened", name="test-two")
    def two(event: OutboxEvent, now: object) -> None:
        heard["two"] += 1

    @events.subscribe("*", name="test-all")
    def every(event: OutboxEvent, now: object) -> None:
        heard["all"] += 1

    try:

        def names(event: str) -> set[str]:
            return {found.name for found in events.subscribers_of(event)} & {"test-two", "test-all"}

        assert names("a.happened") == {"test-two", "test-all"}
        assert names("c.happened") == {"test-all"}
        with pytest.raises(ValueError, match="Two subscribers are called 'test-two'"):
            events.subscribe("c.happened", name="test-two")(every)
    finally:
        events._subscribers.pop("test-two")
        events._subscribers.pop("test-all")
