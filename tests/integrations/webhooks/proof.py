"""Many messages to receivers that fail one time in five: nothing lost, nothing out of order, no new ids.

    .venv/bin/python -m config.devstack run --throwaway -- \
        .venv/bin/python -m tests.integrations.webhooks 100000

Messages are written down with their change, by several threads at once; others send them at the same time,
and now and then die between an answer and its record. Time passes as fast as the messages do: what has to
wait a minute is due at once. Out of order is what was accepted before something that was there before it
began.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from core import event_bodies, events
from core.actors import Actor
from integrations.models import Webhook, WebhookDelivery
from integrations.selectors import webhooks as known
from integrations.services import webhook_lanes, webhooks
from integrations.services.webhooks import WebhookSpec
from tests.integrations.webhooks.receiver import Got, Receiver, receiving

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
_NAME = "proof.happened"


@dataclass(frozen=True, kw_only=True)
class Written:
    """When an event began to be written, and when it was there for all to see."""

    began: float
    committed: float


@dataclass
class Seen:
    """What one receiver said yes to: (event id, entity, sequence), in order; `tried` counts all posts."""

    accepted: list[tuple[str, str, int]] = field(default_factory=list)
    tried: int = 0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    deliveries: int
    attempts: int
    doubles: int
    lost: int
    out_of_order: int
    left: int
    seconds: float

    def __str__(self) -> str:
        rate = self.deliveries / self.seconds
        return (
            f"{self.deliveries:,} messages in {self.seconds:.0f} s ({rate:,.0f}/s), "
            f"{self.attempts:,} attempts, {self.doubles} twice under the same id, lost {self.lost}, "
            f"out of order {self.out_of_order}, "
            f"left waiting {self.left}"
        )


class FastClock:
    """Jumps whenever a lane has to wait; never runs backwards."""

    def __init__(self) -> None:
        self._at, self._lock = NOW, threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self._at += timedelta(milliseconds=1)
            return self._at

    def past(self, instant: datetime) -> None:
        with self._lock:
            self._at = max(self._at, instant)


class Killed(Exception):
    """A sender died after the receiver had answered."""


def prove(*, messages: int, webhooks_count: int = 4, failing_percent: int = 20, seed: int = 7) -> Outcome:
    """`messages` in all, spread over several webhooks of which each hears everything once."""
    actor = Actor.system("proof")
    each = messages // webhooks_count
    seen = [Seen() for _ in range(webhooks_count)]
    written: dict[str, Written] = {}
    with _offered(), _receivers(seen, failing_percent, seed) as receivers:
        rows = [
            webhooks.create(
                spec=WebhookSpec(target_url=receiver.url, events=[_NAME]), actor=actor, now=NOW
            ).webhook
            for receiver in receivers
        ]
        began = time.monotonic()
        writing = threading.Thread(target=_write, args=(each, actor, written))
        writing.start()
        _send(rows, writing)
        seconds = time.monotonic() - began
    return _judge(rows, seen, written, each, seconds)


@contextlib.contextmanager
def _offered() -> Iterator[None]:
    """An event of the proof's own: what costs time is the sending."""
    event_bodies.offer("Proof", lambda event, entity: dict(event.payload), **{_NAME: "something happens"})
    try:
        yield
    finally:
        event_bodies._offered.pop(_NAME)


@contextlib.contextmanager
def _receivers(seen: list[Seen], failing_percent: int, seed: int) -> Iterator[list[Receiver]]:
    with contextlib.ExitStack() as stack:
        found = []
        for place, one in enumerate(seen):
            receiver = stack.enter_context(receiving())
            receiver.answer = _answering(one, failing_percent, random.Random(seed + place), receiver)
            found.append(receiver)
        yield found


def _answering(seen: Seen, failing_percent: int, chance: random.Random, receiver: Receiver):  # type: ignore[no-untyped-def]
    def answer(got: Got) -> int:
        receiver.got.clear()
        receiver.accepted.clear()
        seen.tried += 1
        if chance.randrange(100) < failing_percent:
            return chance.choice([500, 503, 429, 404, 302])
        event = got.json["event"]
        seen.accepted.append((event["id"], event["entity_id"], event["sequence"]))
        return 200

    return answer


def _write(each: int, actor: Actor, written: dict[str, Written]) -> None:
    """Events of a few hundred things, some of them changed by several threads at once."""

    def some(part: int) -> None:
        try:
            for number in range(part, each, 4):
                entity = Webhook(public_id=f"thing_{number % 257}")
                began = time.monotonic()
                with transaction.atomic():
                    said = events.emit(_NAME, entity=entity, actor=actor, now=NOW, payload={"number": number})
                written[said.public_id] = Written(began=began, committed=time.monotonic())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(some, range(4)))
    connection.close()


def _send(rows: list[Webhook], writing: threading.Thread) -> None:
    clock = FastClock()
    dying = random.Random(3)

    def run(webhook: Webhook) -> None:
        def reading() -> datetime:
            if dying.randrange(5000) == 0:
                raise Killed
            return clock()

        try:
            with contextlib.suppress(Killed):
                webhook_lanes.run(webhook_id=webhook.pk, clock=reading, most=500)
            webhook.refresh_from_db()
            for instant in (*(head.due_at for head in known.first_waiting(webhook.pk)), webhook.leased_until):
                if instant is not None:
                    clock.past(instant)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(rows)) as pool:
        while writing.is_alive() or WebhookDelivery.objects.filter(status="PENDING").exists():
            list(pool.map(run, rows))
    writing.join()


def _judge(
    rows: list[Webhook], seen: list[Seen], written: dict[str, Written], each: int, seconds: float
) -> Outcome:
    lost = doubles = out_of_order = 0
    for one in seen:
        ids = list(dict.fromkeys(event_id for event_id, _, _ in one.accepted))
        doubles += len(one.accepted) - len(ids)
        lost += each - len(ids) + sum(event_id not in written for event_id in ids)
        out_of_order += _inversions(one)
        latest = 0.0
        for event_id in ids:
            out_of_order += written[event_id].committed < latest
            latest = max(latest, written[event_id].began)
    return Outcome(
        deliveries=each * len(rows),
        attempts=sum(one.tried for one in seen),
        doubles=doubles,
        lost=lost,
        out_of_order=out_of_order,
        left=WebhookDelivery.objects.exclude(status="DELIVERED").count(),
        seconds=seconds,
    )


def _inversions(seen: Seen) -> int:
    """How often an event of one thing came after a later one of it, doubles aside."""
    last: dict[str, int] = {}
    known_ids: set[str] = set()
    wrong = 0
    for event_id, entity, sequence in seen.accepted:
        if event_id not in known_ids:
            known_ids.add(event_id)
            wrong += sequence <= last.get(entity, 0)
            last[entity] = max(last.get(entity, 0), sequence)
    return wrong
