from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from pytest_django import Settings

from core.actors import Actor
from integrations.models import Webhook
from integrations.services import webhook_lanes, webhooks
from integrations.services.webhooks import IssuedSecret, WebhookSpec
from tests.conftest import NOW
from tests.integrations.webhooks.receiver import Receiver, receiving

MakeWebhook = Callable[..., IssuedSecret]


@pytest.fixture
def loopback_allowed(settings: Settings) -> None:
    """The receiver of the tests is on this machine."""
    settings.FANFARE_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]


@pytest.fixture
def receiver(loopback_allowed: None) -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def make_webhook(actor: Actor) -> MakeWebhook:
    """`make_webhook(url=…, events=["customer.created"])`; all events by default."""

    def make(url: str = "https://hooks.example/fanfare", **spec: Any) -> IssuedSecret:
        given = WebhookSpec(**{"target_url": url, "events": ["all"], **spec})
        return webhooks.create(spec=given, actor=actor, now=NOW)

    return make


class Clock:
    """Time that passes only when somebody says so."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def on(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def deliver(webhook: Webhook, clock: Clock, *, most: int = 200) -> int:
    return webhook_lanes.run(webhook_id=webhook.pk, clock=clock, most=most)
