"""Moves customers into and out of followed segments: the statements, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

from commerce.models import Customer, Segment
from core import events
from core.actors import Actor

ENTERED: Final = "customer.segment.entered"
LEFT: Final = "customer.segment.left"

_LOCK: Final = 7_410_061
_ENTER: Final = """
INSERT INTO commerce_segmentmembership (segment_id, customer_id, entered_at)
SELECT %s, matching.id, %s FROM ({matching}) AS matching
ON CONFLICT (segment_id, customer_id) DO NOTHING RETURNING customer_id
"""
_LEAVE: Final = """
DELETE FROM commerce_segmentmembership
WHERE segment_id = %s AND {scope} AND customer_id NOT IN ({matching}) RETURNING customer_id
"""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which customers are looked at: these keys, or all keys from `first` to `last`."""

    keys: Sequence[int] = ()
    first: int = 0
    last: int = 0

    def of(self, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        if self.last:
            return customers.filter(pk__gte=self.first, pk__lte=self.last)
        return customers.filter(pk__in=self.keys)

    def sql(self) -> tuple[str, list[Any]]:
        if self.last:
            return "customer_id BETWEEN %s AND %s", [self.first, self.last]
        return "customer_id = ANY(%s)", [list(self.keys)]


@dataclass(kw_only=True)
class Moves:
    """What has to be said once everything is moved: event, segment, customers."""

    made: list[tuple[str, Segment, list[int]]] = field(default_factory=list)
    entered: int = 0
    left: int = 0


def take_turn(*, wait: bool) -> bool:
    """Members are moved by one process at a time, until its transaction ends; False: it is another's turn.

    So nobody writes down what he read before somebody else's newer answer.
    """
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def move(
    segment: Segment, matching: QuerySet[Customer], scope: Scope, moves: Moves, *, now: datetime
) -> None:
    """Let those of `scope` whom the filter takes enter, and the others of them leave: two statements.

    The first members of a segment enter without an event (contract: data file 4).
    """
    sql, params = scope.of(matching).order_by().values("id").query.sql_with_params()
    within, bounds = scope.sql()
    with connection.cursor() as cursor:
        cursor.execute(_ENTER.replace("{matching}", sql), [segment.pk, now, *params])
        entered = [pk for (pk,) in cursor.fetchall()]
        statement = _LEAVE.replace("{scope}", within).replace("{matching}", sql)
        cursor.execute(statement, [segment.pk, *bounds, *params])
        left = [pk for (pk,) in cursor.fetchall()]
    moves.entered += len(entered)
    moves.left += len(left)
    if segment.built_at is not None:
        moves.made += [(ENTERED, segment, entered), (LEFT, segment, left)]


def tell(moves: Moves, *, actor: Actor, now: datetime) -> None:
    """One event for each move, after the last of them: what the events lock is then held shortly.

    The first events of all customers come first, then the second ones: whoever locks several counters of
    events does so once and in one order.
    """
    for name_of in _rounds(moves.made):
        customers = Customer.objects.only("public_id").in_bulk(list(name_of))
        by_name: dict[str, list[tuple[Customer, dict[str, Any]]]] = {ENTERED: [], LEFT: []}
        for pk in sorted(name_of):
            name, segment = name_of[pk]
            if (customer := customers.get(pk)) is not None:
                payload = {
                    "customer_id": customer.public_id,
                    "segment_id": segment.public_id,
                    "segment_name": segment.name,
                }
                by_name[name].append((customer, payload))
        for name, entities in by_name.items():
            if entities:
                events.emit_all(name, entities=entities, actor=actor, now=now)


def _rounds(
    made: Iterable[tuple[str, Segment, list[int]]],
) -> list[dict[int, tuple[str, Segment]]]:
    """The k-th move of every customer, for each k."""
    rounds: list[dict[int, tuple[str, Segment]]] = []
    for name, segment, keys in made:
        for pk in keys:
            of_customer = next((one for one in rounds if pk not in one), None)
            if of_customer is None:
                of_customer = {}
                rounds.append(of_customer)
            of_customer[pk] = (name, segment)
    return rounds
