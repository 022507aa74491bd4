"""Where somebody works and where something applies. Contract: data and events 16.

Three levels, none of which implies another, in words that can be compared without a look at the database:
`area:ar_…` an area, `stores:ar_…` all its stores (also those to come), `store:ars_…@ar_…` one store of it.
Beside the word of a store stands `some:ar_…`: some store of this area. Triggers keep the words of keys and
campaigns as their assignments say (`core.models.areas`).

Who is limited to places sees only what overlaps with them. For the length of a request or of a job the limit
is the context's, and managers of models obey it (governance R6): so no page and no list can forget it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

AREA: Final = "area"
ALL_STORES: Final = "stores"
STORE: Final = "store"
SOME: Final = "some"
PLACES: Final = "places"
"""Under this name facts of an approval request say where what it is about applies."""


@dataclass(frozen=True)
class Limit:
    """The places that a caller is limited to; of none, he sees nothing. `who` is his id as an actor."""

    places: frozenset[str]
    who: str = ""

    @cached_property
    def reach(self) -> frozenset[str]:
        """The words of which something in reach has at least one."""
        return frozenset(word for place in self.places for word in _overlapping(place))

    def sees(self, places: Iterable[str]) -> bool:
        """Whether something that is assigned to `places` is in reach; what is assigned nowhere is not."""
        return not self.reach.isdisjoint(places)

    def contains(self, places: Iterable[str]) -> bool:
        """Whether all of `places` lie within the limit: then what is assigned there may be changed."""
        assigned = [place for place in places if not place.startswith(f"{SOME}:")]
        return bool(assigned) and all(self._holds(place) for place in assigned)

    def _holds(self, place: str) -> bool:
        return place in self.places or (
            place.startswith(f"{STORE}:") and f"{ALL_STORES}:{place.partition('@')[2]}" in self.places
        )


def area(public_id: str) -> str:
    return f"{AREA}:{public_id}"


def all_stores(area_id: str) -> str:
    return f"{ALL_STORES}:{area_id}"


def store(public_id: str, area_id: str) -> str:
    return f"{STORE}:{public_id}@{area_id}"


def around(*, area_id: str, store_id: str = "") -> frozenset[str]:
    """The words of everything that applies in this store, or in this area when no store is known."""
    inside = {store(store_id, area_id), all_stores(area_id)} if store_id else set()
    return frozenset({area(area_id), *inside})


def named(places: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The level of each assignment and the id of its area or store."""
    for place in places:
        level, _, name = place.partition(":")
        if level != SOME:
            yield level, name.partition("@")[0]


_kinds: Final[dict[str, Callable[[], Any] | None]] = {}


def register(kind: str, ids: Callable[[], Any] | None) -> None:
    """What logs call a kind of thing, and a subquery of the ids of those in reach; None: all are, for all."""
    _kinds[kind] = ids


def kinds() -> dict[str, Callable[[], Any] | None]:
    return dict(_kinds)


_limit: ContextVar[Limit | None] = ContextVar("limit", default=None)


def limit() -> Limit | None:
    """What the caller of this request or job is limited to; None: he works everywhere."""
    return _limit.get()


def sees(places: Iterable[str]) -> bool:
    """Whether the caller sees what is assigned to `places`."""
    found = _limit.get()
    return found is None or found.sees(places)


def own(rows: Any) -> Any:
    """Of what somebody asked for (`actor_id`) only his own, if he is limited; `rows` is a queryset."""
    found = _limit.get()
    return rows if found is None else rows.filter(actor_id=found.who)


def enter(places: frozenset[str] | None, who: str = "") -> Token[Limit | None]:
    """Limit what follows in this context; `leave` with what this returns."""
    return _limit.set(None if places is None else Limit(places, who))


def leave(token: Token[Limit | None]) -> None:
    _limit.reset(token)


@contextmanager
def limited_to(places: frozenset[str] | None, who: str = "") -> Iterator[None]:
    """As a caller of these places sees it; None: as one who works everywhere."""
    token = enter(places, who)
    try:
        yield
    finally:
        leave(token)


def _overlapping(place: str) -> tuple[str, ...]:
    level, _, name = place.partition(":")
    if level == ALL_STORES:
        return place, f"{SOME}:{name}"
    if level == SOME:
        # There is one store of this area among the places.
        return (all_stores(name),)
    return (place,)
