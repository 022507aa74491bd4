"""Messages on their way out. No transaction is open while somebody else is spoken to.

A message is taken for ten minutes, gets its code in a transaction of its own (once, whoever repeats it), and
is then sent. A webhook that was being sent when its worker died is sent again under the same id; an e-mail
cannot be recognised by who reads it, so a person decides.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from typing import Any, Final

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.utils.html import conditional_escape, format_html, format_html_join

from core import branding
from core.actors import Actor
from core.branding import Brand
from core.errors import DomainError
from core.instants import format_instant
from core.locking import lock
from integrations import sealed, signatures
from integrations.services import sending
from promotions import message_text
from promotions.models import Distribution, DistributionMessage, MessageTemplate, Publication
from promotions.selectors import distributions as selectors
from promotions.selectors import message_facts
from promotions.services import publications
from promotions.services.publication_specs import PublicationSpec

logger = logging.getLogger(__name__)

State = DistributionMessage.State
Channel = Distribution.Channel

LEASE: Final = timedelta(minutes=10)
MOST_ATTEMPTS: Final = 5
_BATCH: Final = 200
_UNKNOWN: Final = "The worker ended while it was being sent, so it may have arrived."


class _LeftOut(Exception):
    """There is nothing to send to this customer; the text says why."""


class _Failed(Exception):
    """It did not go out this time. `is_final`: trying again changes nothing."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        self.is_final = is_final
        super().__init__(reason)


def send_due(*, now: datetime, most: int = _BATCH) -> int:
    """Send what is due of every running distribution, within its pace; returns how many were dealt with."""
    running = selectors.running().filter(starts_at__lte=now).select_related("gives", "template", "segment")
    return sum(_send_some(row, now, most) for row in running.order_by("pk"))


def _send_some(row: Distribution, now: datetime, most: int) -> int:
    taken = _take(row, most, now)
    if taken:
        with _Post(row) as post:
            for message in (
                DistributionMessage.objects.filter(pk__in=taken).select_related("customer").order_by("pk")
            ):
                _deal_with(row, message, post, now)
    _finish(row, now)
    return len(taken)


@transaction.atomic
def _take(row: Distribution, most: int, now: datetime) -> list[int]:
    """The next ones, for ten minutes. Those whose time ran out while they were being sent come with them.

    The pace is counted under the lock of the distribution, so that several workers keep it together.
    """
    lock(Distribution.objects.filter(pk=row.pk))
    number = min(most, row.per_minute - selectors.under_way(row, now))
    if number <= 0:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"row": row.pk, "number": number, "now": now, "until": now + LEASE})
        taken = cursor.fetchall()
    lost = [pk for pk, was_sending in taken if was_sending and row.channel == Channel.EMAIL]
    if lost:
        DistributionMessage.objects.filter(pk__in=lost).update(state=State.FAILED, reason=_UNKNOWN)
    return [pk for pk, _ in taken if pk not in set(lost)]


_TAKE: Final = """
WITH next AS (
    SELECT id, state = 'SENDING' AS was_sending FROM promotions_distributionmessage
    WHERE distribution_id = %(row)s AND state IN ('WAITING', 'SENDING') AND due_at <= %(now)s
    ORDER BY due_at, id LIMIT %(number)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE promotions_distributionmessage AS message
SET state = 'SENDING', due_at = %(until)s, attempts = attempts + 1
FROM next WHERE message.id = next.id
RETURNING message.id, next.was_sending
"""


def _deal_with(row: Distribution, message: DistributionMessage, post: _Post, now: datetime) -> None:
    try:
        _check_wanted(row, message)
        message.publication = _give(row, message, now)
        facts = message_facts.of_message(
            customer=message.customer,
            happened=message.facts,
            publication=message.publication,
            brand=post.brand,
        )
        post.send(message, facts, now)
        message.state, message.sent_at, message.reason = State.SENT, now, ""
    except _LeftOut as reason:
        message.state, message.reason = State.SKIPPED, str(reason)
    except _Failed as failure:
        _put_off(message, str(failure), is_final=failure.is_final, now=now)
    except DomainError as refusal:
        _put_off(message, f"{refusal.message}. {refusal.details}", is_final=True, now=now)
    except Exception as error:
        logger.exception("message %s", message.public_id)
        _put_off(message, f"Something is broken: {type(error).__name__}.", is_final=False, now=now)
    message.save(update_fields=["state", "sent_at", "reason", "publication", "due_at"])


def _put_off(message: DistributionMessage, reason: str, *, is_final: bool, now: datetime) -> None:
    """Tried again after 1, 2, 4, 8 minutes, five times in all."""
    message.reason = reason[:500]
    if is_final or message.attempts >= MOST_ATTEMPTS:
        message.state = State.FAILED
        return
    message.state = State.WAITING
    message.due_at = now + timedelta(minutes=2 ** (message.attempts - 1))


