"""Points that customers hold: asked here, answered from above, filled in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Expression, QuerySet, Value

from commerce.models import Customer


@dataclass(frozen=True, kw_only=True)
class Programme:
    """What a customer has in one loyalty programme. `tier` is its name."""

    points: int
    tier: str = ""


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """On all cards: `points` ever came and did not expire, `balance` of them is left, `redeemed_points` were
    spent.
    """

    points: int = 0
    redeemed_points: int = 0
    balance: int = 0
    programmes: Mapping[str, Programme] = field(default_factory=dict)


NOTHING: Final = Holdings()
type Reader = Callable[[Collection[int]], Mapping[int, Holdings]]

_readers: list[tuple[Reader, Callable[[], Any]]] = []
_KNOWN: Final = "_holdings"


def register(read: Reader, points: Callable[[], Expression]) -> None:
    """`read(customers)` by primary key; `points()` is `Holdings.points` as an expression over customers."""
    _readers[:] = [(read, points)]


def of(customer: Customer) -> Holdings:
    """Of one customer; asked once for all that were loaded with it by `fetch_mode(FETCH_PEERS)`."""
    if not _readers:
        return NOTHING
    known: Holdings | None = getattr(customer, _KNOWN, None)
    if known is None:
        peers = [peer for reference in customer._state.peers if (peer := reference()) is not None]
        found = _readers[0][0]([one.pk for one in peers or [customer]])
        for one in peers or [customer]:
            setattr(one, _KNOWN, found.get(one.pk, NOTHING))
        known = getattr(customer, _KNOWN)
    return known


def with_points(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """With `loyalty_points`."""
    return customers.annotate(loyalty_points=_readers[0][1]() if _readers else Value(0))
