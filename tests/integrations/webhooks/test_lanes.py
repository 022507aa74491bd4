"""What waits for a webhook goes out in order, is tried again as the contract says, and is never lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from commerce.services import customers
from commerce.services.customer_specs import CustomerSpec
from core.actors import Actor
from core.models import AuditEntry, OutboxEvent
from integrations.models import Webhook, WebhookAttempt, WebhookDelivery
from integrations.selectors import webhooks as known
from integrations.services import webhook_lanes, webhooks
from integrations.services.webhook_lanes import STEPS
from integrations.services.webhooks import WebhookSpec
from tests.conftest import NOW
from tests.integrations.webhooks.conftest import Clock, MakeWebhook, deliver
from tests.integrations.webhooks.receiver import Got, Receiver

pytestmark = pytest.mark.django_db


def some_customers(number: int, actor: Actor) -> None:
    for place in range(number):
        spec = CustomerSpec(source_id=f"c{place}", values={}, metadata={})
        customers.upsert(spec=spec, actor=actor, now=NOW)


def test_sends_what_happened_in_order(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    some_customers(3, actor)

    assert known.ready(NOW) == [webhook.pk]
    assert deliver(webhook, clock) == 3

    assert [got.json["data"]["customer"]["source_id"] for got in receiver.got] == ["c0", "c1", "c2"]
    rows = WebhookDelivery.objects.order_by("pk")
    assert {(row.status, row.attempts_count, row.status_code, row.finished_at) for row in rows} == {
        ("DELIVERED", 1, 200, NOW)
    }
    attempts = WebhookAttempt.objects.all()
    assert {(row.number, row.status_code, row.response, row.target_url) for row in attempts} == {
        (1, 200, "thank you", receiver.url)
    }
    webhook.refresh_from_db()
    assert (webhook.lease, webhook.leased_until, webhook.last_success_at) == ("", None, NOW)
    assert known.ready(NOW) == []


def test_a_failed_message_holds_back_those_behind_it(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    some_customers(2, actor)
    receiver.answer = lambda got: 503

    assert deliver(webhook, clock) == 1
    assert deliver(webhook, clock) == 0
    assert known.ready(NOW) == []

    first = WebhookDelivery.objects.order_by("pk")[0]
    assert (first.status, first.attempts_count, first.status_code) == ("PENDING", 1, 503)
    assert first.error == "The receiver answered 503."
    assert first.due_at is not None
    receiver.answer = lambda got: 204
    clock.at = first.due_at
    assert deliver(webhook, clock) == 2
    assert [got.json["data"]["customer"]["source_id"] for got in receiver.accepted] == ["c0", "c1"]
    assert receiver.got[0].body == receiver.got[1].body


def test_steps_are_those_of_the_contract_with_little_jitter(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    some_customers(1, actor)
    receiver.answer = lambda got: 500
    minutes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440]
    waited = []

    for _ in minutes:
        assert deliver(webhook, clock) == 1
        due_at = WebhookDelivery.objects.get().due_at
        assert due_at is not None
        waited.append(due_at - clock.at)
        clock.at = due_at - timedelta(microseconds=1)
        assert deliver(webhook, clock) == 0
        clock.at = due_at

    for took, step in zip(waited, minutes, strict=True):
        assert timedelta(minutes=step) * 0.9 <= took <= timedelta(minutes=step) * 1.1
    assert len(set(waited)) == len(waited)


def test_after_the_last_step_the_webhook_stops_and_loses_nothing(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    some_customers(2, actor)
    receiver.answer = lambda got: 500

    for _ in range(len(STEPS) + 1):
        assert deliver(webhook, clock) == 1
        clock.at = WebhookDelivery.objects.order_by("pk")[0].due_at or clock.at

    webhook.refresh_from_db()
    assert (webhook.state, webhook.stopped_at, webhook.failures_count) == ("FAILED", clock.at, 13)
    assert OutboxEvent.objects.get(name="webhook.stopped").entity_id == webhook.public_id
    assert AuditEntry.objects.filter(action="webhook.stopped").count() == 1
    assert known.ready(clock.at + timedelta(days=9)) == []
    customers.upsert(spec=CustomerSpec(source_id="later", values={}, metadata={}), actor=actor, now=NOW)

    receiver.answer = lambda got: 200
    webhooks.update(webhook_id=webhook.pk, spec=WebhookSpec(is_active=True), actor=actor, now=clock.at)
    assert deliver(webhook, clock) == 3
    assert [got.json["data"]["customer"]["source_id"] for got in receiver.accepted] == ["c0", "c1", "later"]
    numbers = WebhookAttempt.objects.filter(delivery__webhook=webhook).order_by("delivery", "number")
    assert [row.number for row in numbers] == [*range(1, 15), 1, 1]


def test_nobody_else_sends_while_a_lane_is_taken(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    some_customers(2, actor)
    inner: list[int] = []

    def answer(got: Got) -> int:
        # The receiver's thread has a connection of its own: what it sees is committed nowhere here.
        inner.append(1)
        return 200

    receiver.answer = answer
    Webhook.objects.filter(pk=webhook.pk).update(lease="somebody", leased_until=NOW + timedelta(seconds=60))
    assert known.ready(NOW) == []
    assert deliver(webhook, clock) == 0

    # The one that had it died: its lease is over.
    clock.on(seconds=60)
    assert known.ready(clock.at) == [webhook.pk]
    assert deliver(webhook, clock) == 2


def test_a_sender_that_lost_its_lease_stops(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    some_customers(3, actor)
    sent = webhook_lanes.send
    calls = []

    def slow(delivery: WebhookDelivery, **more: object) -> object:
        calls.append(delivery)
        clock.on(seconds=45)
        Webhook.objects.filter(pk=webhook.pk).update(lease="another")
        return sent(delivery, **more)  # type: ignore[arg-type]

    webhook_lanes.send = slow  # type: ignore[assignment]
    try:
        assert deliver(webhook, clock) == 1
    finally:
        webhook_lanes.send = sent
    webhook.refresh_from_db()
    assert webhook.lease == "another"


def test_gives_others_a_turn(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    some_customers(3, actor)

    assert deliver(webhook, clock, most=2) == 2
    assert known.ready(NOW) == [webhook.pk]


def test_no_transaction_is_open_while_the_receiver_is_spoken_to(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    some_customers(1, actor)
    depth = len(connection.savepoint_ids)
    seen = []
    send = webhook_lanes.send

    def looked(delivery: WebhookDelivery, **more: object) -> object:
        seen.append(len(connection.savepoint_ids))
        return send(delivery, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(webhook_lanes, "send", looked)
    deliver(webhook, clock)

    assert seen == [depth]


def test_a_webhook_that_is_switched_off_keeps_what_waits(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    some_customers(1, actor)
    webhooks.update(webhook_id=webhook.pk, spec=WebhookSpec(is_active=False), actor=actor, now=NOW)
    customers.upsert(spec=CustomerSpec(source_id="unheard", values={}, metadata={}), actor=actor, now=NOW)

    assert (known.ready(NOW), deliver(webhook, clock)) == ([], 0)
    webhooks.update(webhook_id=webhook.pk, spec=WebhookSpec(is_active=True), actor=actor, now=NOW)

    assert deliver(webhook, clock) == 1
    assert [got.json["data"]["customer"]["source_id"] for got in receiver.accepted] == ["c0"]


def test_ready_tells_the_longest_waiting_first(
    make_webhook: MakeWebhook, actor: Actor, loopback_allowed: None
) -> None:
    late = make_webhook(events=["customer.updated", "voucher.created"]).webhook
    early = make_webhook(events=["customer.created"]).webhook
    some_customers(1, actor)
    spec = CustomerSpec(source_id="c0", values={"name": "Anna"}, metadata={})
    customers.upsert(spec=spec, actor=actor, now=NOW)

    assert known.ready(NOW) == [early.pk, late.pk]


def test_a_receiver_that_was_away_for_an_hour_gets_everything(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    some_customers(12, actor)
    back_at = NOW + timedelta(hours=1)
    receiver.answer = lambda got: 200 if clock.at >= back_at else 503

    while (found := known.with_waiting().get(pk=webhook.pk)).waiting_count:
        assert found.waiting_since == NOW
        clock.at = max(clock.at, known.first_waiting(webhook.pk)[0].due_at or clock.at)
        deliver(webhook, clock)

    sources = [got.json["data"]["customer"]["source_id"] for got in receiver.accepted]
    assert sources == [f"c{place}" for place in range(12)]
    # Steps of 1, 2, 4 … minutes: six of them in the first hour, and the one that came after it.
    refused = [got for got in receiver.got if got not in receiver.accepted]
    assert {got.event_id for got in refused} == {receiver.accepted[0].event_id}
    assert 6 <= len(refused) <= 7
    assert clock.at - back_at < timedelta(minutes=70)
