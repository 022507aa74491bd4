"""Who recommended whom: asked here, answered from above, filled in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from commerce.models import Customer
from core import peers


@dataclass(frozen=True, kw_only=True)
class Recommended:
    """The customer came by somebody else's code: ids of the programme, of who recommended him and of what it
    led to, of a type such as `redemption`.
    """

    campaign_id: str
    referrer_id: str
    related_object_id: str
    related_object_type: str
    at: datetime


type Reader = Callable[[Collection[int]], Mapping[int, Sequence[Recommended]]]

_readers: list[Reader] = []
_KNOWN: Final = "_recommendations"


def register(read: Reader) -> None:
    """`read(customers)` by primary key."""
    _readers[:] = [read]


def of(customer: Customer) -> Sequence[Recommended]:
    """Those that count, the first one first; asked once for all customers that were loaded together
    (`fetch_mode(FETCH_PEERS)`).
    """
    return peers.answer(customer, _KNOWN, _read, default=())


def _read(customers: list[Customer]) -> Mapping[int, Sequence[Recommended]]:
    return _readers[0]([one.pk for one in customers]) if _readers else {}