def _check_wanted(row: Distribution, message: DistributionMessage) -> None:
    customer = message.customer
    if customer.deleted_at is not None:
        raise _LeftOut("The customer was deleted.")
    if row.consent_field and customer.metadata.get(row.consent_field) is not True:
        raise _LeftOut(f"No consent: {row.consent_field} is not true.")
    if row.channel == Channel.EMAIL and not customer.email:
        raise _LeftOut("No e-mail address is known.")


def _give(row: Distribution, message: DistributionMessage, now: datetime) -> Publication | None:
    """The code that comes with it; the same one at every attempt.

    :raises DomainError: none can be had.
    """
    if row.gives is None:
        return None
    spec = PublicationSpec(
        customer={"id": message.customer.public_id},
        campaign=row.gives.public_id,
        join_once=not row.is_repeated,
        channel=row.channel,
        cause=message.public_id,
    )
    actor = Actor.system("distributions", channel="TASK")
    return publications.publish(spec=spec, actor=actor, now=now).publication


def _finish(row: Distribution, now: datetime) -> None:
    """Over when by hand, everybody is collected and nothing waits."""
    if row.trigger or row.collected_at is None:
        return
    if row.messages.filter(state__in=(State.WAITING, State.SENDING)).exists():
        return
    live = Distribution.objects.filter(pk=row.pk, state=Distribution.State.LIVE, collected_at__isnull=False)
    live.update(state=Distribution.State.DONE, ended_at=now)


class _Post:
    """One connection for a batch, of the kind that the distribution speaks."""

    def __init__(self, row: Distribution) -> None:
        self._row = row
        self._server: Any = None
        self.brand = branding.current()

    def __enter__(self) -> _Post:
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

    def send(self, message: DistributionMessage, facts: dict[str, Any], now: datetime) -> None:
        """:raises _Failed: it did not arrive."""
        match self._row.channel:
            case Channel.EMAIL:
                self._mail(message, facts)
            case Channel.WEBHOOK:
                _call(self._row, message, facts, now)
        # A file is written from the rows, when somebody asks for it.

    def _mail(self, message: DistributionMessage, facts: dict[str, Any]) -> None:
        assert self._row.template is not None  # noqa: S101 - checked at the start
        letter = email(self._row.template, facts, self.brand, to=message.customer.email or "")
        letter.extra_headers["Message-ID"] = f"<{message.public_id}@fanfare>"
        try:
            if self._server is None:
                self._server = mail.mailers.default
                self._server.open()
            self._server.send_messages([letter])
        except OSError as error:
            self._server = None
            raise _Failed(f"The mail server refused it: {error}") from error


def email(
    template: MessageTemplate, facts: dict[str, Any], brand: Brand, *, to: str
) -> EmailMultiAlternatives:
    """The letter as plain text and as HTML that says the same."""
    text, footer = written(template, facts), below(brand)
    subject = " ".join(message_text.render(template.subject, facts).split())
    letter = EmailMultiAlternatives(
        subject=subject,
        body=f"{text}\n\n{footer}",
        from_email=brand.sender,
        to=[to],
        reply_to=[brand.reply_to] if brand.reply_to else None,
    )
    letter.attach_alternative(as_html(text, footer), "text/html")
    return letter


def written(template: MessageTemplate, facts: dict[str, Any]) -> str:
    return message_text.render(template.body, facts).strip()


def below(brand: Brand) -> str:
    """Why customers get e-mails, and from whom."""
    return "\n".join(filter(None, (brand.reminder, brand.footer)))


def as_html(text: str, footer: str) -> str:
    """Paragraphs of a plain text, escaped."""
    paragraphs = format_html_join(
        "", "<p>{}</p>", ((_lines(part),) for part in text.split("\n\n") if part.strip())
    )
    return format_html(
        '<div style="font-family: sans-serif; line-height: 1.5; max-width: 36rem">{}'
        '<p style="color: #666; font-size: .85em">{}</p></div>',
        paragraphs,
        _lines(footer),
    )


def _lines(text: str) -> str:
    return format_html_join(
        "\n", "{}<br>", ((conditional_escape(line),) for line in text.strip().split("\n"))
    )


def payload(
    row: Distribution, message: DistributionMessage, facts: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """What a webhook says: the contract's envelope (data file 13), in `data` what the template designed."""
    fields = row.template.fields if row.template is not None else {}
    data = {key: message_text.render(text, facts) for key, text in fields.items()} or facts
    return {
        "id": message.public_id,
        "created_at": format_instant(now),
        "type": "distribution.message",
        "data": data,
        "source": {"id": row.public_id, "object": "distribution", "target_url": row.target_url},
        "event": {"id": message.cause, "type": row.trigger or "distribution.started"},
    }


def _call(row: Distribution, message: DistributionMessage, facts: dict[str, Any], now: datetime) -> None:
    said = payload(row, message, facts, now)
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    signed = signatures.headers(
        body=body, message_id=message.public_id, at=now, live=[sealed.unseal(row.secret)]
    )
    headers = {"content-type": "application/json", **signed}
    sent = sending.post(url=row.target_url, body=body, headers=headers)
    if not sent.is_accepted:
        raise _Failed(sent.error or f"The address answered {sent.status_code}.")
