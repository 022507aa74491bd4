"""What people say about a conflict: it may be so, or not any more. That it is gone is found by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import transaction

from calendar_app.conflict_terms import Extent
from calendar_app.models import Conflict, ConflictDecision
from calendar_app.selectors.conflicts import OBJECT, listed
from core import audit, events
from core.actors import Actor
from core.errors import DomainError, InvalidPayload, MissingPermission, NotFound
from core.locking import lock

PERMISSION: Final = "calendar.accept"
LONGEST_REASON: Final = 1000
FOUND: Final = "calendar.conflict_found"
GONE: Final = "calendar.conflict_gone"
ACCEPTED: Final = "calendar.conflict_accepted"
REOPENED: Final = "calendar.conflict_reopened"
State, Verdict = Conflict.State, ConflictDecision.Verdict


class ConflictIsGone(DomainError):
    status = 409
    key = "calendar_conflict_is_gone"
    message = "The conflict is gone"


class ConflictChanged(DomainError):
    status = 409
    key = "calendar_conflict_changed"
    message = "The conflict is another one now"


class ConflictNotAccepted(DomainError):
    status = 409
    key = "calendar_conflict_not_accepted"
    message = "Nobody accepted the conflict"


def accept(*, conflict_id: int, reason: str, seen_terms: str = "", actor: Actor, now: datetime) -> Conflict:
    """Say that a conflict may be as it is; it holds until it becomes more than that. Twice is once.

    `seen_terms`: the terms that were looked at, if the caller says so.

    :raises ConflictIsGone: there is nothing left to accept.
    :raises ConflictChanged: its terms are others than those that were looked at.
    """

    def decide(conflict: Conflict) -> ConflictDecision | None:
        if seen_terms and seen_terms != conflict.terms:
            raise ConflictChanged("Look at it again: what makes it a conflict has changed meanwhile.")
        standing = conflict.acceptance if conflict.state == State.ACCEPTED else None
        if standing is not None and standing.reason == reason and standing.terms == conflict.terms:
            return None
        made = decided(conflict, Verdict.ACCEPTED, reason, actor, now)
        made.save(force_insert=True)
        conflict.state, conflict.acceptance, conflict.reopened_because = State.ACCEPTED, made, ""
        return made

    return _changed(conflict_id, reason, decide, ACCEPTED, actor, now)


def reopen(*, conflict_id: int, reason: str, actor: Actor, now: datetime) -> Conflict:
    """Take an acceptance back.

    :raises ConflictIsGone: there is nothing left to look at.
    :raises ConflictNotAccepted: it is open.
    """

    def decide(conflict: Conflict) -> ConflictDecision | None:
        if conflict.state != State.ACCEPTED:
            raise ConflictNotAccepted("It is open already.")
        made = decided(conflict, Verdict.REOPENED, reason, actor, now)
        made.save(force_insert=True)
        conflict.state, conflict.acceptance, conflict.reopened_because = State.OPEN, None, reason
        return made

    return _changed(conflict_id, reason, decide, REOPENED, actor, now)


@transaction.atomic
def _changed(
    conflict_id: int,
    reason: str,
    decide: Callable[[Conflict], ConflictDecision | None],
    said: str,
    actor: Actor,
    now: datetime,
) -> Conflict:
    if not actor.may(PERMISSION):
        raise MissingPermission(PERMISSION)
    if not reason.strip():
        raise InvalidPayload("reason: say why, so that others understand it later.")
    if len(reason) > LONGEST_REASON:
        raise InvalidPayload(f"reason: at most {LONGEST_REASON} characters are allowed.")
    if not lock(Conflict.objects.filter(pk=conflict_id)):
        raise NotFound.of(OBJECT, str(conflict_id))
    conflict = listed().get(pk=conflict_id)
    if conflict.state == State.GONE:
        raise ConflictIsGone("It went away by itself. There is nothing left to decide.")
    before = {"state": conflict.state}
    made = decide(conflict)
    if made is None:
        return conflict
    conflict.save(update_fields=["state", "acceptance", "reopened_because"])
    after = {"state": conflict.state, "reason": reason, "conflict": conflict.sentence}
    audit.log(actor, said, conflict, now=now, before=before, after=after)
    events.emit(said, entity=conflict, actor=actor, now=now, payload=ids(conflict))
    return conflict


def decided(
    conflict: Conflict, verdict: ConflictDecision.Verdict, reason: str, actor: Actor, now: datetime
) -> ConflictDecision:
    """What somebody said about a conflict as it is now, not stored yet."""
    return ConflictDecision(
        conflict=conflict,
        verdict=verdict,
        reason=reason,
        terms=conflict.terms,
        extent=conflict.facts.get("extent", Extent(since=None, until=None).to_json()),
        at=now,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label[:200],
        channel=actor.channel,
    )


def ids(conflict: Conflict) -> dict[str, object]:
    """What events say of it."""
    return {"conflict_id": conflict.public_id, "campaign_ids": conflict.campaign_ids}


def prune(*, before: datetime, batch_size: int = 1000) -> int:
    """Forget the oldest of those that went before that instant and about which nobody said anything."""
    rows = Conflict._base_manager.filter(state=State.GONE, gone_at__lt=before, decisions=None)
    deleted, _ = Conflict._base_manager.filter(
        pk__in=list(rows.order_by("pk").values_list("pk", flat=True)[:batch_size])
    ).delete()
    return deleted
