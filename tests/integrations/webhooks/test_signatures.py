"""Signatures: the contract's and those of Standard Webhooks, while a secret is rotated, too (PROOFS W4)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from commerce.services import customers
from commerce.services.customer_specs import CustomerSpec
from core.actors import Actor
from integrations import sealed, signatures
from integrations.models import Webhook, WebhookDelivery
from integrations.services import webhooks
from tests.conftest import NOW
from tests.integrations.webhooks.conftest import Clock, MakeWebhook, deliver
from tests.integrations.webhooks.receiver import Got, Receiver


def test_signs_as_the_example_of_standard_webhooks_says() -> None:
    """The example of the specification and of its libraries."""
    found = signatures.headers(
        body=b'{"test": 2432232314}',
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=datetime.fromtimestamp(1614265330, UTC),
        live=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )

    assert found["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert found["webhook-timestamp"] == "1614265330"
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def accepts(got: Got, secret: str) -> tuple[bool, bool]:
    """What a receiver with this secret says, by the contract's header and by the standard's."""
    own = hmac.new(secret.encode(), got.body, hashlib.sha256).hexdigest()
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    standard = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return (
        own == got.headers["x-voucherify-signature"],
        f"v1,{standard}" in got.headers["webhook-signature"].split(" "),
    )


@pytest.mark.django_db
def test_every_message_is_signed_with_the_secret_that_was_shown(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    issued = make_webhook(receiver.url, events=["customer.created"])
    spec = CustomerSpec(source_id="zoë", values={"name": "Zoë “Z” Ångström\n\u2028"})
    customers.upsert(spec=spec, actor=actor, now=NOW)

    deliver(issued.webhook, clock)

    (got,) = receiver.got
    assert accepts(got, issued.secret) == (True, True)
    assert got.headers["webhook-id"] == got.event_id
    assert got.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert got.body == json.dumps(got.json, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.django_db
def test_while_a_secret_is_rotated_both_are_good_then_only_the_new_one(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    issued = make_webhook(receiver.url, events=["customer.created"])
    old, webhook = issued.secret, issued.webhook
    new = webhooks.rotate(webhook_id=webhook.pk, actor=actor, now=NOW).secret
    for number in range(3):
        customers.upsert(spec=CustomerSpec(source_id=f"c{number}"), actor=actor, now=NOW)

    clock.at = NOW + timedelta(hours=24) - timedelta(seconds=1)
    assert deliver(webhook, clock, most=1) == 1
    clock.on(seconds=1)
    assert deliver(webhook, clock, most=1) == 1
    third = webhooks.rotate(webhook_id=webhook.pk, actor=actor, now=clock.at).secret
    webhooks.end_overlap(webhook_id=webhook.pk, actor=actor, now=clock.at)
    assert deliver(webhook, clock) == 1

    during, after, ended = receiver.got
    assert (accepts(during, old), accepts(during, new)) == ((True, True), (False, True))
    assert (accepts(after, old), accepts(after, new)) == ((False, False), (True, True))
    assert (accepts(ended, new), accepts(ended, third)) == ((False, False), (True, True))


@pytest.mark.django_db
def test_a_secret_brought_along_signs_both_ways(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock
) -> None:
    own = "not base64 at all!"
    issued = make_webhook(receiver.url, events=["customer.created"], secret=own)
    customers.upsert(spec=CustomerSpec(source_id="c"), actor=actor, now=NOW)

    deliver(issued.webhook, clock)

    (got,) = receiver.got
    assert issued.secret == own
    assert got.headers["x-voucherify-signature"] == hmac.new(own.encode(), got.body, "sha256").hexdigest()
    signed = f"{got.event_id}.{int(NOW.timestamp())}.".encode() + got.body
    standard = base64.b64encode(hmac.digest(own.encode(), signed, "sha256")).decode()
    assert got.headers["webhook-signature"] == f"v1,{standard}"


def test_sealed_text_tells_nothing_and_comes_back() -> None:
    text = "whsec_" + secrets.token_hex(40)

    one, other = sealed.seal(text), sealed.seal(text)

    assert one != other
    assert text not in base64.urlsafe_b64decode(one).decode("latin-1")
    assert (sealed.unseal(one), sealed.unseal(other), sealed.unseal(sealed.seal(""))) == (text, text, "")


@pytest.mark.parametrize("place", [0, 15, 16, 47, 48, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(sealed.seal("something secret")))
    raw[place] ^= 1

    with pytest.raises(sealed.Unreadable):
        sealed.unseal(base64.urlsafe_b64encode(bytes(raw)).decode())


@pytest.mark.parametrize("text", ["", "plain text", "gAAAA@@@", "żółć"])
def test_what_was_never_sealed_is_unreadable(text: str) -> None:
    with pytest.raises(sealed.Unreadable):
        sealed.unseal(text)


def test_a_former_key_reads_while_it_is_a_fallback(settings: Settings) -> None:
    text = sealed.seal("secret")
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another" + "0" * 50

    with pytest.raises(sealed.Unreadable):
        sealed.unseal(text)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert sealed.unseal(text) == "secret"


@pytest.mark.django_db
def test_a_lost_key_fails_the_attempt_and_says_why(
    receiver: Receiver, make_webhook: MakeWebhook, actor: Actor, clock: Clock, settings: Settings
) -> None:
    webhook = make_webhook(receiver.url, events=["customer.created"]).webhook
    customers.upsert(spec=CustomerSpec(source_id="c"), actor=actor, now=NOW)
    settings.SECRET_KEY = "another" + "0" * 50

    assert deliver(webhook, clock) == 1

    assert receiver.got == []
    assert "SECRET_KEY_FALLBACKS" in WebhookDelivery.objects.get().error


@pytest.mark.django_db
def test_a_deleted_webhook_keeps_no_secret(make_webhook: MakeWebhook, actor: Actor) -> None:
    webhook = make_webhook(headers={"x-key": "value"}).webhook
    webhooks.rotate(webhook_id=webhook.pk, actor=actor, now=NOW)

    webhooks.delete(webhook_id=webhook.pk, actor=actor, now=NOW)

    row = Webhook.objects.get()
    assert (row.secret, row.previous_secret, row.headers, row.header_names) == ("", "", "", [])
