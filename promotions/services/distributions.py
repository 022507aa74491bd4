"""Who is told what and when: the definitions, and their states. Contract: data file 14.

Running ones are not changed but paused first: what was sent is to be what the page says.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from approvals.gate import gated
from core import audit, events
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.locking import lock, retried
from integrations import sealed
from integrations.services import sending
from promotions.models import Distribution, DistributionMessage
from promotions.selectors import distributions as selectors

State = Distribution.State
Trigger = Distribution.Trigger

BEFORE_START: Final = timedelta(minutes=10)
"""Between the start by hand and the first message: time to think again. Contract: data file 14."""
COLUMNS: Final = (
    "name",
    "trigger",
    "event_name",
    "segment",
    "customer",
    "about",
    "gives",
    "channel",
    "template",
    "target_url",
    "consent_field",
    "is_repeated",
    "includes_present",
    "per_minute",
)
_OF_SEGMENTS: Final = (Trigger.SEGMENT_ENTERED, Trigger.SEGMENT_LEFT)
_ABOUT_CAMPAIGNS: Final = (
    Trigger.PUBLISHED,
    Trigger.REDEEMED,
    Trigger.ROLLED_BACK,
    Trigger.POINTS_EARNED,
    Trigger.POINTS_ENDING,
    Trigger.TIER_REACHED,
    Trigger.TIER_UP,
    Trigger.TIER_DOWN,
    Trigger.TIER_LEFT,
)
_CHANGEABLE: Final = (State.DRAFT, State.PAUSED)


class InvalidDistribution(DomainError):
    key = "invalid_distribution"
    message = "Invalid distribution"


class WrongState(DomainError):
    status = 409
    key = "distribution_state"
    message = "Not possible in this state"


@dataclass(frozen=True, kw_only=True)
class DistributionSpec:
    """What a form says: columns by name (`COLUMNS`)."""

    values: Mapping[str, Any] = field(default_factory=dict)


@retried
@transaction.atomic
def create(*, spec: DistributionSpec, actor: Actor, now: datetime) -> Distribution:
    """A draft; nobody is written to before `start`.

    :raises InvalidDistribution: it does not fit together.
    """
    made = Distribution(created_at=now, **spec.values)
    made.secret = sealed.seal(f"whsec_{secrets.token_urlsafe(32)}")
    _check(made)
    made.save(force_insert=True)
    _note("created", made, actor, now, after=_facts(made))
    return made


@retried
@transaction.atomic
def update(*, distribution_id: int, spec: DistributionSpec, actor: Actor, now: datetime) -> Distribution:
    """:raises WrongState: it runs, or is over. :raises InvalidDistribution: see `create`."""
    row = _locked(distribution_id)
    if row.state not in _CHANGEABLE:
        raise WrongState("Pause it before you change it." if row.state == State.LIVE else "It is over.")
    before = _facts(row)
    for name, value in spec.values.items():
        setattr(row, name, value)
    if row.collected_at is not None and {"segment", "customer", "trigger"} & _changed(before, row):
        raise WrongState("Its customers are collected already. Copy it to write to others.")
    _check(row)
    row.updated_at = now
    row.save(update_fields=[*spec.values, "updated_at"])
    _note("updated", row, actor, now, before=before, after=_facts(row))
    return row


@gated("distributions.start")
@retried
@transaction.atomic
def start(*, distribution_id: int, actor: Actor, now: datetime) -> Distribution:
    """Let it run: by hand in ten minutes, with a trigger from now on; or go on after a pause.

    :raises WrongState: it runs already, or is over. :raises InvalidDistribution: something is missing.
    """
    row = _locked(distribution_id)
    if row.state not in _CHANGEABLE:
        raise WrongState(
            "It runs already." if row.state == State.LIVE else "It is over. Copy it to repeat it."
        )
    _check(row, for_start=True)
    before = row.state
    row.state, row.updated_at = State.LIVE, now
    if row.starts_at is None:
        row.starts_at = now if row.trigger else now + BEFORE_START
    if row.trigger and not row.includes_present:
        row.collected_at = row.collected_at or now
    row.save(update_fields=["state", "starts_at", "collected_at", "updated_at"])
    _note("started", row, actor, now, before={"state": before}, after={"state": row.state})
    return row


@retried
@transaction.atomic
def pause(*, distribution_id: int, actor: Actor, now: datetime) -> Distribution:
    """No message leaves from now on but those that are being sent; what happens meanwhile still waits for it.

    :raises WrongState: it does not run.
    """
    return _move(distribution_id, (State.LIVE,), State.PAUSED, "paused", actor, now)


@retried
@transaction.atomic
def stop(*, distribution_id: int, actor: Actor, now: datetime) -> Distribution:
    """For good: what waits is left out, what was sent stays.

    :raises WrongState: it is over already, or was never started.
    """
    row = _move(distribution_id, (State.LIVE, State.PAUSED), State.STOPPED, "stopped", actor, now)
    waiting = row.messages.filter(state=DistributionMessage.State.WAITING)
    waiting.update(state=DistributionMessage.State.SKIPPED, reason="The distribution was stopped.")
    return row


@retried
@transaction.atomic
def delete(*, distribution_id: int, actor: Actor, now: datetime) -> None:
    """Out of sight; its messages stay on record. :raises WrongState: it runs."""
    row = _locked(distribution_id)
    if row.state == State.LIVE:
        raise WrongState("Stop it first.")
    row.deleted_at = row.updated_at = now
    row.save(update_fields=["deleted_at", "updated_at"])
    _note("deleted", row, actor, now, before=_facts(row))


@retried
@transaction.atomic
def send_again(*, distribution_id: int, actor: Actor, now: datetime) -> int:
    """Let everything that failed wait again; returns how many.

    :raises WrongState: it does not run.
    """
    row = _locked(distribution_id)
    if row.state == State.DONE:
        row.state, row.ended_at = State.LIVE, None
        row.save(update_fields=["state", "ended_at"])
    if row.state != State.LIVE:
        raise WrongState("Start it first.")
    failed = row.messages.filter(state=DistributionMessage.State.FAILED)
    count = failed.update(state=DistributionMessage.State.WAITING, attempts=0, due_at=now, reason="")
    _note("sent_again", row, actor, now, after={"messages": count})
    return count


def _changed(before: Mapping[str, Any], row: Distribution) -> set[str]:
    after = _facts(row)
    return {name for name in after if after[name] != before.get(name)}


def _move(
    distribution_id: int, sources: tuple[str, ...], target: str, verb: str, actor: Actor, now: datetime
) -> Distribution:
    row = _locked(distribution_id)
    if row.state not in sources:
        raise WrongState(f"It is {row.get_state_display().lower()}.")
    before, row.state, row.updated_at = row.state, target, now
    if target == State.STOPPED:
        row.ended_at = now
    row.save(update_fields=["state", "ended_at", "updated_at"])
    _note(verb, row, actor, now, before={"state": before}, after={"state": target})
    return row


def _locked(distribution_id: int) -> Distribution:
    rows = lock(Distribution.objects.filter(pk=distribution_id, deleted_at=None))
    if not rows:
        raise NotFound.of("distribution", str(distribution_id))
    return rows[0]


def _check(row: Distribution, *, for_start: bool = False) -> None:
    if row.segment_id is not None and row.customer_id is not None:
        raise InvalidDistribution("Choose a segment or one customer, not both.")
    if row.trigger in _OF_SEGMENTS and row.segment_id is None:
        raise InvalidDistribution("Choose the segment that is entered or left.")
    if row.trigger in _OF_SEGMENTS and row.segment is not None and not row.segment.is_followed:
        raise InvalidDistribution(f"Nobody is told who enters {row.segment}: choose one followed live.")
    if row.trigger == Trigger.CUSTOM_EVENT and not row.event_name:
        raise InvalidDistribution("Name the custom event.")
    if row.trigger and row.customer_id is not None:
        raise InvalidDistribution("With a trigger it goes to whom the event is about, not to one customer.")
    if row.about_id is not None and row.trigger not in _ABOUT_CAMPAIGNS:
        raise InvalidDistribution("Only codes and redemptions can be narrowed to a campaign.")
    if row.includes_present and row.trigger != Trigger.SEGMENT_ENTERED:
        raise InvalidDistribution("Those who are in it already: only when a segment is entered.")
    if row.trigger == Trigger.PUBLISHED and row.gives_id is not None and row.about_id in (None, row.gives_id):
        raise InvalidDistribution(
            "It would answer its own codes with codes, for ever. Narrow it to another campaign."
        )
    _check_channel(row)
    if for_start:
        _check_ready(row)


def _check_channel(row: Distribution) -> None:
    template = row.template
    if row.channel == Distribution.Channel.FILE:
        if template is not None:
            raise InvalidDistribution("A file has no words of its own: leave the template out.")
    elif template is not None and template.channel != row.channel:
        raise InvalidDistribution(f"The template is one for: {template.get_channel_display()}.")
    if row.channel == Distribution.Channel.WEBHOOK and row.target_url:
        try:
            sending.check_url(row.target_url)
        except sending.Refused as refusal:
            raise InvalidDistribution(str(refusal)) from refusal


def _check_ready(row: Distribution) -> None:
    if not row.trigger and row.segment_id is None and row.customer_id is None:
        raise InvalidDistribution("Choose to whom it goes: a segment or a customer.")
    if row.channel == Distribution.Channel.EMAIL and row.template is None:
        raise InvalidDistribution("Choose the template of the e-mail.")
    if row.channel == Distribution.Channel.WEBHOOK and not row.target_url:
        raise InvalidDistribution("Say to which address the webhook goes.")
    if row.gives is not None and not selectors.can_be_given(row.gives):
        raise InvalidDistribution(
            f"{row.gives.name} gives no codes: it is a draft, deleted, or has tiers only."
        )


def _facts(row: Distribution) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in COLUMNS}
    return {name: getattr(value, "public_id", value) for name, value in values.items()}


def _note(
    verb: str,
    row: Distribution,
    actor: Actor,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    audit.log(actor, f"distribution.{verb}", row, now=now, before=before, after=after)
    events.emit(f"distribution.{verb}", entity=row, actor=actor, now=now, payload={"state": row.state})
