"""Administrators hear by e-mail that a webhook was stopped. No transaction is open meanwhile."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.urls import reverse

from core import words
from core.staff import staff_allows
from integrations.models import Webhook
from integrations.selectors import webhooks as known

PERMISSION: Final = "management.modify"


def tell_stopped(*, public_id: str) -> int:
    """Write to everybody who can turn it on again; returns to how many. One that works again needs no letter.

    :raises OSError: the mail server does not take it; try again later.
    """
    webhook = known.stopped().filter(public_id=public_id).first()
    if webhook is None or not settings.FANFARE_SENDS_MAIL:
        return 0
    addresses = administrators()
    for address in addresses:
        message(webhook, address).send()
    return len(addresses)


def administrators() -> list[str]:
    people = User.objects.filter(is_active=True, is_staff=True).exclude(email="").order_by("pk")
    return [user.email for user in people if staff_allows(user, PERMISSION)]


def message(webhook: Webhook, address: str) -> EmailMessage:
    page = reverse("admin:integrations_webhook_change", args=[webhook.pk])
    waiting = words.count(known.waiting_of(webhook.pk).count(), "message waits", "messages wait")
    body = (
        f"{webhook.target_url} did not take a message, although it was tried for more than two days. "
        f"The last time: {webhook.last_error or 'no answer'}\n\n"
        f"Nothing is sent to it any more. {waiting}, and what happens from now on is kept, too. "
        "Turn it on when the receiver works again: everything is then sent in order.\n\n"
        f"{settings.FANFARE_URL.rstrip('/')}{page}\n"
    )
    return EmailMessage(subject=f"The webhook {webhook} was stopped", body=body, to=[address])
