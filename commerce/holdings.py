"""Points that customers hold: asked here, answered from above, filled in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Expression, QuerySet, Value

from commerce.models import Customer
from core import peers


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
    return peers.answer(customer, _KNOWN, _read, default=NOTHING)


def _read(customers: list[Customer]) -> Mapping[int, Holdings]:
    return _readers[0][0]([one.pk for one in customers]) if _readers else {}


def with_points(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """With `loyalty_points`."""
    return customers.annotate(loyalty_points=_readers[0][1]() if _readers else Value(0))
