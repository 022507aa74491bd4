"""The words of messages, checked before anybody is written to. Contract: data file 14."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from core import audit, events
from core.actors import Actor
from core.errors import DomainError, DuplicateFound, NotFound
from core.locking import lock, retried
from promotions import message_text
from promotions.models import Distribution, MessageTemplate
from promotions.selectors.message_facts import SAMPLE

Channel = MessageTemplate.Channel


class InvalidTemplate(DomainError):
    key = "invalid_message_template"
    message = "Invalid message template"


class TemplateInUse(DomainError):
    key = "resource_in_use"
    message = "Resource in use"


@dataclass(frozen=True, kw_only=True)
class TemplateSpec:
    """Columns by name: name, channel, subject, body, fields."""

    values: Mapping[str, Any] = field(default_factory=dict)


@retried
@transaction.atomic
def create(*, spec: TemplateSpec, actor: Actor, now: datetime) -> MessageTemplate:
    """:raises InvalidTemplate: it speaks of something that nobody knows. :raises DuplicateFound: the name."""
    made = MessageTemplate(created_at=now, **spec.values)
    _check(made)
    made.save(force_insert=True)
    _note("created", made, actor, now)
    return made


@retried
@transaction.atomic
def update(*, template_id: int, spec: TemplateSpec, actor: Actor, now: datetime) -> MessageTemplate:
    """Distributions that run speak in the new words from the next message on.

    :raises InvalidTemplate: see `create`, or a distribution sends it by another channel.
    """
    row = _locked(template_id)
    for name, value in spec.values.items():
        setattr(row, name, value)
    row.updated_at = now
    _check(row)
    if row.distributions.filter(deleted_at=None).exclude(channel=row.channel).exists():
        raise InvalidTemplate("A distribution sends it by another channel.")
    row.save()
    _note("updated", row, actor, now)
    return row


@retried
@transaction.atomic
def delete(*, template_id: int, actor: Actor, now: datetime) -> None:
    """:raises TemplateInUse: a distribution has it, also one that is over: it says what was sent."""
    row = _locked(template_id)
    used = Distribution.objects.filter(template=row).order_by("pk").first()
    if used is not None:
        raise TemplateInUse(f"The distribution {used.name} uses it.")
    _note("deleted", row, actor, now)
    row.delete()


def _locked(template_id: int) -> MessageTemplate:
    rows = lock(MessageTemplate.objects.filter(pk=template_id))
    if not rows:
        raise NotFound.of("message_template", str(template_id))
    return rows[0]


def _check(row: MessageTemplate) -> None:
    if MessageTemplate.objects.filter(name=row.name).exclude(pk=row.pk).exists():
        raise DuplicateFound(f"Another template is called {row.name}.")
    if row.channel == Channel.EMAIL and not (row.subject.strip() and row.body.strip()):
        raise InvalidTemplate("An e-mail needs a subject and a text.")
    texts = [row.subject, row.body] if row.channel == Channel.EMAIL else list(row.fields.values())
    strange = [path for text in texts for path in message_text.unknown(text, SAMPLE)]
    if strange:
        raise InvalidTemplate(f"Nobody knows what this is: {', '.join(dict.fromkeys(strange))}.")


def _note(verb: str, row: MessageTemplate, actor: Actor, now: datetime) -> None:
    after = {"name": row.name, "channel": row.channel, "subject": row.subject}
    audit.log(actor, f"message_template.{verb}", row, now=now, after=after)
    events.emit(f"message_template.{verb}", entity=row, actor=actor, now=now)
