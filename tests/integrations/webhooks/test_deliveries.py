"""What people do about messages, what is forgotten, and who hears that a webhook was stopped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail

from commerce.services import customers
from commerce.services.customer_specs import CustomerSpec
from core import dispatch, periodic
from core.actors import Actor
from core.errors import InvalidPayload, NotFound
from core.models import AuditEntry
from integrations import tasks
from integrations.models import Webhook, WebhookAttempt, WebhookDelivery, WebhookMessage
from integrations.services import webhook_deliveries, webhook_mail, webhooks
from integrations.services.webhook_deliveries import NotWaiting, StillWaiting
from tests.conftest import NOW
from tests.integrations.webhooks.conftest import Clock, MakeWebhook, deliver
from tests.integrations.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def happens(actor: Actor, *hours: int) -> None:
    for hour in hours:
        customers.upsert(spec=CustomerSpec(source_id=f"c{hour}"), actor=actor, now=NOW + hour * HOUR)


def heard(receiver: Receiver) -> list[str]:
    return [got.json["data"]["customer"]["source_id"] for got in receiver.accepted]


def test_a_range_is_sent_again_in_order_under_the_same_ids(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    happens(actor, 0, 1, 2, 3)
    deliver(webhook, clock)
    happens(actor, 4)

    count = webhook_deliveries.replay(
        webhook_id=webhook.pk, since=NOW + HOUR, until=NOW + 5 * HOUR, actor=actor, now=NOW
    )
    deliver(webhook, clock)

    # What still waited was not doubled.
    assert (count, heard(receiver)) == (3, ["c0", "c1", "c2", "c3", "c4", "c1", "c2", "c3"])
    ids = [got.event_id for got in receiver.accepted]
    assert (ids[5:], len(set(ids))) == (ids[1:4], 5)
    assert AuditEntry.objects.get(action="webhook.replayed").after["count"] == 3


def test_a_new_webhook_can_be_told_what_others_heard_before(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    make_webhook()
    happens(actor, 0, 1)
    late = make_webhook(receiver.url, events=["customer.created"]).webhook
    other = make_webhook(events=["voucher.created"]).webhook
    period: dict[str, Any] = {"since": NOW, "until": NOW + 2 * HOUR, "actor": actor, "now": NOW}

    assert webhook_deliveries.replay(webhook_id=other.pk, **period) == 0
    assert webhook_deliveries.replay(webhook_id=late.pk, types=["customer.updated"], **period) == 0
    assert webhook_deliveries.replay(webhook_id=late.pk, **period) == 2
    deliver(late, clock)
    assert heard(receiver) == ["c0", "c1"]


def test_too_long_and_empty_ranges_are_refused(
    make_webhook: MakeWebhook, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = make_webhook().webhook
    happens(actor, 0, 1)
    WebhookDelivery.objects.all().delete()
    monkeypatch.setattr(webhook_deliveries, "MOST_AT_ONCE", 1)

    for until in (NOW, NOW + 2 * HOUR):
        with pytest.raises(InvalidPayload):
            webhook_deliveries.replay(webhook_id=webhook.pk, since=NOW, until=until, actor=actor, now=NOW)
    assert not WebhookDelivery.objects.exists()


def test_single_messages_are_skipped_or_sent_again_only_when_that_means_something(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    happens(actor, 0)
    row = WebhookDelivery.objects.get()
    given: dict[str, Any] = {"delivery_id": row.pk, "actor": actor, "now": NOW}

    with pytest.raises(StillWaiting):
        webhook_deliveries.send_again(**given)
    webhook_deliveries.skip(**given)
    for service in (webhook_deliveries.skip, webhook_deliveries.try_now):
        with pytest.raises(NotWaiting):
            service(**given)
    assert deliver(webhook, clock) == 0
    webhook_deliveries.send_again(**given)
    assert deliver(webhook, clock) == 1
    webhooks.delete(webhook_id=webhook.pk, actor=actor, now=NOW)
    with pytest.raises(NotFound):
        webhook_deliveries.send_again(**given)


def test_what_waits_for_a_deleted_webhook_is_given_up(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    webhook = make_webhook(receiver.url).webhook
    happens(actor, 0)

    webhooks.delete(webhook_id=webhook.pk, actor=actor, now=NOW)

    assert (deliver(webhook, clock), WebhookDelivery.objects.get().status) == (0, "SKIPPED")
    with pytest.raises(NotFound):
        webhooks.delete(webhook_id=webhook.pk, actor=actor, now=NOW)


def test_a_test_goes_past_what_waits_and_to_one_that_is_off(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor
) -> None:
    webhook = make_webhook(receiver.url, is_active=False).webhook

    row = webhook_deliveries.send_test(webhook_id=webhook.pk, actor=actor, now=NOW)

    (got,) = receiver.got
    assert got.json["type"] == "webhook.test"
    assert (row.status, row.status_code, row.error) == ("DELIVERED", 200, "")
    assert WebhookAttempt.objects.get().delivery == row


def test_old_messages_are_forgotten_unless_they_wait(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    happens(actor, 0, 1, 2)
    deliver(webhook, clock, most=1)
    waiting = make_webhook(events=["customer.updated"]).webhook

    assert webhook_deliveries.prune(before=NOW + HOUR) == 1
    assert webhook_deliveries.prune(before=NOW + 9 * HOUR) == 0
    assert WebhookAttempt.objects.count() == 0
    # Nobody can wait for ever: of one that is off, old messages go.
    Webhook.objects.filter(pk=webhook.pk).update(state="FAILED")
    assert webhook_deliveries.prune(before=NOW + 9 * HOUR) == 2
    assert not WebhookMessage.objects.exists()
    assert Webhook.objects.filter(pk=waiting.pk).exists()


def test_pruning_is_a_nightly_job(make_webhook: MakeWebhook, actor: Actor) -> None:
    make_webhook(is_active=True)
    happens(actor, 0)
    Webhook.objects.update(state="OFF")

    job = next(one for one in periodic.jobs() if one.task == tasks.prune_webhook_messages.name)
    assert [job.run(NOW + timedelta(days=days)) for days in (29, 31, 31)] == [0, 1, 0]


@pytest.fixture
def people(settings: Any) -> list[User]:
    settings.FANFARE_SENDS_MAIL = True
    made = []
    for name, group in (("ada", "Administrator"), ("mia", "Marketer"), ("old", "Administrator")):
        user = User.objects.create_user(name, f"{name}@shop.example", is_staff=True, is_active=name != "old")
        user.groups.add(Group.objects.get(name=group))
        made.append(user)
    return made


def test_administrators_hear_that_a_webhook_was_stopped(
    make_webhook: MakeWebhook, people: list[User], actor: Actor
) -> None:
    webhook = make_webhook(name="Tickets").webhook
    assert webhook_mail.tell_stopped(public_id=webhook.public_id) == 0
    happens(actor, 0)
    Webhook.objects.update(state="FAILED", last_error="The receiver answered 500.")

    assert tasks.mail_stopped_webhook(public_id=webhook.public_id) == 1

    (letter,) = mail.outbox
    assert letter.to == ["ada@shop.example"]
    assert letter.subject == "The webhook Tickets was stopped"
    assert "The receiver answered 500." in letter.body
    assert "1 message waits" in letter.body
    assert f"/admin/integrations/webhook/{webhook.pk}/change/" in letter.body


def test_the_letter_leaves_after_the_event(
    receiver: Receiver,
    make_webhook: MakeWebhook,
    actor: Actor,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(
        "integrations.subscribers.current_app.send_task", lambda name, kwargs: sent.append((name, kwargs))
    )
    receiver.answer = lambda got: 500
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    happens(actor, 0)
    WebhookDelivery.objects.update(attempts_count=12, error="before")
    deliver(webhook, clock)

    with django_capture_on_commit_callbacks(execute=True):
        for delivery_id in dispatch.plan(now=NOW):
            dispatch.deliver(delivery_id=delivery_id, now=NOW)

    assert (
        "integrations.tasks.mail_stopped_webhook",
        {"public_id": webhook.public_id},
    ) in sent
