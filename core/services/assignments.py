"""Assigning things to areas and stores, and taking that back. Contract: data and events 16."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from core import audit, places
from core.actors import Actor
from core.errors import InvalidPayload, NotFound
from core.locking import lock
from core.models import ApiKey, Area, Assignment, KeyAssignment, PersonAssignment, Store
from core.models.areas import with_places

MOST_ASSIGNMENTS: Final = 100


@dataclass(frozen=True, kw_only=True)
class Places:
    """Ids of areas, of areas with all of their stores, and of single stores."""

    areas: tuple[str, ...] = ()
    all_stores: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()

    @classmethod
    def of(cls, words: Iterable[str]) -> Places:
        """The words of `core.places` as ids."""
        found: dict[str, list[str]] = {}
        for level, name in places.named(sorted(words)):
            found.setdefault(level, []).append(name)
        return cls(
            areas=tuple(found.get(places.AREA, ())),
            all_stores=tuple(found.get(places.ALL_STORES, ())),
            stores=tuple(found.get(places.STORE, ())),
        )


@dataclass(frozen=True, kw_only=True)
class Access:
    """`access_settings` of the wire: what is to be assigned, and what no longer. `is_whole`: nothing else."""

    assign: Places = field(default_factory=Places)
    unassign: Places = field(default_factory=Places)
    is_whole: bool = False


def change(
    model: type[Assignment], owner: Mapping[str, Any], access: Access, *, now: datetime
) -> tuple[list[str], list[str]]:
    """Assign `owner` (`{"campaign": row}`, which the caller has locked) as `access` says.

    Returns the names of its places before and after. Assigning twice and taking away what is not assigned
    change nothing.

    :raises NotFound: there is no such area or store.
    :raises InvalidPayload: more than 100 assignments.
    """
    rows = model._default_manager.filter(**owner)
    before = {_key(row): row for row in with_places(rows)}
    wanted, dropped = _resolved(access.assign), _resolved(access.unassign)
    kept = set(before) if not access.is_whole else set()
    after = (kept - set(dropped)) | set(wanted)
    if len(after) > MOST_ASSIGNMENTS:
        raise InvalidPayload(f"At most {MOST_ASSIGNMENTS} areas and stores can be assigned.")
    gone = [row.pk for key, row in before.items() if key not in after]
    if gone:
        rows.filter(pk__in=gone).delete()
    model._default_manager.bulk_create(
        model(**owner, **wanted[key], created_at=now) for key in sorted(after - set(before))
    )
    return names(before.values()), names(with_places(rows.all()))


def names(rows: Iterable[Assignment]) -> list[str]:
    """What people call the places, in order."""
    return sorted(str(row) for row in rows)


def assign_key(*, key_id: int, access: Access, actor: Actor, now: datetime) -> ApiKey:
    """Within the caller's transaction."""
    rows = lock(ApiKey.objects.filter(pk=key_id))
    if not rows:
        raise NotFound.of("api_key", str(key_id))
    _told(KeyAssignment, {"key": rows[0]}, access, rows[0], "api_key.assigned", actor, now)
    rows[0].refresh_from_db(fields=["places", "store"])
    return rows[0]


def assign_person(*, user: Any, access: Access, actor: Actor, now: datetime) -> None:
    """Within the caller's transaction."""
    lock(type(user)._default_manager.filter(pk=user.pk))
    _told(PersonAssignment, {"user": user}, access, user, "user.assigned", actor, now)


def _told(
    model: type[Assignment],
    owner: Mapping[str, Any],
    access: Access,
    entity: Any,
    action: str,
    actor: Actor,
    now: datetime,
) -> None:
    before, after = change(model, owner, access, now=now)
    if before != after:
        audit.log(actor, action, entity, now=now, before={"places": before}, after={"places": after})


type _Key = tuple[int, int, int]


def _key(row: Assignment) -> _Key:
    return row.area_id or 0, row.all_stores_of_id or 0, row.store_id or 0


def _resolved(wanted: Places) -> dict[_Key, dict[str, Any]]:
    areas = _rows(Area, "area", (*wanted.areas, *wanted.all_stores))
    stores = _rows(Store, "store", wanted.stores)
    found: dict[_Key, dict[str, Any]] = {}
    for name in wanted.areas:
        found[areas[name].pk, 0, 0] = {"area": areas[name]}
    for name in wanted.all_stores:
        found[0, areas[name].pk, 0] = {"all_stores_of": areas[name]}
    for name in wanted.stores:
        found[0, 0, stores[name].pk] = {"store": stores[name]}
    return found


def _rows(model: Any, kind: str, ids: Iterable[str]) -> dict[str, Any]:
    """By id; locked against deletion by the foreign keys that will name them."""
    asked = list(dict.fromkeys(ids))
    rows = {row.public_id: row for row in model.objects.filter(public_id__in=asked)} if asked else {}
    for name in asked:
        if name not in rows:
            raise NotFound.of(kind, name)
    return rows
