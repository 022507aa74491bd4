"""What people do about single messages: try now, skip, send again, a whole range, a test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from core import audit, project
from core.actors import Actor
from core.errors import DomainError, InvalidPayload, NotFound
from core.ids import new_id
from core.locking import lock
from integrations.models import Webhook, WebhookDelivery, WebhookMessage
from integrations.selectors import webhooks as known
from integrations.services import webhook_lanes
from integrations.services.webhook_capture import compact

MOST_AT_ONCE: Final = 100_000
TEST: Final = "webhook.test"
_BATCH: Final = 5_000
_Status = WebhookDelivery.Status


class NotWaiting(DomainError):
    status = 409
    key = "webhook_delivery_not_waiting"
    message = "Message does not wait"


class StillWaiting(DomainError):
    status = 409
    key = "webhook_delivery_waiting"
    message = "Message still waits"


@transaction.atomic
def try_now(*, delivery_id: int, actor: Actor, now: datetime) -> WebhookDelivery:
    """Do not wait for the next step; those before it in its lane still go first.

    :raises NotWaiting: it was delivered or skipped.
    """
    delivery = _locked(delivery_id)
    if delivery.status != _Status.PENDING:
        raise NotWaiting("It was delivered or skipped. Send it again instead.")
    delivery.due_at = None
    delivery.save(update_fields=["due_at"])
    audit.log(actor, "webhook_delivery.tried_now", delivery, now=now, after=_named(delivery))
    return delivery


@transaction.atomic
def skip(*, delivery_id: int, actor: Actor, now: datetime) -> WebhookDelivery:
    """Give one message up, so that those behind it can go. It can be sent again later.

    :raises NotWaiting: it was delivered or skipped.
    """
    delivery = _locked(delivery_id)
    if delivery.status != _Status.PENDING:
        raise NotWaiting("It was delivered or skipped before.")
    delivery.status, delivery.finished_at, delivery.due_at = _Status.SKIPPED, now, None
    delivery.save(update_fields=["status", "finished_at", "due_at"])
    audit.log(actor, "webhook_delivery.skipped", delivery, now=now, after=_named(delivery))
    return delivery


@transaction.atomic
def send_again(*, delivery_id: int, actor: Actor, now: datetime) -> WebhookDelivery:
    """The same message behind all that wait, under the same event id: a receiver knows it as the same.

    :raises StillWaiting: it was not sent yet.
    :raises NotFound: the webhook was deleted.
    """
    delivery = _locked(delivery_id)
    if delivery.status == _Status.PENDING:
        raise StillWaiting("It waits to be sent. Try it now instead.")
    if delivery.webhook.deleted_at is not None:
        raise NotFound.of("webhook", delivery.webhook.public_id)
    again = WebhookDelivery.objects.create(
        webhook=delivery.webhook,
        message=delivery.message,
        origin=WebhookDelivery.Origin.REPLAY,
        created_at=now,
    )
    audit.log(actor, "webhook_delivery.sent_again", again, now=now, after=_named(again))
    return again


@transaction.atomic
def replay(
    *,
    webhook_id: int,
    since: datetime,
    until: datetime,
    types: Sequence[str] = (),
    actor: Actor,
    now: datetime,
) -> int:
    """Send again what happened from `since` on, before `until`, in that order; returns how many messages.

    That is all that was written down in that time, for whichever webhook, of the events that this one wants
    or of `types`; what still waits for it is left where it is.

    :raises InvalidPayload: the range is empty, or too many messages are in it.
    :raises NotFound: the webhook was deleted.
    """
    if since >= until:
        raise InvalidPayload("The end of the range must come after its beginning.")
    rows = lock(known.present().filter(pk=webhook_id))
    if not rows:
        raise NotFound.of("webhook", str(webhook_id))
    webhook = rows[0]
    found = list(
        replayable(webhook, since=since, until=until, types=types)
        .order_by("pk")
        .values_list("pk", flat=True)[: MOST_AT_ONCE + 1]
    )
    if len(found) > MOST_AT_ONCE:
        raise InvalidPayload(f"There are more than {MOST_AT_ONCE:,} messages in this range. Narrow it.")
    WebhookDelivery.objects.bulk_create(
        (
            WebhookDelivery(
                webhook=webhook, message_id=pk, origin=WebhookDelivery.Origin.REPLAY, created_at=now
            )
            for pk in found
        ),
        batch_size=_BATCH,
    )
    said = {"since": since.isoformat(), "until": until.isoformat(), "types": [*types], "count": len(found)}
    audit.log(actor, "webhook.replayed", webhook, now=now, after=said)
    return len(found)


def replayable(
    webhook: Webhook, *, since: datetime, until: datetime, types: Sequence[str] = ()
) -> QuerySet[WebhookMessage]:
    """The messages of a range that `replay` would send."""
    waiting = known.waiting_of(webhook.pk).filter(message=OuterRef("pk"))
    rows = WebhookMessage.objects.filter(
        ~Exists(waiting), occurred_at__gte=since, occurred_at__lt=until
    ).exclude(type=TEST)
    if types:
        return rows.filter(type__in=types)
    return rows if webhook.wants_all else rows.filter(type__in=webhook.events)


def send_test(*, webhook_id: int, actor: Actor, now: datetime) -> WebhookDelivery:
    """Send a sample at once, past all that waits, also to a webhook that is off; the log tells the answer.

    Takes as long as the receiver does, ten seconds at most. Call it outside of transactions.

    :raises NotFound: the webhook was deleted.
    """
    webhook = known.present().filter(pk=webhook_id).first()
    if webhook is None:
        raise NotFound.of("webhook", str(webhook_id))
    settings = project.current()
    message = WebhookMessage(
        event_id=new_id("ev"),
        type=TEST,
        entity_type="webhook",
        entity_id=webhook.public_id,
        sequence=0,
        group_id=actor.request_id,
        event_source={"channel": "USER_PORTAL", "user": {"id": actor.id}},
        data=compact(
            {"message": "This is a test.", "webhook": {"id": webhook.public_id, "object": "webhook"}}
        ),
        occurred_at=now,
    )
    delivery = WebhookDelivery(
        webhook=webhook, message=message, origin=WebhookDelivery.Origin.TEST, created_at=now
    )
    sent = webhook_lanes.send(delivery, project_id=settings.public_id, now=now)
    delivery.status = _Status.DELIVERED if sent.is_accepted else _Status.FAILED
    delivery.status_code, delivery.finished_at, delivery.attempts_count = sent.status_code, now, 1
    with transaction.atomic():
        message.save(force_insert=True)
        delivery.message = message
        delivery.save(force_insert=True)
        webhook_lanes.keep_attempt(delivery, sent, at=now)
        delivery.error = "" if sent.is_accepted else webhook_lanes.said(sent)
        delivery.save(update_fields=["error"])
        audit.log(actor, "webhook.tested", webhook, now=now, after={"status_code": sent.status_code})
    return delivery


@transaction.atomic
def prune(*, before: datetime, batch_size: int = 5000) -> int:
    """Forget the oldest messages from before that instant, with their log; returns how many.

    What waits for a webhook that is on stays, however old it is.
    """
    waiting = WebhookDelivery.objects.filter(
        message=OuterRef("pk"),
        status=_Status.PENDING,
        webhook__state=Webhook.State.ACTIVE,
        webhook__deleted_at=None,
    )
    old = WebhookMessage.objects.filter(~Exists(waiting), occurred_at__lt=before).order_by(
        "occurred_at", "pk"
    )
    ids = list(old.values_list("pk", flat=True)[:batch_size])
    WebhookMessage.objects.filter(pk__in=ids).delete()
    return len(ids)


def _locked(delivery_id: int) -> WebhookDelivery:
    if not lock(WebhookDelivery.objects.filter(pk=delivery_id)):
        raise NotFound.of("webhook_delivery", str(delivery_id))
    return WebhookDelivery.objects.select_related("webhook", "message").get(pk=delivery_id)


def _named(delivery: WebhookDelivery) -> dict[str, str]:
    return {"webhook": delivery.webhook.public_id, "event": delivery.message.event_id}
