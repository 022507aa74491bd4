"""A key that is claimed and kept, seen from a small service of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from core.actors import Actor, ActorKind
from core.idempotency import (
    UNKEYED,
    Answer,
    AnsweredBefore,
    IdempotencyKeyInProgress,
    IdempotencyKeyReused,
    Keyed,
    Once,
    prune,
)
from core.locking import retried
from core.models import Heartbeat, IdempotencyKey
from tests.conftest import NOW

# What the surrounding test's transaction adds.
SAVEPOINT = 2
UNDONE_SAVEPOINT = 3
SHOP = Actor(kind=ActorKind.API_KEY, id="shop", label="Shop")


def keyed(key: str = "k-1", *, fingerprint: str = "a" * 64, actor: Actor = SHOP) -> Keyed[str]:
    return Keyed(
        actor=actor,
        key=key,
        fingerprint=fingerprint,
        printed=lambda name: Answer(status=200, body=f'{{"stamped": "{name}"}}'),
        now=NOW,
    )


@transaction.atomic
def stamp(name: str, *, once: Once[str] = UNKEYED) -> str:
    """A service with an effect: one row."""
    once.claim()
    Heartbeat.objects.create(name=name, at=NOW)
    once.keep(name)
    return name


def stamped() -> set[str]:
    return set(Heartbeat.objects.values_list("name", flat=True))


@pytest.mark.django_db
def test_answer_is_kept_with_the_effect_and_repeated_without_it() -> None:
    once = keyed()
    assert stamp("one", once=once) == "one"

    with pytest.raises(AnsweredBefore) as before:
        stamp("two", once=keyed())

    assert before.value.answer == once.answer == Answer(status=200, body='{"stamped": "one"}')
    assert stamped() == {"one"}
    row = IdempotencyKey.objects.get()
    assert (row.caller_kind, row.caller_id, row.key, row.fingerprint) == ("api_key", "shop", "k-1", "a" * 64)
    assert row.created_at == NOW


@pytest.mark.django_db
def test_key_of_another_call_is_refused() -> None:
    stamp("one", once=keyed())

    with pytest.raises(IdempotencyKeyReused, match="another path, query or body"):
        stamp("two", once=keyed(fingerprint="b" * 64))

    assert stamped() == {"one"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other",
    [
        keyed("k-2"),
        keyed(actor=Actor(kind=ActorKind.API_KEY, id="other shop", label="Shop")),
        keyed(actor=Actor(kind=ActorKind.USER, id="shop", label="Shop")),
    ],
    ids=["key", "caller", "kind of caller"],
)
def test_calls_of_others_are_other_calls(other: Keyed[str]) -> None:
    stamp("one", once=keyed())

    stamp("two", once=other)

    assert stamped() == {"one", "two"}
    assert IdempotencyKey.objects.count() == 2


@pytest.mark.django_db
def test_without_a_key_nothing_is_asked_or_kept(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1 + SAVEPOINT):
        stamp("one")

    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
def test_a_key_costs_three_statements_and_a_repetition_two(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1 + 3 + SAVEPOINT):
        stamp("one", once=keyed())
    with django_assert_num_queries(2 + UNDONE_SAVEPOINT), pytest.raises(AnsweredBefore):
        stamp("one", once=keyed())


@pytest.mark.django_db(transaction=True)
def test_claim_needs_a_transaction() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        keyed().claim()


@pytest.mark.django_db
def test_refused_call_keeps_nothing_and_may_come_again() -> None:
    stamp("one")
    with pytest.raises(IntegrityError):
        stamp("one", once=keyed())
    assert not IdempotencyKey.objects.exists()

    stamp("two", once=keyed())

    assert stamped() == {"one", "two"}


@pytest.mark.django_db
def test_only_successes_can_be_kept() -> None:
    once = keyed()
    once._printed = lambda name: Answer(status=400, body="{}")  # type: ignore[method-assign]

    with pytest.raises(IntegrityError, match="core_idempotencykey_success"):
        stamp("one", once=once)


@pytest.mark.django_db(transaction=True)
def test_key_is_claimed_anew_when_the_transaction_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.locking.time.sleep", lambda _: None)
    claims: list[bool] = []

    @retried
    @transaction.atomic
    def stubborn(once: Once[str]) -> None:
        once.claim()
        claims.append(holds_a_lock())
        if len(claims) < 3:
            Heartbeat.objects.create(name="lost", at=NOW)
            once.keep("lost")
            raise OperationalError from type("Deadlock", (Exception,), {"sqlstate": "40P01"})()
        Heartbeat.objects.create(name="kept", at=NOW)
        once.keep("kept")

    once = keyed()
    stubborn(once)

    assert claims == [True, True, True]
    assert not holds_a_lock()
    assert stamped() == {"kept"}
    assert IdempotencyKey.objects.get().body == '{"stamped": "kept"}'
    assert once.answer == Answer(status=200, body='{"stamped": "kept"}')


def holds_a_lock() -> bool:
    """Whether this connection holds an advisory lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())"
        )
        return bool(cursor.fetchone()[0])


def in_a_thread(call: Callable[[], Any]) -> Any:
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(call())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(10)
    return results[0]


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_call_that_still_runs() -> None:
    with transaction.atomic():
        stamp("one", once=keyed())
        busy = in_a_thread(lambda: stamp("two", once=keyed()))
        busy_with_another_body = in_a_thread(lambda: stamp("two", once=keyed(fingerprint="b" * 64)))
        under_another_key = in_a_thread(lambda: stamp("three", once=keyed("k-2")))
    after = in_a_thread(lambda: stamp("two", once=keyed()))

    assert isinstance(busy, IdempotencyKeyInProgress)
    assert isinstance(busy_with_another_body, IdempotencyKeyInProgress)
    assert under_another_key == "three"
    assert isinstance(after, AnsweredBefore)
    assert stamped() == {"one", "three"}


@pytest.mark.django_db
def test_prune_forgets_the_oldest_in_batches() -> None:
    for age in range(6):
        stamp(f"name {age}", once=keyed(f"k-{age}"))
        IdempotencyKey.objects.filter(key=f"k-{age}").update(created_at=NOW - timedelta(days=age))
    before = NOW - timedelta(days=2)

    counts = [prune(before=before, batch_size=2) for _ in range(3)]

    assert counts == [2, 1, 0]
    assert set(IdempotencyKey.objects.values_list("key", flat=True)) == {"k-0", "k-1", "k-2"}
    assert len(stamped()) == 6
