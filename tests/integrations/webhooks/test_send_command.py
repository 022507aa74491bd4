"""`manage.py send_webhooks`: many webhooks at the same time, none kept waiting by another (PROOFS W2)."""

from __future__ import annotations

import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from core import events
from core.actors import Actor
from core.models import Heartbeat
from integrations.models import Webhook, WebhookDelivery
from integrations.services import webhooks
from integrations.services.webhooks import WebhookSpec
from tests.conftest import NOW
from tests.integrations.webhooks.proof import _NAME, _offered
from tests.integrations.webhooks.receiver import Got, receiving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("loopback_allowed")]


def happens(actor: Actor, number: int) -> None:
    for place in range(number):
        with transaction.atomic():
            events.emit(
                _NAME, entity=Webhook(public_id=f"t{place}"), actor=actor, now=NOW, payload={"n": place}
            )


def test_a_slow_receiver_keeps_no_other_waiting(actor: Actor) -> None:
    done, in_time = threading.Event(), []
    with _offered(), receiving() as slow, receiving() as quick:
        for receiver in (slow, quick):
            spec = WebhookSpec(target_url=receiver.url, events=[_NAME])
            webhooks.create(spec=spec, actor=actor, now=NOW)
        happens(actor, 5)

        def wait(got: Got) -> int:
            # Answers its first message only when the other receiver has all of its own.
            in_time.append(done.wait(8))
            return 200

        def count(got: Got) -> int:
            if got.json["data"]["n"] == 4:
                done.set()
            return 200

        slow.answer, quick.answer = wait, count
        call_command("send_webhooks", "--once", "--interval", "0.05", stdout=StringIO())

    assert in_time == [True] * 5
    assert [got.json["data"]["n"] for got in quick.accepted] == [0, 1, 2, 3, 4]
    assert [got.json["data"]["n"] for got in slow.accepted] == [0, 1, 2, 3, 4]
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {"DELIVERED"}
    assert Heartbeat.objects.filter(name="webhooks").exists()


def test_stops_when_nothing_is_due(actor: Actor) -> None:
    with _offered(), receiving() as receiver:
        receiver.answer = lambda got: 500
        spec = WebhookSpec(target_url=receiver.url, events=[_NAME])
        webhooks.create(spec=spec, actor=actor, now=NOW)
        happens(actor, 2)

        call_command("send_webhooks", "--once", stdout=StringIO())

    assert len(receiver.got) == 1
    assert WebhookDelivery.objects.filter(status="PENDING").count() == 2
