"""Notifications by e-mail. No transaction is open while the mail server is spoken to."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.urls import reverse

from approvals.models import Notification
from approvals.selectors import notifications as known
from approvals.services.requests import page
from core import branding
from core.branding import Brand

logger = logging.getLogger(__name__)

_BATCH: Final = 200
_MOST_FAILURES: Final = 5
_LONGEST_SUBJECT: Final = 120


def send_waiting(*, now: datetime) -> int:
    """Mail what nobody has mailed yet; returns how many went out.

    Each is taken before it is sent, by one statement, so that two workers never send the same one, and given
    back if the server refuses it: a server that is away loses nothing. Only a worker that is killed between
    the two leaves one e-mail out; the notification itself stays.
    """
    waiting = list(known.unmailed(now).values_list("pk", flat=True)[:_BATCH])
    if not waiting:
        return 0
    server, brand = mail.mailers.default, branding.current()
    sent = failures = 0
    try:
        server.open()
        for pk in waiting:
            try:
                sent += _send(pk, server, brand, now)
            except Exception:  # Refused by the server, or an address that is none: not the others' fault.
                logger.warning("notification %s could not be mailed", pk, exc_info=True)
                failures += 1
                if failures == _MOST_FAILURES:
                    break
    except OSError:
        logger.warning("the mail server does not answer", exc_info=True)
    finally:
        server.close()
    return sent


def _send(pk: int, server: Any, brand: Brand, now: datetime) -> int:
    if not Notification.objects.filter(pk=pk, mailed_at=None).update(mailed_at=now):
        return 0
    is_sent = False
    try:
        row = Notification.objects.select_related("user", "request").get(pk=pk)
        server.send_messages([message(row, brand)])
        is_sent = True
    finally:
        if not is_sent:
            Notification.objects.filter(pk=pk).update(mailed_at=None)
    return 1


def message(notification: Notification, brand: Brand) -> EmailMessage:
    """One line as subject, the whole in the text, and where to go on; in the name of the brand."""
    text = notification.text
    subject = text if len(text) <= _LONGEST_SUBJECT else f"{text[: _LONGEST_SUBJECT - 1]}…"
    base = settings.FANFARE_URL.rstrip("/")
    request, person = notification.request, notification.user
    details = f"{notification.details}\n\n" if notification.details else ""
    choice = (
        f"{notification.get_kind_display()}. What is mailed to you is your choice:\n"
        f"{base}{reverse('admin:notification_settings')}\n"
    )
    body = (
        f"{text}\n\n{details}{base}{notification.path if request is None else page(request)}\n\n"
        "-- \n"
        f"{brand.name}\n"
        f"{choice if person is not None else ''}"
    )
    return EmailMessage(
        subject=subject,
        body=body,
        from_email=brand.sender,
        to=[person.email if person is not None else notification.address],
        reply_to=[brand.reply_to] if brand.reply_to else None,
    )
