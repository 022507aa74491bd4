"""Segments: made, changed, forgotten (contract: data file 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from approvals.gate import gated
from commerce import usage
from commerce.models import Customer, Segment, SegmentMembership
from commerce.selectors import segments as selectors
from commerce.services import filters, segment_following
from core import audit
from core.actors import Actor
from core.errors import DomainError, InvalidPayload, NotFound
from core.locking import lock, retried

MAX_MEMBERS: Final = 20_000
MAX_FILTERED: Final = 100
RESOURCE: Final = "segment"
_CHUNK: Final = 5000


class TooManySegments(DomainError):
    key = "segments_limit_exceeded"
    message = "Too many segments"


@dataclass(frozen=True, kw_only=True)
class SegmentSpec:
    """A fixed list has `customers` (ids or `source_id`s), the other kinds a wire `filter`."""

    name: str
    type: str = Segment.Type.STATIC
    customers: Sequence[str] = ()
    filter: Mapping[str, Any] | None = None


@retried
@transaction.atomic
def create(*, spec: SegmentSpec, actor: Actor, now: datetime) -> Segment:
    """Make a segment. Whoever fits already is in it without an event.

    :raises InvalidPayload: the filter cannot be read, or more than 20,000 customers.
    :raises NotFound: one of the customers is unknown.
    :raises TooManySegments: 100 filters are there already.
    """
    is_list = spec.type == Segment.Type.STATIC
    if not is_list:
        _refuse_more()
    segment = Segment.objects.create(
        name=spec.name,
        type=spec.type,
        filter=None if is_list else filters.checked(spec.filter, selectors.FIELDS, now=now),
        created_at=now,
    )
    if is_list:
        _enlist(segment, _named(spec.customers), now)
    if segment.is_followed:
        segment_following.start_build(segment, actor=actor, now=now)
    audit.log(
        actor,
        "segment.created",
        segment,
        now=now,
        after={"name": spec.name, "type": spec.type, "filter": segment.filter},
    )
    return selectors.by_reference(segment.public_id)


@gated("segments.update")
@retried
@transaction.atomic
def update(
    *,
    segment_id: int,
    name: str | None = None,
    filter: Mapping[str, Any] | None = None,
    customers: Sequence[str] | None = None,
    is_followed: bool | None = None,
    actor: Actor,
    now: datetime,
) -> Segment:
    """Rename a segment; give it another filter or another list; follow it or not. None: as it is.

    Rules ask the new filter at once. Members of a followed segment are looked at again by a background job;
    those who then enter or leave do so with an event.

    :raises InvalidPayload: the filter cannot be read, or it does not go with the kind of segment.
    :raises NotFound: deleted in the meantime, or one of the customers is unknown.
    """
    segment = _locked(segment_id)
    before = _described(segment)
    is_list = segment.type == Segment.Type.STATIC
    if is_list and (filter is not None or is_followed is not None):
        raise InvalidPayload("A fixed list has customers, not a filter.")
    if not is_list and customers is not None:
        raise InvalidPayload("A segment with a filter has no list of customers.")
    was = (segment.type, segment.filter)
    segment.name = segment.name if name is None else name
    if filter is not None:
        segment.filter = filters.checked(filter, selectors.FIELDS, now=now)
    if is_followed is not None:
        segment.type = Segment.Type.AUTO_UPDATE if is_followed else Segment.Type.PASSIVE
    segment.updated_at = now
    segment.save(update_fields=["name", "type", "filter", "updated_at"])
    moves = {} if customers is None else _replace_list(segment, customers, now)
    if (segment.type, segment.filter) != was:
        _follow_anew(segment, was_followed=was[0] == Segment.Type.AUTO_UPDATE, actor=actor, now=now)
    old, new = audit.changes(before, _described(segment))
    if new or moves:
        audit.log(actor, "segment.updated", segment, now=now, before=old, after={**new, **moves})
    return selectors.by_reference(segment.public_id)


@gated("segments.delete")
@retried
@transaction.atomic
def delete(*, segment_id: int, actor: Actor, now: datetime) -> None:
    """Forget a segment; its customers stay.

    :raises ResourceInUse: conditions, a campaign or something else names it.
    :raises NotFound: deleted in the meantime.
    """
    segment = _locked(segment_id)
    usage.refuse_used(segment.public_id, what=f"Segment {segment.name}", resource_type=RESOURCE)
    audit.log(actor, "segment.deleted", segment, now=now, before=_described(segment))
    segment.delete()


def _follow_anew(segment: Segment, *, was_followed: bool, actor: Actor, now: datetime) -> None:
    """A segment that was not followed begins without events, as a new one does."""
    if segment.is_followed:
        if not was_followed:
            segment.built_at = None
            segment.save(update_fields=["built_at"])
        segment_following.start_build(segment, actor=actor, now=now)
    elif was_followed:
        segment.memberships.all().delete()
        segment.built_at = segment.settled_at = segment.job = None
        segment.save(update_fields=["built_at", "settled_at", "job"])


def _locked(segment_id: int) -> Segment:
    rows = lock(Segment.objects.filter(pk=segment_id))
    if not rows:
        raise NotFound.of(RESOURCE, str(segment_id))
    return rows[0]


def _described(segment: Segment) -> dict[str, Any]:
    return {"name": segment.name, "type": segment.type, "filter": segment.filter}


def _refuse_more() -> None:
    """The limit of the contract; two who make the last one at once are both let in."""
    if Segment.objects.exclude(type=Segment.Type.STATIC).count() >= MAX_FILTERED:
        raise TooManySegments(f"At most {MAX_FILTERED} segments with a filter. Delete one that nobody uses.")


def _named(references: Sequence[str]) -> list[int]:
    """Keys of the customers, each once, in the order of their names.

    :raises NotFound: one of them is unknown.
    """
    wanted = list(dict.fromkeys(references))
    if len(wanted) > MAX_MEMBERS:
        raise InvalidPayload(f"Property .customers must have at most {MAX_MEMBERS} items")
    known: dict[str, int] = {}
    for chunk in batched(wanted, _CHUNK):
        found = Customer.objects.present().filter(Q(public_id__in=chunk) | Q(source_id__in=chunk))
        for pk, public_id, source_id in found.values_list("pk", "public_id", "source_id"):
            known |= {source_id: pk, public_id: pk} if source_id else {public_id: pk}
    missing = next((name for name in wanted if name not in known), None)
    if missing is not None:
        raise NotFound.of("customer", missing)
    return list(dict.fromkeys(known[name] for name in wanted))


def _enlist(segment: Segment, keys: Sequence[int], now: datetime) -> None:
    rows = [SegmentMembership(segment=segment, customer_id=pk, entered_at=now) for pk in keys]
    SegmentMembership.objects.bulk_create(rows, batch_size=_CHUNK)


def _replace_list(segment: Segment, customers: Sequence[str], now: datetime) -> dict[str, int]:
    """Who is in it already stays in it since then. How many came and went, for the audit log."""
    wanted = _named(customers)
    present = set(segment.memberships.values_list("customer", flat=True))
    gone = present - set(wanted)
    for chunk in batched(gone, _CHUNK):
        segment.memberships.filter(customer__in=chunk).delete()
    added = [pk for pk in wanted if pk not in present]
    _enlist(segment, added, now)
    return {"added": len(added), "removed": len(gone)} if added or gone else {}
