"""Where a request comes from, what applies there, and whose time it is. Contract: data and events 16.

A store is known by its code: of a key that belongs to one store, else the header `X-Fanfare-Store`, else the
field "store" of the metadata of the redemption or the order, the same that budgets and emergency stops read.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Required, TypedDict

from core import places, prepared
from core.models import ProjectSettings
from core.places import Limit
from engine import Candidate, Reason, ReasonKey
from promotions.selectors.stops import calling_of

if TYPE_CHECKING:
    from promotions.selectors.snapshots import Asking

NAMED: Final = """
SELECT json_build_object(
    'area', area.public_id, 'store', store.public_id, 'name', COALESCE(store.name, area.name),
    'zone', COALESCE(NULLIF(store.own_time_zone, ''), area.time_zone)
)::text
FROM core_area AS area
LEFT JOIN core_store AS store ON store.area_id = area.id AND store.code = %(store)s
WHERE store.id IS NOT NULL OR area.public_id = %(area)s
"""


_PHRASES: Final = {
    places.AREA: "in",
    places.ALL_STORES: "in the stores of",
    places.STORE: "in the store",
}


class Times(TypedDict, total=False):
    """Columns of the engine's snapshot."""

    time_zone: Required[str]
    dates_zone: str
    place: str


@dataclass(frozen=True, kw_only=True)
class Called:
    """What a request says about its place: a store's code, or else the id of the only area of its key."""

    store: str = ""
    area: str = ""

    @property
    def says_something(self) -> bool:
        return bool(self.store or self.area)


@dataclass(frozen=True, kw_only=True)
class Here:
    """Where a request is: a store or an area that is known, or nowhere in particular.

    `words` are those of `core.places` that hold here. `zone` is empty where the project's time counts.
    `called` is what the request said.
    """

    called: Called
    name: str = ""
    zone: str = ""
    words: frozenset[str] = frozenset()

    def allows(self, assigned: Collection[str], limit: frozenset[str] | None) -> bool:
        """Whether something that is assigned to these places applies here. Assigned nowhere: everywhere.

        A caller of several places who does not say in which he is may use what applies in one of them.
        """
        if not assigned or not self.words.isdisjoint(assigned):
            return True
        if self.called.store:
            return False
        return limit is not None and Limit(limit).sees(assigned)

    def times(self, settings: ProjectSettings) -> Times:
        """Whose time counts: the store's, where it is known."""
        if not self.zone or self.zone == settings.time_zone:
            return {"time_zone": settings.time_zone}
        return {"time_zone": self.zone, "dates_zone": settings.time_zone, "place": self.name}


def called(asking: Asking) -> Called:
    """What the request says, or its key."""
    store = calling_of(asking).store
    if store:
        return Called(store=store)
    areas = {place.partition(":")[2].rpartition("@")[2] for place in asking.actor.places or ()}
    return Called(area=areas.pop()) if len(areas) == 1 else Called()


def read(said: Called) -> Here:
    """The place by its name (one query, if there is a name)."""
    if not said.says_something:
        return Here(called=said)
    with prepared.cursor() as cursor:
        cursor.execute(NAMED, {"store": said.store, "area": said.area})
        return of(said, [text for (text,) in cursor.fetchall()])


def of(said: Called, texts: Iterable[str]) -> Here:
    """Rows of `NAMED`."""
    for text in texts:
        row = json.loads(text)
        words = places.around(area_id=row["area"], store_id=row["store"] or "")
        return Here(called=said, name=row["name"], zone=row["zone"], words=words)
    return Here(called=said)


def refused(candidate: Candidate, assigned: Collection[str], here: Here, asking: Asking) -> Candidate:
    """The candidate with the reason why it does not apply here; what was refused before stays so."""
    if candidate.reason is not None or here.allows(assigned, asking.actor.places):
        return candidate
    return replace(candidate, reason=_elsewhere(candidate, assigned, here))


def _elsewhere(candidate: Candidate, assigned: Collection[str], here: Here) -> Reason:
    """With ids, which `selectors.readable` turns into names."""
    where = words_of(assigned)
    if here.name:
        found = f"this is {here.name}"
    elif here.called.store:
        found = f"there is no store “{here.called.store}”"
    else:
        found = "the request names no store"
    return Reason(
        key=ReasonKey.OUTSIDE_AREAS,
        message="not available here",
        details=f"{candidate.label or candidate.key} applies only {where}; {found}",
        remedy=f"Use it {where}" if here.name else "Say in which store: the field “store” of the metadata",
    )


def words_of(assigned: Iterable[str]) -> str:
    """in ar_1, in the stores of ar_2 and in the store ars_3"""
    parts = [f"{_PHRASES[level]} {name}" for level, name in places.named(assigned)]
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def named_in(reason: Reason | None) -> list[str]:
    """Ids of areas and stores that a reason speaks of."""
    if reason is None or reason.key is not ReasonKey.OUTSIDE_AREAS:
        return []
    texts: list[Any] = [reason.details or "", reason.remedy or ""]
    separated = " ".join(texts).replace(",", " ").replace(";", " ")
    return [word for word in separated.split() if word.startswith(("ar_", "ars_"))]
