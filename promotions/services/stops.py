"""The emergency stop: one action, a reason, and two people to take it back. Goes beyond the contract.

It holds for every decision that begins after it has committed: `selectors.stops` says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from commerce.models import ProductCollection
from commerce.selectors import catalogue
from core import audit, events, places, second_factor
from core.actors import Actor, ActorKind
from core.errors import DomainError, Forbidden, MissingPermission, NotFound
from core.locking import lock, retried
from core.models import ApiKey
from promotions.models import EmergencyStop
from promotions.selectors import campaigns, categories, stop_reach
from promotions.selectors.stops import KINDS

STOP: Final = "emergency.stop"
RESTORE: Final = "emergency.restore"
MOST_ENTRIES: Final = 1_000
LONGEST_REASON: Final = 2_000


class InvalidStop(DomainError):
    key = "invalid_emergency_stop"
    message = "Invalid emergency stop"


class StopIsOver(DomainError):
    status = 409
    key = "emergency_stop_is_over"
    message = "The emergency stop is over"


class RestoreNotAsked(DomainError):
    status = 409
    key = "restore_not_asked"
    message = "Nobody asked to restore it"


class RestoreAsked(DomainError):
    status = 409
    key = "restore_already_asked"
    message = "Somebody asked to restore it already"


class SecondPersonNeeded(Forbidden):
    key = "second_person_needed"
    message = "A second person is needed"


@dataclass(frozen=True, kw_only=True)
class StopSpec:
    """What to stop and why. `covers` names things by kind (`selectors.stops.KINDS`), by id or as their paths
    do; any of them is stopped. `is_drill`: everything is done and noted, nothing is refused.
    """

    reason: str
    is_everything: bool = False
    covers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    is_drill: bool = False


def check(actor: Actor, permission: str) -> None:
    """:raises MissingPermission: the actor may not."""
    if not actor.may(permission):
        raise MissingPermission(f"{actor.label or 'Nobody'} lacks the permission {permission}.")


def resolved(spec: StopSpec) -> dict[str, Any]:
    """What a stop covers, as it is stored: everything, or who is named, by id and name.

    :raises InvalidStop: it covers nothing, too much is listed, or everything and more.
    :raises NotFound: something that is named is not there.
    """
    named = {kind: spec.covers.get(kind, ()) for kind in KINDS}
    if spec.is_everything:
        if any(named.values()):
            raise InvalidStop("Stop everything, or list what to stop.")
        return {"everything": True}
    if not any(named.values()):
        raise InvalidStop("Say what to stop: everything, or at least one campaign, category, product, …")
    if sum(map(len, named.values())) > MOST_ENTRIES:
        raise InvalidStop(f"A stop lists at most {MOST_ENTRIES:,} things. Stop everything instead.")
    found = {kind: dict(map(_FINDERS[kind], references)) for kind, references in named.items()}
    return {
        kind: [{"id": public_id, "name": name} for public_id, name in names.items()]
        for kind, names in found.items()
        if names
    }


@retried
@transaction.atomic
def start(*, spec: StopSpec, actor: Actor, now: datetime) -> EmergencyStop:
    """Stop it. What begins after this has answered is refused, in every process.

    :raises MissingPermission: the actor may not stop anything.
    :raises InvalidStop: no reason, or it covers nothing.
    :raises NotFound: something that is named is not there.
    """
    check(actor, STOP)
    reason = _reason(spec.reason)
    covers = resolved(spec)
    with places.limited_to(None):  # it stops everything that it covers, also what the actor does not see
        was_on = stop_reach.was_on(covers, now)
    stop = EmergencyStop(
        covers=covers,
        reason=reason,
        is_drill=spec.is_drill,
        started_at=now,
        started_by=_identity(actor),
        started_label=actor.label,
        was_on=was_on,
    )
    stop.save(force_insert=True)
    facts = {"covers": covers, "reason": reason, "is_drill": spec.is_drill}
    _tell("started", stop, actor, now, facts)
    return stop


@retried
@transaction.atomic
def ask_to_restore(*, stop_id: int, reason: str, actor: Actor, now: datetime) -> EmergencyStop:
    """Ask for an end of the stop; somebody else has to confirm. A drill is over at once.

    :raises MissingPermission: the actor may not restore anything.
    :raises InvalidStop: no reason.
    :raises StopIsOver, RestoreAsked: somebody was faster.
    """
    check(actor, RESTORE)
    text = _reason(reason)
    stop = _locked(stop_id)
    if stop.restore_asked_at is not None:
        raise RestoreAsked(f"{stop.restore_asked_label} did. Somebody else has to confirm.")
    stop.restore_reason, stop.restore_asked_at = text, now
    stop.restore_asked_by, stop.restore_asked_label = _identity(actor), actor.label
    _tell("restore_requested", stop, actor, now, {"reason": text})
    if stop.is_drill:
        _end(stop, actor, now)
    _save(stop)
    return stop


@retried
@transaction.atomic
def confirm_restore(*, stop_id: int, actor: Actor, now: datetime) -> EmergencyStop:
    """End the stop that somebody else asked to end. One of the two may be who stopped it.

    A key stands for one of the two at most: whoever holds two keys is still one person.

    :raises MissingPermission: the actor may not restore anything.
    :raises RestoreNotAsked: nobody asked.
    :raises SecondPersonNeeded: the actor asked himself, or two keys would restore it.
    :raises StopIsOver: somebody was faster.
    :raises SecondFactorNeeded: the project asks for the second step, and the actor has not taken it.
    """
    check(actor, RESTORE)
    second_factor.demand(actor, now=now)
    stop = _locked(stop_id)
    if stop.restore_asked_at is None:
        raise RestoreNotAsked("Ask to restore it, with a reason. Then somebody else confirms.")
    if stop.restore_asked_by == _identity(actor):
        raise SecondPersonNeeded(f"{actor.label} asked to restore it. Somebody else has to confirm.")
    if actor.kind is not ActorKind.USER and not stop.restore_asked_by.startswith(f"{ActorKind.USER.value}:"):
        raise SecondPersonNeeded("An API key asked to restore it. A person has to confirm, in the admin.")
    _end(stop, actor, now)
    _save(stop)
    return stop


def _end(stop: EmergencyStop, actor: Actor, now: datetime) -> None:
    stop.restored_at, stop.restored_by, stop.restored_label = now, _identity(actor), actor.label
    _tell("restored", stop, actor, now, {"restored_by": actor.label})


def _save(stop: EmergencyStop) -> None:
    stop.save(
        update_fields=[
            *("restore_reason", "restore_asked_at", "restore_asked_by", "restore_asked_label"),
            *("restored_at", "restored_by", "restored_label"),
        ]
    )


def _locked(stop_id: int) -> EmergencyStop:
    """:raises StopIsOver: it was restored."""
    (stop,) = lock(EmergencyStop.objects.filter(pk=stop_id))
    if stop.restored_at is not None:
        raise StopIsOver(f"{stop.restored_label} restored it.")
    return stop


def _reason(text: str) -> str:
    """:raises InvalidStop: there is none, or a novel."""
    reason = text.strip()
    if not reason:
        raise InvalidStop("Write down the reason.")
    if len(reason) > LONGEST_REASON:
        raise InvalidStop(f"The reason may have at most {LONGEST_REASON:,} characters.")
    return reason


def _identity(actor: Actor) -> str:
    return f"{actor.kind.value}:{actor.id}"


def _tell(what: str, stop: EmergencyStop, actor: Actor, now: datetime, after: Mapping[str, Any]) -> None:
    audit.log(actor, f"emergency_stop.{what}", stop, now=now, after=after)
    payload = {"emergency_stop_id": stop.public_id, "is_drill": stop.is_drill, "covers": stop.covers}
    events.emit(f"emergency_stop.{what}", entity=stop, actor=actor, now=now, payload=payload)


def _campaign(reference: str) -> tuple[str, str]:
    found = campaigns.get(reference)
    return found.public_id, found.name


def _category(reference: str) -> tuple[str, str]:
    found = categories.named(reference)
    if found is None:
        raise NotFound.of("category", reference)
    return found.public_id, found.name


def _product(reference: str) -> tuple[str, str]:
    found = catalogue.product_by_reference(reference)
    return found.public_id, str(found)


def _collection(reference: str) -> tuple[str, str]:
    found = ProductCollection.objects.filter(public_id=reference).first()
    if found is None:
        raise NotFound.of("product_collection", reference)
    return found.public_id, found.name


def _api_key(reference: str) -> tuple[str, str]:
    found = ApiKey.objects.filter(app_id=reference).first()
    if found is None:
        raise NotFound.of("api_key", reference)
    return found.app_id, found.name


def _as_it_is(reference: str) -> tuple[str, str]:
    """Stores and channels are what requests call them; nobody has a list."""
    return reference, reference


_FINDERS: Final = {
    "campaigns": _campaign,
    "categories": _category,
    "products": _product,
    "collections": _collection,
    "stores": _as_it_is,
    "channels": _as_it_is,
    "api_keys": _api_key,
}
