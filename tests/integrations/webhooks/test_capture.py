"""What happens is written down for webhooks with the change itself, as it was then (INVARIANTS E1)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction

from commerce.services import customers
from commerce.services.customer_specs import CustomerSpec
from core import event_bodies
from core.actors import Actor, ActorKind
from core.models import ApiKey, EventInterest, OutboxEvent
from core.services import api_keys
from integrations import envelopes
from integrations.models import Webhook, WebhookDelivery, WebhookMessage
from integrations.services import webhooks
from integrations.services.webhooks import WebhookSpec
from tests.conftest import NOW
from tests.integrations.webhooks.conftest import MakeWebhook

pytestmark = pytest.mark.django_db


def a_customer(actor: Actor, name: str = "anna", **values: Any) -> None:
    customers.upsert(spec=CustomerSpec(source_id=name, values=values), actor=actor, now=NOW)


def test_nothing_is_kept_for_nobody(actor: Actor) -> None:
    a_customer(actor)

    assert not WebhookMessage.objects.exists()


def test_only_those_that_want_it_are_told(make_webhook: MakeWebhook, actor: Actor) -> None:
    wanting = make_webhook(events=["customer.created"]).webhook
    everything = make_webhook().webhook
    make_webhook(events=["voucher.created"])
    make_webhook(events=["customer.created"], is_active=False)

    a_customer(actor)

    message = WebhookMessage.objects.get()
    told = WebhookDelivery.objects.order_by("pk")
    assert [(row.webhook, row.message) for row in told] == [(wanting, message), (everything, message)]
    event = OutboxEvent.objects.get(name="customer.created")
    assert (message.event_id, message.sequence, message.occurred_at) == (event.public_id, 1, NOW)


def test_the_envelope_is_the_contracts(make_webhook: MakeWebhook, settings_row: Any) -> None:
    key = api_keys.create(name="Shop", actor=Actor.system("tests"), now=NOW).key
    caller = Actor(kind=ActorKind.API_KEY, id=key.app_id, label="Shop", request_id="v-1")
    webhook = make_webhook(events=["customer.created"]).webhook
    a_customer(caller, name="Zoë")

    delivery = WebhookDelivery.objects.select_related("webhook", "message").get()
    body = envelopes.body(delivery, project_id=settings_row.public_id)

    found = json.loads(body)
    assert list(found) == ["id", "project_id", "created_at", "type", "data", "source", "event"]
    assert found["id"] == delivery.public_id
    assert found["id"].startswith("whs_")
    assert (found["project_id"], found["type"]) == (settings_row.public_id, "customer.created")
    assert found["created_at"] == "2026-03-10T12:00:00.000Z"
    assert found["source"] == {"id": webhook.public_id, "object": "webhook", "target_url": webhook.target_url}
    customer = found["data"]["customer"]
    assert (customer["source_id"], customer["object"]) == ("Zoë", "customer")
    assert found["event"] == {
        "id": delivery.message.event_id,
        "type": "customer.created",
        "created_at": "2026-03-10T12:00:00.000Z",
        "entity_id": customer["id"],
        "group_id": "v-1",
        "event_source": {"channel": "API", "api_key": {"name": "Shop", "app_id": key.app_id}},
        "sequence": 1,
    }
    assert "Zoë".encode() in body


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (ActorKind.USER, {"channel": "USER_PORTAL", "user": {"id": "7"}}),
        (ActorKind.SYSTEM, {"channel": "INTERNAL"}),
    ],
)
def test_the_source_says_who_it_was(make_webhook: MakeWebhook, kind: ActorKind, found: Any) -> None:
    make_webhook()
    a_customer(Actor(kind=kind, id="7", label="Mia"))

    assert WebhookMessage.objects.get().event_source == found


def test_a_client_key_is_named_as_such(make_webhook: MakeWebhook, actor: Actor) -> None:
    key = api_keys.create(name="Page", kind=ApiKey.Kind.CLIENT, actor=actor, now=NOW).key
    make_webhook()

    a_customer(Actor(kind=ActorKind.API_KEY, id=key.app_id, label="Page"))

    assert WebhookMessage.objects.get().event_source["channel"] == "CLIENT_API"


def test_bodies_show_the_state_at_the_event(make_webhook: MakeWebhook, actor: Actor) -> None:
    make_webhook(events=["customer.created", "customer.updated"])
    a_customer(actor, name="c", city="Lund")
    a_customer(actor, name="c", city="Oslo")

    rows = WebhookMessage.objects.order_by("pk")
    cities = [json.loads(row.data)["customer"]["address"]["city"] for row in rows]
    assert (cities, [row.sequence for row in rows]) == (["Lund", "Oslo"], [1, 2])


def test_what_is_rolled_back_was_never_said(make_webhook: MakeWebhook, actor: Actor) -> None:
    make_webhook()

    with transaction.atomic():
        a_customer(actor)
        transaction.set_rollback(True)

    assert not WebhookDelivery.objects.exists()


def test_a_body_that_cannot_be_drawn_does_not_stop_the_change(
    make_webhook: MakeWebhook, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_webhook()

    def broken(event: OutboxEvent, entity: Any) -> dict[str, Any]:
        list(Webhook.objects.raw("SELECT nonsense FROM nowhere"))
        raise AssertionError

    offered = event_bodies.Offered(name="customer.created", group="", words="", body=broken)
    monkeypatch.setitem(event_bodies._offered, "customer.created", offered)

    a_customer(actor)

    message = WebhookMessage.objects.get()
    assert json.loads(message.data) == {"customer_id": message.entity_id, "source_id": "anna"}


def test_asking_costs_no_statement_where_nobody_listens(
    make_webhook: MakeWebhook, actor: Actor, count_queries: Any
) -> None:
    without = count_queries(lambda: a_customer(actor, name="a"))
    make_webhook(events=["voucher.created"])

    assert count_queries(lambda: a_customer(actor, name="b")) == without


def test_interests_follow_the_webhooks(make_webhook: MakeWebhook, actor: Actor) -> None:
    def wanted() -> list[str]:
        return sorted(EventInterest.objects.values_list("name", flat=True))

    def change(webhook: Webhook, **spec: Any) -> None:
        webhooks.update(webhook_id=webhook.pk, spec=WebhookSpec(**spec), actor=actor, now=NOW)

    one = make_webhook(events=["customer.created", "voucher.created"]).webhook
    two = make_webhook(events=["voucher.created"]).webhook
    assert wanted() == ["customer.created", "voucher.created"]
    change(one, is_active=False)
    assert wanted() == ["voucher.created"]
    change(two, events=["all"])
    assert wanted() == ["*"]
    change(one, is_active=True)
    assert wanted() == ["*", "customer.created", "voucher.created"]
    webhooks.delete(webhook_id=two.pk, actor=actor, now=NOW)
    assert wanted() == ["customer.created", "voucher.created"]
    Webhook.objects.filter(pk=one.pk).update(state="FAILED")
    change(one, name="Still listening")
    assert wanted() == ["customer.created", "voucher.created"]
    webhooks.delete(webhook_id=one.pk, actor=actor, now=NOW)
    assert wanted() == []
