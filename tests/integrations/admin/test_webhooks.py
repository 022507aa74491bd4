"""The screens of webhooks: made, changed, watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from commerce.services import customers
from commerce.services.customer_specs import CustomerSpec
from core.actors import Actor
from integrations.models import Webhook, WebhookAttempt, WebhookDelivery
from integrations.services import webhook_lanes, webhooks
from integrations.services.webhooks import WebhookSpec
from tests.conftest import NOW
from tests.integrations.webhooks.receiver import Receiver, receiving

pytestmark = pytest.mark.django_db
URL = "/admin/integrations/webhook/"
LOG = "/admin/integrations/webhookdelivery/"
CONFIRM = {"_form_submitted": "True"}


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.FANFARE_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    with receiving() as found:
        yield found


@pytest.fixture
def webhook(receiver: Receiver, actor: Actor) -> Webhook:
    spec = WebhookSpec(
        name="Ticket system",
        target_url=receiver.url,
        events=["customer.created"],
        headers={"authorization": "Bearer s3cret"},
    )
    return webhooks.create(spec=spec, actor=actor, now=NOW).webhook


def typed(**more: Any) -> dict[str, Any]:
    given = {
        "name": "Ticket system",
        "target_url": "https://hooks.example/in",
        "events": ["redemption.succeeded", "campaign.created"],
        "headers_text": "Authorization: Bearer hidden7\n\nx-shop: 7",
    }
    return {**given, **more}


def button(name: str, row: Webhook | WebhookDelivery) -> str:
    return reverse(f"admin:integrations_{row._meta.model_name}_{name}", args=[row.pk])


def a_customer(actor: Actor, name: str = "anna") -> None:
    customers.upsert(spec=CustomerSpec(source_id=name), actor=actor, now=timezone.now())


def test_makes_one_and_shows_the_secret_once(admin_page: Client) -> None:
    answer = admin_page.post(f"{URL}add/", typed())

    row = Webhook.objects.get()
    (secret,) = webhooks.live_secrets(row, now=NOW)
    assert answer.status_code == 200
    assert secret in answer.content.decode()
    assert row.events == ["campaign.created", "redemption.succeeded"]
    assert webhooks.custom_headers(row) == {"authorization": "Bearer hidden7", "x-shop": "7"}
    page = admin_page.get(f"{URL}{row.pk}/change/").content.decode()
    assert secret not in page
    assert "Bearer hidden7" not in page
    assert "authorization: (kept)" in page


def test_takes_along_a_secret_of_ones_own(admin_page: Client) -> None:
    admin_page.post(f"{URL}add/", typed(secret_text="secret-of-another-system"))

    assert webhooks.live_secrets(Webhook.objects.get(), now=NOW) == ["secret-of-another-system"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"events": []}, "Tick at least one"),
        ({"target_url": "http://10.0.0.8/"}, "inside of a network"),
        ({"headers_text": "nonsense"}, "write a name, a colon and a value"),
        ({"headers_text": "a: 1\nA: 2"}, "is there twice"),
        ({"headers_text": "host: elsewhere"}, "cannot be the name of a header"),
    ],
)
def test_says_what_is_wrong_with_the_form(admin_page: Client, given: dict[str, Any], said: str) -> None:
    answer = admin_page.post(f"{URL}add/", typed(**given))

    assert said in answer.content.decode()
    assert not Webhook.objects.exists()


def test_events_are_offered_in_words_by_groups(admin_page: Client) -> None:
    page = admin_page.get(f"{URL}add/").content.decode()

    for text in ("Redemptions", "something is redeemed", "Gift cards", "a budget is used up", "Approvals"):
        assert text in page


def test_changes_what_was_changed(admin_page: Client, webhook: Webhook) -> None:
    kept = typed(events=["customer.created"], headers_text="authorization: (kept)\nx-new: 1")
    answer = admin_page.post(f"{URL}{webhook.pk}/change/", kept)

    assert answer.status_code == 302
    webhook.refresh_from_db()
    assert webhook.has_previous_secret(NOW) is False
    assert webhook.target_url == "https://hooks.example/in"
    assert webhooks.custom_headers(webhook) == {"authorization": "Bearer s3cret", "x-new": "1"}
    assert webhook.state == "ACTIVE"


def test_the_test_button_says_what_the_receiver_answered(
    admin_page: Client, webhook: Webhook, receiver: Receiver
) -> None:
    admin_page.post(button("send_test", webhook), CONFIRM)
    receiver.answer = lambda got: 500
    admin_page.post(button("send_test", webhook), CONFIRM)

    page = admin_page.get(f"{URL}{webhook.pk}/change/").content.decode()
    assert "The receiver took the test and answered 200." in page
    assert "The test did not get through. The receiver answered 500." in page
    assert [got.json["type"] for got in receiver.got] == ["webhook.test"] * 2
    assert [got.headers["authorization"] for got in receiver.got] == ["Bearer s3cret"] * 2
    rows = WebhookDelivery.objects.order_by("pk").values_list("origin", "status", "status_code")
    assert list(rows) == [("TEST", "DELIVERED", 200), ("TEST", "FAILED", 500)]
    assert WebhookAttempt.objects.count() == 2


def test_the_log_tells_try_now_skip_and_send_again(
    admin_page: Client, webhook: Webhook, receiver: Receiver, actor: Actor
) -> None:
    receiver.answer = lambda got: 503
    a_customer(actor)
    a_customer(actor, "berta")
    webhook_lanes.run(webhook_id=webhook.pk, clock=timezone.now)
    first, second = WebhookDelivery.objects.order_by("pk")

    page = admin_page.get(LOG).content.decode()
    assert "A customer is new" in page
    assert "Trying again" in page
    detail = admin_page.get(f"{LOG}{first.pk}/change/").content.decode()
    assert "The receiver answered 503." in detail
    assert "customer.created" in detail
    admin_page.post(button("try_now", first), CONFIRM)
    first.refresh_from_db()
    assert first.due_at is None
    admin_page.post(button("skip", first), CONFIRM)
    receiver.answer = lambda got: 200
    assert webhook_lanes.run(webhook_id=webhook.pk, clock=timezone.now) == 1
    admin_page.post(button("send_again", first), CONFIRM)
    assert webhook_lanes.run(webhook_id=webhook.pk, clock=timezone.now) == 1

    statuses = WebhookDelivery.objects.order_by("pk").values_list("status", "origin")
    assert list(statuses) == [("SKIPPED", "EVENT"), ("DELIVERED", "EVENT"), ("DELIVERED", "REPLAY")]
    assert receiver.accepted[1].event_id == first.message.event_id


def test_sends_a_range_again(admin_page: Client, webhook: Webhook, receiver: Receiver, actor: Actor) -> None:
    a_customer(actor)
    webhook_lanes.run(webhook_id=webhook.pk, clock=timezone.now)
    today = timezone.now().date()
    form = {
        "since_0": str(today - timedelta(days=1)),
        "since_1": "00:00",
        "until_0": str(today + timedelta(days=1)),
        "until_1": "00:00",
        **CONFIRM,
    }

    admin_page.post(button("replay", webhook), form)

    assert "1 message is sent again." in admin_page.get(f"{URL}{webhook.pk}/change/").content.decode()
    webhook_lanes.run(webhook_id=webhook.pk, clock=timezone.now)
    assert len({got.event_id for got in receiver.accepted}) == 1
    assert len(receiver.accepted) == 2


def test_turns_off_and_on_rotates_and_ends_the_old_secret(admin_page: Client, webhook: Webhook) -> None:
    (old,) = webhooks.live_secrets(webhook, now=NOW)
    admin_page.post(button("turn_off", webhook), CONFIRM)
    webhook.refresh_from_db()
    assert webhook.state == "OFF"
    admin_page.post(button("turn_on", webhook), CONFIRM)
    dialog = admin_page.post(button("rotate", webhook), CONFIRM).content.decode()
    webhook.refresh_from_db()
    assert webhook.state == "ACTIVE"
    former, new = webhooks.live_secrets(webhook, now=timezone.now())
    assert (former, new in dialog) == (old, True)

    admin_page.post(button("end_overlap", webhook), CONFIRM)

    webhook.refresh_from_db()
    assert webhooks.live_secrets(webhook, now=timezone.now()) == [new]


def test_the_sidebar_says_that_one_stopped(admin_page: Client, webhook: Webhook) -> None:
    Webhook.objects.update(state="FAILED", stopped_at=NOW)

    page = admin_page.get(f"{URL}{webhook.pk}/change/").content.decode()

    assert "no attempt went through" in page
    assert "Stopped" in admin_page.get(URL).content.decode()


def test_only_administrators_get_in(page_as: Callable[[str], Client], webhook: Webhook) -> None:
    for who in ("Viewer", "User", "Merchant", "Support", "Finance"):
        browser = page_as(who)
        assert {browser.get(url).status_code for url in (URL, LOG, f"{URL}{webhook.pk}/change/")} == {403}


def test_lists_cost_the_same_however_long(
    admin_page: Client, webhook: Webhook, receiver: Receiver, actor: Actor, count_queries: Any
) -> None:
    admin_page.get(LOG)
    a_customer(actor)
    few = [count_queries(lambda url=url: admin_page.get(url)) for url in (URL, LOG)]
    for number in range(20):
        a_customer(actor, f"c{number}")
        if number < 3:
            spec = WebhookSpec(target_url=f"{receiver.url}/{number}", events=["all"])
            webhooks.create(spec=spec, actor=actor, now=NOW)

    assert [count_queries(lambda url=url: admin_page.get(url)) for url in (URL, LOG)] == few
