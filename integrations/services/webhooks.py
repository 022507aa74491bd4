"""Webhooks: made, changed, switched, their secrets rotated. Contract: data file 13, management API 19."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from core import audit, event_bodies
from core.actors import Actor
from core.errors import InvalidPayload, NotFound
from core.locking import lock
from core.models import EventInterest
from integrations import sealed, signatures, webhook_names
from integrations.models import Webhook, WebhookDelivery
from integrations.selectors.webhooks import listening, waiting_of
from integrations.services import sending

OVERLAP: Final = timedelta(hours=24)
MOST_HEADERS: Final = 20
MOST_WEBHOOKS: Final = 50
_INTERESTS_LOCK: Final = 7_226_001
_EVERYTHING: Final = "*"


class InvalidWebhook(InvalidPayload):
    pass


@dataclass(frozen=True, kw_only=True)
class WebhookSpec:
    """What a caller says about a webhook; None is what was not said.

    `events` are names of the contract, or "all". A header of which nothing but the name is sent keeps its
    value. `secret` is one brought along from elsewhere.
    """

    name: str | None = None
    target_url: str | None = None
    events: Sequence[str] | None = None
    is_active: bool | None = None
    headers: Mapping[str, str | None] | None = None
    secret: str | None = None


@dataclass(frozen=True, kw_only=True)
class IssuedSecret:
    """A webhook and its new secret, which nobody can read again; so it stays out of every repr."""

    webhook: Webhook
    secret: str = field(repr=False)


@transaction.atomic
def create(*, spec: WebhookSpec, actor: Actor, now: datetime) -> IssuedSecret:
    """Make a webhook; what happens from now on is sent to it.

    :raises InvalidWebhook: an address that is not called, an unknown event, a header that cannot be sent.
    """
    _hold_interests()
    if Webhook.objects.filter(deleted_at=None).count() >= MOST_WEBHOOKS:
        raise InvalidWebhook(f"There are {MOST_WEBHOOKS} webhooks already. Delete one first.")
    secret = _checked_secret(spec.secret) if spec.secret else signatures.new_secret()
    webhook = Webhook(
        state=Webhook.State.OFF if spec.is_active is False else Webhook.State.ACTIVE,
        secret=sealed.seal(secret),
        secret_hint=secret[-4:],
        created_at=now,
    )
    _assign(webhook, spec)
    if not webhook.target_url:
        raise InvalidWebhook("Property target_url is required")
    webhook.save(force_insert=True)
    _settle_interests()
    audit.log(actor, "webhook.created", webhook, now=now, after=summary(webhook))
    return IssuedSecret(webhook=webhook, secret=secret)


@transaction.atomic
def update(*, webhook_id: int, spec: WebhookSpec, actor: Actor, now: datetime) -> Webhook:
    """Change what was sent; events and headers are replaced whole. Messages that wait go to the new address.

    Switching one on again that was stopped after failures gives its waiting messages all attempts back.

    :raises InvalidWebhook: see `create`.
    :raises NotFound: deleted in the meantime.
    """
    _hold_interests()
    webhook = _locked(webhook_id)
    before = summary(webhook)
    _assign(webhook, spec)
    if spec.is_active is not None:
        _switch(webhook, spec.is_active)
    webhook.updated_at = now
    webhook.save(update_fields=[*_COLUMNS, "updated_at"])
    _settle_interests()
    old, new = audit.changes(before, summary(webhook))
    if new:
        audit.log(actor, "webhook.updated", webhook, now=now, before=old, after=new)
    return webhook


@transaction.atomic
def delete(*, webhook_id: int, actor: Actor, now: datetime) -> None:
    """Nothing is sent to it any more, what waits neither; its log stays until it is pruned.

    :raises NotFound: deleted before.
    """
    _hold_interests()
    webhook = _locked(webhook_id)
    webhook.deleted_at = webhook.updated_at = now
    webhook.state, webhook.headers, webhook.header_names = Webhook.State.OFF, "", []
    webhook.secret = webhook.previous_secret = ""
    webhook.save(
        update_fields=[
            "deleted_at", "updated_at", "state", "headers", "header_names", "secret", "previous_secret",
        ]
    )  # fmt: skip
    waiting_of(webhook.pk).update(status=WebhookDelivery.Status.SKIPPED, finished_at=now, due_at=None)
    _settle_interests()
    audit.log(actor, "webhook.deleted", webhook, now=now, before=summary(webhook))


@transaction.atomic
def rotate(*, webhook_id: int, actor: Actor, now: datetime, overlap: timedelta = OVERLAP) -> IssuedSecret:
    """Make a new secret. Until the overlap is over messages are signed with the old one, too.

    The oldest of three ends here: two are live at most.

    :raises NotFound: deleted in the meantime.
    """
    webhook = _locked(webhook_id)
    secret = signatures.new_secret()
    webhook.previous_secret, webhook.previous_secret_until = webhook.secret, now + overlap
    webhook.secret, webhook.secret_hint, webhook.updated_at = sealed.seal(secret), secret[-4:], now
    webhook.save(update_fields=[*_SECRETS, "updated_at"])
    audit.log(actor, "webhook.secret_rotated", webhook, now=now, after={"ends_in": webhook.secret_hint})
    return IssuedSecret(webhook=webhook, secret=secret)


@transaction.atomic
def end_overlap(*, webhook_id: int, actor: Actor, now: datetime) -> Webhook:
    """The secret before this one is no longer used: the receiver has changed over. Safe to repeat.

    :raises NotFound: deleted in the meantime.
    """
    webhook = _locked(webhook_id)
    if webhook.previous_secret:
        webhook.previous_secret, webhook.previous_secret_until, webhook.updated_at = "", None, now
        webhook.save(update_fields=[*_SECRETS, "updated_at"])
        audit.log(actor, "webhook.former_secret_ended", webhook, now=now)
    return webhook


def live_secrets(webhook: Webhook, *, now: datetime) -> list[str]:
    """The secrets that are good now, the oldest first.

    :raises Unreadable: `SECRET_KEY` is another one.
    """
    former = [sealed.unseal(webhook.previous_secret)] if webhook.has_previous_secret(now) else []
    return [*former, sealed.unseal(webhook.secret)]


def custom_headers(webhook: Webhook) -> dict[str, str]:
    """:raises Unreadable: `SECRET_KEY` is another one."""
    found: dict[str, str] = json.loads(sealed.unseal(webhook.headers)) if webhook.headers else {}
    return found


def summary(webhook: Webhook) -> dict[str, Any]:
    """What the audit log says: no secret, no value of a header."""
    return {
        "name": webhook.name,
        "target_url": webhook.target_url,
        "events": [webhook_names.ALL] if webhook.wants_all else webhook.events,
        "state": str(webhook.state),
        "headers": webhook.header_names,
    }


_SECRETS: Final = ("secret", "secret_hint", "previous_secret", "previous_secret_until")
_COLUMNS: Final = (
    "name",
    "target_url",
    "events",
    "wants_all",
    "state",
    "headers",
    "header_names",
    "failures_count",
    "stopped_at",
)


def _assign(webhook: Webhook, spec: WebhookSpec) -> None:
    if spec.name is not None:
        webhook.name = spec.name.strip()[:100]
    if spec.target_url is not None:
        try:
            sending.check_url(spec.target_url)
        except sending.Refused as refusal:
            raise InvalidWebhook(f"Property target_url: {refusal}") from refusal
        webhook.target_url = spec.target_url
    if spec.events is not None:
        _choose(webhook, webhook_names.spelt(spec.events))
    if spec.headers is not None:
        _keep_headers(webhook, spec.headers)


def _choose(webhook: Webhook, events: list[str]) -> None:
    """Who reads one that wants all events and sends it back means what he read."""
    is_as_read = webhook.wants_all and set(events) == webhook_names.LISTED
    webhook.wants_all = webhook_names.ALL in events or is_as_read
    webhook.events = [] if webhook.wants_all else events
    unknown = [name for name in webhook.events if not _is_known(name)]
    if unknown:
        raise InvalidWebhook(f"Property events: there is no event {unknown[0]!r}.")


def _is_known(name: str) -> bool:
    return event_bodies.offered(name) is not None or name in webhook_names.CONTRACT


def _keep_headers(webhook: Webhook, given: Mapping[str, str | None]) -> None:
    """Contract: unique names of lower-case letters, digits and dashes. Values are not shown again."""
    known = custom_headers(webhook)
    kept: dict[str, str] = {}
    for name, value in given.items():
        if value is None and name not in known:
            raise InvalidWebhook(f"The header {name} needs a value.")
        kept[name] = known[name] if value is None else value
        if not name or set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789-"):
            raise InvalidWebhook("The name of a header has lower-case letters, digits and dashes only.")
        if name.startswith("webhook-") or name == "x-voucherify-signature":
            raise InvalidWebhook(f"The header {name} is the signature's.")
    if len(kept) > MOST_HEADERS:
        raise InvalidWebhook(f"A webhook has at most {MOST_HEADERS} headers.")
    try:
        sending.check_headers(kept)
    except sending.Refused as refusal:
        raise InvalidWebhook(str(refusal)) from refusal
    webhook.headers = sealed.seal(json.dumps(kept)) if kept else ""
    webhook.header_names = sorted(kept)


def _switch(webhook: Webhook, is_active: bool) -> None:
    if is_active and webhook.state != Webhook.State.ACTIVE:
        webhook.failures_count, webhook.stopped_at = 0, None
        waiting_of(webhook.pk).update(attempts_count=0, due_at=None)
    webhook.state = Webhook.State.ACTIVE if is_active else Webhook.State.OFF


def _checked_secret(secret: str) -> str:
    if (
        not signatures.SHORTEST_SECRET <= len(secret) <= 200
        or not secret.isascii()
        or not secret.isprintable()
    ):
        raise InvalidWebhook(
            f"A secret has {signatures.SHORTEST_SECRET} to 200 printable ASCII characters. Leave it out, and "
            "one is made."
        )
    return secret


def _hold_interests() -> None:
    """Whoever changes what is wanted comes one after the other; otherwise one would forget the other's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_INTERESTS_LOCK])


def _settle_interests() -> None:
    rows = list(listening().values_list("wants_all", "events"))
    wanted = {name for _, events in rows for name in events}
    if any(wants_all for wants_all, _ in rows):
        wanted.add(_EVERYTHING)
    EventInterest.objects.exclude(name__in=wanted).delete()
    EventInterest.objects.bulk_create(
        [EventInterest(name=name) for name in sorted(wanted)], ignore_conflicts=True
    )


def _locked(webhook_id: int) -> Webhook:
    rows = lock(Webhook.objects.filter(pk=webhook_id, deleted_at=None))
    if not rows:
        raise NotFound.of("webhook", str(webhook_id))
    return rows[0]
