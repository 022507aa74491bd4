"""Followed segments kept as their filters say, by looking only at whom something may have moved.

`follow` looks at customers that somebody wrote (triggers put them into `SegmentRecheck`), `settle` at those
whom time alone may have moved, `build_slice` at everybody, once for a new filter. Members are for lists and
events: rules ask the filter itself (INVARIANTS E3).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, tzinfo
from itertools import batched
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Max, Min

from commerce.jobs import Job
from commerce.models import Customer, Segment
from commerce.selectors import segments as selectors
from commerce.services import segment_members
from commerce.services.segment_members import Moves, Scope
from core import project
from core.actors import Actor
from core.api.filter_moves import moved
from core.errors import DomainError
from core.exact import exact
from core.locking import retried
from integrations.rows import json_lines
from integrations.services import async_actions

logger = logging.getLogger(__name__)

BATCH: Final = 1000
"""Customers looked at in one transaction."""
RANGE: Final = 50_000
"""Keys of customers that one slice of a build looks at."""
_TAKE: Final = """
DELETE FROM commerce_segmentrecheck WHERE id IN (
    SELECT id FROM commerce_segmentrecheck ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING customer_id
"""


def actor() -> Actor:
    return Actor.system("segments", channel="TASK")


@retried
@transaction.atomic
def follow(*, now: datetime, batch: int = BATCH) -> int:
    """Look at the customers who were written longest ago; returns how many rows of the queue were done.

    Cost depends on how many were written and on the number of segments, not on the number of customers.
    """
    if not segment_members.take_turn(wait=False):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [batch])
        keys = [pk for (pk,) in cursor.fetchall()]
    if keys:
        scope, moves, zone = Scope(keys=sorted(set(keys))), Moves(), project.current().zone
        for segment in Segment.objects.filter(type=Segment.Type.AUTO_UPDATE).order_by("pk"):
            _look(segment, scope, moves, now=now, zone=zone)
        segment_members.tell(moves, actor=actor(), now=now)
    return len(keys)


def settle(*, now: datetime) -> int:
    """Look at those whom time alone may have moved since the last time; returns how many.

    An index finds them wherever the filter is about a column; about a date in metadata the customers are
    read through once.
    """
    found = Segment.objects.filter(type=Segment.Type.AUTO_UPDATE, built_at__isnull=False)
    return sum(_settle(segment, now=now) for segment in found.order_by("pk"))


def _settle(segment: Segment, *, now: datetime) -> int:
    since = segment.settled_at or segment.built_at or now
    zone = project.current().zone
    try:
        rows = moved(exact(segment.filter), selectors.FIELDS, since=since, until=now, zone=zone)
    except DomainError:
        logger.warning("the filter of segment %s cannot be read", segment.public_id)
        return 0
    if rows is None:
        return 0
    keys = list(Customer.objects.present().filter(rows).order_by("pk").values_list("pk", flat=True))
    for chunk in batched(keys, BATCH * 5):
        _look_at(segment.pk, Scope(keys=chunk), now=now)
    Segment.objects.filter(pk=segment.pk, filter=segment.filter).update(settled_at=now)
    return len(keys)


@retried
@transaction.atomic
def _look_at(segment_id: int, scope: Scope, *, now: datetime) -> None:
    segment_members.take_turn(wait=True)
    moves = Moves()
    segment = Segment.objects.filter(pk=segment_id, type=Segment.Type.AUTO_UPDATE).first()
    if segment is not None:
        _look(segment, scope, moves, now=now)
        segment_members.tell(moves, actor=actor(), now=now)


def start_build(segment: Segment, *, actor: Actor, now: datetime) -> None:
    """Let everybody be looked at for a new filter: at once where that is quick, else by a background job.

    In the transaction that wrote the filter.
    """
    ranges = list(_ranges())
    params = {"segment": segment.pk, "ranges": len(ranges)}
    if len(ranges) <= 1:
        for first, last in ranges:
            _build(segment, Scope(first=first, last=last), actor=actor, now=now)
        done = Customer.objects.present().count() if ranges else 0
        segment.job = async_actions.record_done(
            type=Job.SEGMENTS_BUILD, done=done, actor=actor, now=now, params=params
        )
        segment.built_at = now
    else:
        body, count = json_lines(ranges)
        segment.job = async_actions.create(
            type=Job.SEGMENTS_BUILD,
            body=body,
            rows_count=count,
            params=params,
            actor=actor,
            now=now,
        )
    segment.settled_at = now
    segment.save(update_fields=["job", "built_at", "settled_at"])


def build_slice(ranges: list[Any], *, segment_id: int, is_last: bool, actor: Actor, now: datetime) -> int:
    """Look at some ranges of customers for one segment; part of the job's transaction. Returns how many."""
    segment = Segment.objects.filter(pk=segment_id, type=Segment.Type.AUTO_UPDATE).first()
    if segment is None:
        return 0
    for first, last in ranges:
        _build(segment, Scope(first=first, last=last), actor=actor, now=now)
    if is_last and segment.built_at is None:
        segment.built_at = now
        segment.save(update_fields=["built_at"])
    return len(ranges)


def _build(segment: Segment, scope: Scope, *, actor: Actor, now: datetime) -> None:
    segment_members.take_turn(wait=True)
    moves = Moves()
    _look(segment, scope, moves, now=now)
    segment_members.tell(moves, actor=actor, now=now)


def _look(segment: Segment, scope: Scope, moves: Moves, *, now: datetime, zone: tzinfo | None = None) -> None:
    try:
        matching = selectors.matching(segment.filter, now=now, zone=zone)
    except DomainError:
        logger.warning("the filter of segment %s cannot be read", segment.public_id)
        return
    segment_members.move(segment, matching, scope, moves, now=now)


def _ranges() -> Iterator[tuple[int, int]]:
    """Keys of all customers, in ranges. Whoever is new after this is in the queue."""
    ends = Customer.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return
    for first in range(ends["first"], ends["last"] + 1, RANGE):
        yield first, min(first + RANGE - 1, ends["last"])
